use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const KEY: &[u8] = b"0123456789abcdef01234567";

/// A genuine delivery by Standard Webhooks with `added` headers, which no signature covers, before and after its own.
fn with(added: &[(&str, &str)]) -> Vec<Delivery> {
    let signature = format!("v1,{}", STANDARD.encode(code(KEY, &format!("{ID}.{NOW}.{{}}"))));
    let now = NOW.to_string();
    let genuine = [("webhook-id", ID), ("webhook-timestamp", &*now), ("webhook-signature", &*signature)];
    let orders = [[added, &genuine[..]].concat(), [&genuine[..], added].concat()];
    orders.into_iter().map(|headers| delivery(None, &headers, "{}")).collect()
}

/// A captured delivery comes in again with headers of the other names that id and time may have.
#[test]
fn headers_that_a_stranger_adds_make_no_other_event() {
    let source = source(&format!(r#"{{"provider":"standard-webhooks","secrets":["whsec_{}"]}}"#, STANDARD.encode(KEY)));
    for length in [1, 4070, 4081, 8192] {
        let long = "1".repeat(length);
        for added in [
            vec![("svix-id", "x"), ("svix-timestamp", &*long)],
            vec![("svix-id", &*long)],
            vec![("user-agent", &*long), ("svix-id", "x")],
        ] {
            for delivery in with(&added) {
                let event = verify(delivery, &source).unwrap().event().clone();
                assert_eq!(event.id.to_string(), format!("test/{ID}"), "{length}");
                // The processor has no other headers, and reads the same.
                assert_eq!(source.sender.head(&event.headers, b"{}").key, [ID]);
                assert!(!event.headers.contains_key("svix-id"));
            }
        }
    }
}

#[test]
fn a_signed_header_is_not_crowded_out_by_one_that_is_not() {
    let own = |scheme: &str| {
        let shape = r#"{"key":["header:x-signed"],"otherwise":"event.occurred"}"#;
        source(&format!(
            r#"{{"scheme":{{"scheme":{scheme},"kept_headers":["x-free","x-signed"],"shape":[{shape}]}},"secrets":["{SECRET}"]}}"#
        ))
    };
    let signing =
        own(r#"{"kind":"hmac","header":["x-signature"],"encoding":"hex","message":"{header:x-signed}{body}"}"#);
    let signature = hex(SECRET, "a{}");
    let long = "x".repeat(4085);
    let headers = [("x-free", &*long), ("x-signed", "a"), ("x-signature", &*signature)];
    check(&signing, delivery(None, &headers, "{}"), expect!["signature | landfall.event.occurred | test/a"]);
}

/// Shopify signs the body alone.
#[test]
fn a_captured_body_of_shopify_is_one_event_of_its_topic() {
    let shopify = source(&format!(r#"{{"provider":"shopify","secrets":["{SECRET}"]}}"#));
    let id = |topic: &str, webhook_id: &str, body: &str| {
        let signature = STANDARD.encode(code(SECRET.as_bytes(), body));
        let headers =
            [("x-shopify-hmac-sha256", &*signature), ("x-shopify-topic", topic), ("x-shopify-webhook-id", webhook_id)];
        verify(delivery(None, &headers, body), &shopify).unwrap().event().id.to_string()
    };
    let genuine = id("orders/create", "1", r#"{"id":1}"#);
    assert_eq!(genuine, id("orders/create", "2", r#"{"id":1}"#));
    assert_ne!(genuine, id("orders/create", "1", r#"{"id":2}"#));
    // The same bytes may be two events of Shopify's, and none may be lost.
    assert_ne!(genuine, id("orders/paid", "1", r#"{"id":1}"#));
}
