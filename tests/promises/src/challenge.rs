//! Questions that strangers ask.

use domain::delivery::reply::Reply;
use domain::delivery::{Delivery, RequestUrl};
use domain::description::ChallengeMethod;
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::answer_unsigned;
use serde_json::Value;
use url::form_urlencoded;

/// A fuzzer finds the text of any secret that it sees compared, and then asks for it: whether a secret is told shows in
/// whether another one would have been answered otherwise.
const SECRETS: [&str; 2] = ["a secret that nobody may learn", "another secret, of another length"];
const VERIFY_TOKEN: &str = "a-verify-token";
/// Of the URL: its SHA-256 is in the sources.
const TOKEN: &str = "token-of-the-url";

/// Any request is answered with nothing but what it said itself, whatever the secret is: the first line of `text` is a
/// query, the second a header's value, the third a token in the URL, and the rest a body.
pub fn hold(text: &[u8]) {
    let mut parts = text.splitn(4, |byte| *byte == b'\n');
    let mut line = || parts.next().map(|part| String::from_utf8_lossy(part).into_owned()).unwrap_or_default();
    let (query, header, token, body) = (line(), line(), line(), line());
    let url = RequestUrl { query: query.clone(), ..RequestUrl::default() };
    let delivery = Delivery {
        url,
        token: (!token.is_empty()).then(|| token.as_str().into()),
        headers: [("x-hook-secret", header.as_str())].into_iter().collect(),
        body: body.clone().into_bytes(),
        received_at: Timestamp::from_millis(0),
        request_id: String::new(),
    };
    for method in [ChallengeMethod::Get, ChallengeMethod::Post] {
        for has_url_token in [false, true] {
            let [reply, other] =
                SECRETS.map(|secret| answer_unsigned(&delivery, method, &source(secret, has_url_token)));
            assert_eq!(reply, other, "the answer depends on the secret");
            if let Some(Ok(reply)) = reply {
                assert!(!has_url_token || token == TOKEN, "who does not know the token is answered");
                holds_nothing_else(&reply, &query, &header, &body);
            }
        }
    }
}

fn holds_nothing_else(reply: &Reply, query: &str, header: &str, body: &str) {
    let Reply { status, media_type, headers, body: said } = reply;
    assert!((200..300).contains(status));
    assert!(said.len() <= 8 * 4096);
    for (name, value) in headers {
        assert_eq!((name.as_str(), value.as_str()), ("x-hook-secret", header.trim()));
        assert!(value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
    }
    if *media_type == "application/json" {
        let said: Value = serde_json::from_str(said).expect("it is JSON");
        let asked: Value = serde_json::from_str(body.trim_start_matches('\u{feff}')).unwrap_or_default();
        // Bodies are read leniently, so that not each that was answered can be read here.
        assert!(asked.is_null() || text(&said["challenge"]) == text(&asked["challenge"]), "{said} is told of {asked}");
    } else if headers.is_empty() {
        let bare = said.strip_prefix('<').and_then(|said| said.strip_suffix('>')).filter(|_| *status == 202);
        let mut asked = form_urlencoded::parse(query.as_bytes());
        assert!(asked.any(|(_, value)| value == bare.unwrap_or(said)), "{said} was not asked");
    } else {
        assert!(said.is_empty());
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn source(secret: &str, has_url_token: bool) -> Source {
    let scheme = r#"{
        "scheme": {"kind": "hmac", "header": "x-signature", "encoding": "hex", "message": "{body}"},
        "challenge": [
            {"method": "GET", "unsigned": true, "when": [{"at": "query:hub.mode", "equals": "subscribe"}],
             "token": "query:hub.verify_token", "answer": "query:hub.challenge"},
            {"method": "GET", "unsigned": true, "when": [{"at": "query:challenge", "present": true}],
             "answer": {"status": 202, "text": "<{query:challenge}>"}},
            {"unsigned": true, "when": [{"at": "header:x-hook-secret", "present": true}],
             "answer": {"headers": {"x-hook-secret": "{header:x-hook-secret}"}}},
            {"unsigned": true, "when": [{"at": "/challenge", "present": true}],
             "answer": {"json": {"challenge": "{/challenge}", "type": 1}}}
        ]
    }"#;
    let tokens = if has_url_token {
        // printf token-of-the-url | sha256sum
        r#","token_sha256":["0e0749dca548adee2eaa5bd756590d893666fb8938089bd92e7326b0d9b2e19f"]"#
    } else {
        ""
    };
    let text = format!(r#"{{"scheme":{scheme},"secrets":["{secret}"],"verify_token":"{VERIFY_TOKEN}"{tokens}}}"#);
    Source::parse(SourceName::parse("test").expect("a name"), &text).expect("a source")
}
