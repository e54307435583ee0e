//! Lists and objects in a signature's header, and bodies that are packed.

use domain::delivery::headers::Headers;
use domain::delivery::unpack::unpack;
use domain::delivery::{BODY_MAX_BYTES, Delivery, RequestUrl};
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::verify;
use serde_json::{Value, json};

use crate::signature::sign;

const SECRET: &str = "invented-for-headers-of-any-form";
/// When the deliveries arrive, in seconds.
const NOW: &str = "1700000000";
const HEADER: &str = "x-invented-signature";

/// Whatever the header says, nothing is believed that does not hold a signature of the body and its time. The first line of
/// `text` is the header, in which `{signature}` stands for the genuine one; the rest is the body. Whatever the body is, it
/// is unpacked no further than any body may be.
pub fn hold(text: &[u8]) {
    let (value, body) = match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &b""[..]),
    };
    if let Ok(value) = std::str::from_utf8(value) {
        forms().into_iter().for_each(|form| hold_for(&form, value, body));
    }
    let packed = Headers::from_iter([("content-encoding", "gzip")]);
    if let Ok(unpacked) = unpack(&packed, body) {
        assert!(unpacked.is_some_and(|unpacked| unpacked.len() <= BODY_MAX_BYTES));
    }
}

fn hold_for((syntax, time): &(Value, &str), value: &str, body: &[u8]) {
    let scheme = json!({
        "kind": "hmac", "header": HEADER, "syntax": syntax, "encoding": "hex",
        "timestamp": {"at": {"pair": time}, "past_seconds": 0, "future_seconds": 0},
        "message": "{timestamp}.{body}",
    });
    let secret = json!({"secrets": [SECRET], "scheme": {"scheme": scheme, "shape": [{"otherwise": "event.occurred"}]}});
    let name = SourceName::parse("test").expect("a name");
    let source = Source::parse(name, &secret.to_string()).expect("a source");
    let signature = sign(SECRET, &[NOW.as_bytes(), b".", body].concat());
    let value = value.replace("{signature}", &signature);
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: Headers::from_iter([(HEADER, &*value)]),
        body: body.to_vec(),
        received_at: Timestamp::from_millis(1_700_000_000_000),
        request_id: "request-1".to_owned(),
    };
    if verify(delivery, &source).is_ok() {
        let holds = |text: &str| value.to_ascii_lowercase().contains(text) || value.contains("\\u");
        assert!(holds(NOW) && holds(&signature), "{value:?} is believed as {syntax}");
    }
}

/// Each way in which a header is read, with where the time is in it.
fn forms() -> [(Value, &'static str); 3] {
    [
        (json!({"form": "pairs", "key": "v1", "separator": ",", "between_lists": " "}), "t"),
        (json!({"form": "list", "separator": ",", "first": 2}), "1"),
        (json!({"form": "json", "key": "signature"}), "timestamp"),
    ]
}
