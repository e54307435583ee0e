use proptest::prelude::*;
use proptest::sample::Index;

use crate::any;
use promises::message;

proptest! {
    #[test]
    fn any_event_comes_through((event, body) in any::event()) {
        message::hold_for_event(&event, &body);
    }

    #[test]
    fn a_message_of_which_a_character_was_changed_is_read_or_refused(
        (event, body) in any::event(),
        at in any::<Index>(),
        character in any::<char>(),
    ) {
        let mut text: Vec<char> =
            domain::message::encode(&event, &body, domain::message::BodyLocation::Ledger).chars().collect();
        *at.get_mut(&mut text) = character;
        message::hold(&String::from_iter(text));
    }
}
