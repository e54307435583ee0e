//! The function URL's events.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::delivery::BODY_MAX_BYTES;
use domain::delivery::request::{BodyError, Request};
use domain::delivery::route::{Route, route};
use serde_json::Value;

/// Any text is a request, whose path, method and body are those that stand in it, or an error; a request asks for
/// something, and its body is what was sent or has a stated fault.
pub fn hold(event: &str) {
    // A second reading, by the generic parser. It reads less, since it minds numbers and nesting where nobody looks; and
    // it does not take an array for an object's fields in their order, as serde does.
    let is_whole = |value: &Value| value["requestContext"]["http"].is_object();
    let value = serde_json::from_str::<Value>(event).ok().filter(is_whole);
    let Ok(request) = Request::read(event) else {
        return;
    };
    let (method, path) = (request.method().to_owned(), request.path().to_owned());
    if let Route::Deliver { source, token } = route(&method, &path) {
        assert_eq!(method, "POST");
        let hook = path.strip_prefix("/hooks/").expect("deliveries go there");
        assert!(source.is_none_or(|source| hook.split('/').next() == Some(source.as_str())));
        assert!(token.is_none_or(|token| !token.is_empty()));
    }
    let body = request.into_parts().map(|(_, _, body)| body);
    assert!(!body.as_ref().is_ok_and(|body| body.len() > BODY_MAX_BYTES));
    if let Some(value) = value {
        assert_eq!(value["requestContext"]["http"]["method"], method);
        assert_eq!(value["rawPath"], path);
        let text = value["body"].as_str().unwrap_or_default();
        match (value["isBase64Encoded"].as_bool().unwrap_or_default(), body) {
            (false, Ok(body)) => assert_eq!(body, text.as_bytes()),
            (true, Ok(body)) => assert_eq!(STANDARD.encode(body), text),
            (true, Err(BodyError::NotBase64)) => assert!(STANDARD.decode(text).is_err()),
            (false, Err(BodyError::NotBase64)) => panic!("it is not said to be base64"),
            (_, Err(BodyError::TooLarge)) => assert!(text.len() > BODY_MAX_BYTES),
        }
    }
}
