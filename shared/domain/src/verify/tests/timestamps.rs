use super::*;

const SECRET: &str = "new-secret-0123456789abcdef";

fn timed(timestamp: &str) -> Source {
    let scheme = format!(
        r#"{{"kind":"hmac","header":["x-signature"],"encoding":"hex","syntax":{{"form":"pairs","key":"v1","separator":","}},
            "timestamp":{timestamp},"message":"{{timestamp}}.{{body}}"}}"#
    );
    described(&scheme, &format!(r#""secrets":["{SECRET}"]"#))
}

/// Checks a genuine delivery that says it was made at `timestamp`, in a pair and in a header.
fn check(source: &Source, timestamp: &str, expected: &str) {
    let signature = format!("t={timestamp},v1={}", hex(SECRET, &format!("{timestamp}.body")));
    check_proof(source, &[("x-signature", &signature), ("x-time", timestamp)], "body", expected);
}

#[test]
fn a_delivery_may_be_as_old_and_as_far_ahead_as_its_limits() {
    let both = timed(r#"{"at":{"pair":"t"},"past_seconds":300,"future_seconds":60}"#);
    check(&both, "1700000000", "signature");
    check(&both, "1699999700", "signature");
    check(&both, "1699999699", "timestamp_late");
    check(&both, "1700000060", "signature");
    check(&both, "1700000061", "timestamp_early");
    let past = timed(r#"{"at":{"pair":"t"},"past_seconds":300}"#);
    check(&past, "1699999699", "timestamp_late");
    check(&past, "1800000000", "signature");
    let future = timed(r#"{"at":{"pair":"t"},"future_seconds":300}"#);
    check(&future, "0", "signature");
    check(&future, "1700000301", "timestamp_early");
    check(&timed(r#"{"at":{"pair":"t"}}"#), "0", "signature");
}

#[test]
fn a_second_lasts_until_the_next() {
    let source = timed(r#"{"at":{"pair":"t"},"past_seconds":300}"#);
    let signature = format!("t=1699999700,v1={}", hex(SECRET, "1699999700.body"));
    let at = |millis| Delivery {
        received_at: Timestamp::from_millis(millis),
        ..delivery(None, &[("x-signature", &signature)], "body")
    };
    check_verdict(&source, at(NOW * 1000 + 999), "signature");
    check_verdict(&source, at(NOW * 1000 + 1000), "timestamp_late");
}

#[test]
fn a_timestamp_counts_what_the_description_says() {
    let millis = timed(r#"{"at":{"header":["x-time"]},"unit":"milliseconds","past_seconds":300,"future_seconds":0}"#);
    check(&millis, "1699999700000", "signature");
    check(&millis, "1699999699999", "timestamp_late");
    check(&millis, "1700000000000", "signature");
    check(&millis, "1700000000001", "timestamp_early");
    let text = timed(r#"{"at":{"header":["x-time"]},"unit":"rfc3339","past_seconds":300,"future_seconds":0}"#);
    check(&text, "2023-11-14T22:13:20Z", "signature");
    check(&text, "2023-11-14T23:08:20+01:00", "signature");
    check(&text, "2023-11-14T22:08:19.999Z", "timestamp_late");
    check(&text, "2023-11-14T22:13:20.001Z", "timestamp_early");
    check(&text, "1700000000", "timestamp_malformed");
}

#[test]
fn only_digits_are_a_count() {
    let source = timed(r#"{"at":{"header":["x-time"]},"past_seconds":300,"future_seconds":300}"#);
    for malformed in ["+1700000000", "-1", "1700000000.0", "1e9", "0x6553f100", "now", "99999999999999999999"] {
        check(&source, malformed, "timestamp_malformed");
    }
    check(&source, "9999999999999999999", "timestamp_malformed");
    // The digits that were sent are signed, whatever number they are.
    check(&source, "01700000000", "signature");
    check(&source, "", "timestamp_missing");
    check(&source, "1700000000,1700000000", "timestamp_doubled");
}

#[test]
fn a_timestamp_is_where_the_description_says_and_once() {
    let pair = timed(r#"{"at":{"pair":"t"},"past_seconds":300}"#);
    let signature = hex(SECRET, "1700000000.body");
    let check_header = |header: &str, expected: &str| check_proof(&pair, &[("x-signature", header)], "body", expected);
    check_header(&format!("v1={signature}"), "timestamp_missing");
    check_header(&format!("t=,v1={signature}"), "timestamp_missing");
    check_header(&format!("t=1700000000,t=1700000000,v1={signature}"), "timestamp_doubled");
    check_header(&format!("t=1600000000,v1={signature}"), "signature_wrong");
    let field = timed(r#"{"at":{"json":"/time"},"past_seconds":300}"#);
    let check_body = |body: &str, expected: &str| {
        let signature = hex(SECRET, &format!("1700000000.{body}"));
        check_proof(&field, &[("x-signature", &format!("v1={signature}"))], body, expected);
    };
    check_body(r#"{"time":1700000000}"#, "signature");
    check_body(r#"{"time":"1700000000"}"#, "signature");
    check_body(r#"{"time":1700000000.5}"#, "timestamp_missing");
    check_body(r#"{"time":"today"}"#, "timestamp_malformed");
    check_body("{}", "timestamp_missing");
}

#[test]
fn a_timestamp_that_is_not_signed_is_checked_all_the_same() {
    let source = described(
        r#"{"kind":"hmac","header":["x-signature"],"encoding":"hex","message":"{body}",
            "timestamp":{"at":{"header":["x-time"]},"past_seconds":300,"unsigned":true}}"#,
        &format!(r#""secrets":["{SECRET}"]"#),
    );
    let check = |time: &str, expected: &str| {
        let headers = [("x-signature", &*hex(SECRET, "body")), ("x-time", time)];
        check_proof(&source, &headers, "body", expected);
    };
    check("1700000000", "signature");
    check("1600000000", "timestamp_late");
    check("", "timestamp_missing");
}
