//! The senders that the whole-system tests play: what their requests look like on the wire.
//!
//! Nothing here is taken from Landfall's own code: the signatures are made the way the senders' pages describe them,
//! so a mistake in the verification cannot hide behind the same mistake in the test.

use domain::provider::Provider;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::confidential;
use crate::http::Request;
use crate::source::{Source, hex};
use crate::stack::Stack;

/// The request by which the sender of `source` delivers `body`. A retry is the same request once more: none of them
/// changes anything in it.
#[must_use]
pub fn delivery(stack: &Stack, source: &Source, body: &[u8]) -> Request {
    let secret = source.secrets.first().map(String::as_str);
    request(&url(stack, &source.name, source.token.as_deref()), source.provider, secret, body)
}

/// The URL that the operator registers with the sender of the source `name`.
#[must_use]
pub fn url(stack: &Stack, name: &str, token: Option<&str>) -> String {
    let token = token.map(|token| format!("/{token}")).unwrap_or_default();
    format!("{}/hooks/{name}{token}", stack.function_url)
}

/// A request of `provider`'s making to `url`, signed with `secret` if there is one.
#[must_use]
pub fn request(url: &str, provider: Provider, secret: Option<&str>, body: &[u8]) -> Request {
    let mut request = Request { body: body.to_vec(), ..Request::new("POST", url.to_owned()) }
        .with_header("content-type", "application/json")
        .with_header("accept", "*/*")
        .with_header("user-agent", user_agent(provider));
    if let (Some(secret), Some(header)) = (secret, signature_header(provider)) {
        request = request.with_header(header, &sign(secret, body));
    }
    request
}

/// The header in which the provider sends its signature, spelt as the provider spells it.
#[must_use]
pub const fn signature_header(provider: Provider) -> Option<&'static str> {
    match provider {
        Provider::Get3w => Some("X-Get3W-Signature"),
        Provider::Glossi => Some("X-Glossi-Signature"),
        _ => None,
    }
}

/// The signature of `body`: lower-case hex of its HMAC-SHA256, keyed by the secret's own text.
#[must_use]
pub fn sign(secret: &str, body: &[u8]) -> String {
    sign_with(secret.as_bytes(), body)
}

/// The same with a key that is no text.
#[must_use]
pub fn sign_with(key: &[u8], body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    let signature = hex(&mac.chain_update(body).finalize().into_bytes());
    confidential::keep(confidential::SIGNATURE, &signature);
    signature
}

/// None of the first four documents its user agent; these are what the stacks they are known to run on send by themselves.
const fn user_agent(provider: Provider) -> &'static str {
    match provider {
        Provider::Csm => "axios/1.7.9",
        Provider::Get3w => "Go-http-client/2.0",
        Provider::Modelslab => "GuzzleHttp/7",
        Provider::Glossi => "node",
        _ => "webhooks/1.0",
    }
}
