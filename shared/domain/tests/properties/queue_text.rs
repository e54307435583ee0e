use domain::text::queue_text::escape_for_queues;
use proptest::prelude::*;

use crate::any;
use promises::queue_text;

proptest! {
    #[test]
    fn any_text_gets_through_a_queue(text in any::text()) {
        let json = escape_for_queues(serde_json::to_string(&text).unwrap());
        queue_text::holds(&json);
        prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
