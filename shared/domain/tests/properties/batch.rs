use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::any;
use promises::batch::{TOKEN, hold};

proptest! {
    #[test]
    fn every_event_of_a_body_proves_itself(entries in vec(entry(), 0..5), around in around()) {
        hold(around.replace("..", &entries.join(",")).as_bytes());
    }

    #[test]
    fn any_bytes_hold_the_promises(body in any::bytes()) {
        hold(&body);
    }
}

fn around() -> impl Strategy<Value = String> {
    let bodies = [
        r#"{"entry":[..]}"#,
        r#"{"entry":[..]}"#,
        r#" {"object":"x","entry": [..] ,"n":1} "#,
        r#"{"entry":[..],"entry":[]}"#,
        r#"{"entry":{"a":[..]}}"#,
        r#"[..]"#,
        r#"{"entry":[..]"#,
    ];
    select(bodies.to_vec()).prop_map(str::to_owned)
}

fn entry() -> impl Strategy<Value = String> {
    let right = format!(r#"{{"proof":"{TOKEN}","id":"1"}}"#);
    let change =
        prop_oneof![6 => Just(right), 1 => Just(r#"{"proof":"another"}"#.to_owned()), 1 => Just("7".to_owned())];
    let changes = vec(change, 0..4).prop_map(|changes| changes.join(","));
    let forms = [
        r#"{"id":"1","changes":[..]}"#,
        r#"{"id":"1","changes":[..]}"#,
        r#"{"changes": [ .. ], "time":7}"#,
        r#"{"changes":[..],"changes":[]}"#,
        r#"{"messaging":[..]}"#,
        "[..]",
    ];
    (select(forms.to_vec()), changes).prop_map(|(form, changes)| form.replace("..", &changes))
}
