//! Tokens by which senders are known.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::delivery::{Delivery, RequestUrl};
use domain::digest::Digest;
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::verify;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use sha2::Sha256;

const SECRET: &str = "a-secret-of-thirty-two-bytes-or-so";
const NOW_SECONDS: f64 = 1_700_000_000.0;
const LEEWAY_SECONDS: f64 = 60.0;

/// A delivery is believed exactly if its token is signed, is of its body, and says what it must: the first line of `text`
/// is what the token says of itself, the second its claims, the third its signature, and the rest the body. `{sha256}`
/// stands for the body's hash, and `{signature}` for the genuine signature, which nobody can guess.
pub fn hold(text: &[u8]) {
    let mut parts = text.splitn(4, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (header, claims, signature, body) = (part(), part(), part(), part());
    let (Ok(claims), Ok(signature)) = (std::str::from_utf8(claims), std::str::from_utf8(signature)) else {
        return;
    };
    let claims = claims.replace("{sha256}", &Digest::of(body).to_string());
    let signed = format!("{}.{}", encode(header), encode(claims.as_bytes()));
    let genuine = sign(&signed);
    let signature = signature.replace("{signature}", &genuine);
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: [("x-token", format!("{signed}.{signature}"))].into_iter().collect(),
        body: body.to_vec(),
        received_at: Timestamp::from_millis(1000 * NOW_SECONDS as i64),
        request_id: "request-1".to_owned(),
    };
    let is_believed = verify(delivery, &source()).is_ok();
    let is_right = signature.trim_end() == genuine && names_algorithm(header) && says(&claims, body);
    assert_eq!(is_believed, is_right);
}

/// What a token says of itself. One that says anything of this twice is none.
#[derive(Deserialize)]
struct Header {
    alg: String,
    crit: Option<IgnoredAny>,
}

/// Whether it names the source's algorithm, and nothing that must be understood.
fn names_algorithm(header: &[u8]) -> bool {
    serde_json::from_slice::<Header>(header).is_ok_and(|header| header.alg == "HS256" && header.crit.is_none())
}

fn says(claims: &str, body: &[u8]) -> bool {
    let Ok(claims) = serde_json::from_str::<Value>(claims) else { return false };
    let hash = Digest::of(body).to_string();
    let is_of_body = claims["sha256"].as_str().is_some_and(|said| said.eq_ignore_ascii_case(&hash));
    let time = |name: &str, none: f64| match claims.get(name) {
        None => Some(none),
        Some(time) => time.as_f64().map(f64::floor),
    };
    let (Some(ends), Some(begins)) = (time("exp", f64::INFINITY), time("nbf", 0.0)) else { return false };
    let holds = ends > NOW_SECONDS - LEEWAY_SECONDS && begins <= NOW_SECONDS + LEEWAY_SECONDS;
    claims.is_object() && claims["iss"] == "sender" && claims.get("aud").is_none() && is_of_body && holds
}

fn encode(part: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(part)
}

fn sign(signed: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key of any length").chain_update(signed);
    encode(&mac.finalize().into_bytes())
}

fn source() -> Source {
    let scheme = r#"{"kind": "jwt", "algorithm": "HS256", "header": "x-token", "issuer": "sender",
        "body_hash": {"claim": "sha256", "encoding": "hex"}}"#;
    let secret = format!(r#"{{"scheme": {{"scheme": {scheme}}}, "secrets": ["{SECRET}"]}}"#);
    Source::parse(SourceName::parse("test").expect("a name"), &secret).expect("a source")
}
