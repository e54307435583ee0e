//! Questions to senders' APIs: whatever names a job, and whatever an operator writes as a URL.

use proptest::prelude::*;
use serde_json::json;

use promises::described;

/// Parts of a URL, such as they are written, and such as nobody should write.
fn part() -> impl Strategy<Value = String> {
    let known =
        vec!["{id}", "{family}", "{family_path}", "{/a}", "{/a/b|/c}", "{key}", "{jwt}", "v1", "..", ".", "", "%2e"];
    prop_oneof![proptest::sample::select(known).prop_map(str::to_owned), "[ -~]{0,6}"]
}

fn url() -> impl Strategy<Value = String> {
    let path = proptest::collection::vec(part(), 0..4).prop_map(|parts| parts.join("/"));
    let query = proptest::collection::vec(("[a-z?&=]{0,3}", part()), 0..3);
    (path, query).prop_map(|(path, query)| {
        let pairs: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("https://api.example.com/{path}{query}")
    })
}

proptest! {
    #[test]
    fn no_id_and_no_url_lead_a_key_elsewhere(url in url(), header in part(), id in "\\PC{0,12}") {
        let poll = json!({
            "method": "POST",
            "url": url,
            "headers": {"x-api-key": header},
            "body": {"id": "{id}"},
            "unprompted": [{"set": "/a", "to": "{id}"}, {"set": "/c", "to": "c"}],
        });
        let scheme = json!({
            "scheme": {"kind": "hmac", "header": ["x-signature"], "encoding": "hex", "message": "{body}"},
            "shape": [{"subject": ["/id"], "report": [{"at": "/a", "present": true, "is": "job.completed"}]}],
            "poll": [poll],
        });
        described::hold(format!("{scheme}\nx-event: none\n{id}").as_bytes());
    }
}
