use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::delivery::request::Request;
use domain::delivery::route::{Route, route};
use domain::provider::Provider;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::any;
use promises::function_url;

fn event(method: &str, path: &str, header: &str, body: &[u8]) -> String {
    let (body, is_base64_encoded) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    };
    json!({
        "version": "2.0",
        "rawPath": path,
        "headers": {"content-type": header},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": body,
        "isBase64Encoded": is_base64_encoded,
    })
    .to_string()
}

proptest! {
    #[test]
    fn a_request_comes_out_as_it_was_sent(
        method in any::text(),
        path in any::text(),
        header in any::text(),
        body in any::bytes(),
    ) {
        let event = event(&method, &path, &header, &body);
        function_url::hold(&event);
        let request = Request::read(&event).expect("it is an event");
        prop_assert_eq!((request.method(), request.path()), (method.as_str(), path.as_str()));
        let (url, headers, read) = request.into_parts().expect("its body is sound");
        prop_assert_eq!(url.path, path);
        prop_assert_eq!(&Provider::Csm.sender().expect("it is described").kept(&headers)["content-type"], &header);
        prop_assert_eq!(read, body);
    }

    #[test]
    fn an_event_of_which_a_character_was_changed_is_a_request_or_none(
        body in any::bytes(),
        at in any::<Index>(),
        character in any::<char>(),
    ) {
        let mut text: Vec<char> = event("POST", "/hooks/csm/token", "text/plain", &body).chars().collect();
        *at.get_mut(&mut text) = character;
        function_url::hold(&String::from_iter(text));
    }

    #[test]
    fn a_delivery_finds_its_source_with_any_token(name in any::source_name(), token in any::text()) {
        let path = format!("/hooks/{name}/{}", utf8_percent_encode(&token, NON_ALPHANUMERIC));
        let expected = Route::Deliver { source: Some(name), token: (!token.is_empty()).then_some(token) };
        prop_assert!(route("POST", &path) == expected);
    }

    #[test]
    fn nothing_but_a_post_under_hooks_is_a_delivery(method in any::text(), path in any::text()) {
        let is_delivery = |method, path: &str| matches!(route(method, path), Route::Deliver { .. });
        let under_hooks = format!("/hooks/{path}");
        prop_assert!(!is_delivery(&method, &under_hooks));
        prop_assert!(!is_delivery("POST", &path));
    }
}
