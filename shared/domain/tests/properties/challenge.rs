use proptest::prelude::*;
use proptest::sample::select;

use crate::any;
use promises::challenge::hold;

proptest! {
    #[test]
    fn a_stranger_is_told_nothing_but_what_it_said(
        query in query(),
        header in prop_oneof![Just(String::new()), any::text()],
        token in select(vec!["", "token-of-the-url", "token-of-the-urL"]),
        body in prop_oneof![any::text(), any::text().prop_map(|text| serde_json::json!({"challenge": text}).to_string())],
    ) {
        hold(format!("{query}\n{header}\n{token}\n{body}").as_bytes());
    }
}

fn query() -> impl Strategy<Value = String> {
    let name = select(vec!["hub.mode", "hub.verify_token", "hub.challenge", "challenge", "x", "%"]);
    let value = prop_oneof![Just("subscribe".to_owned()), Just("a-verify-token".to_owned()), any::text()];
    proptest::collection::vec((name, value), 0..5)
        .prop_map(|pairs| pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
}
