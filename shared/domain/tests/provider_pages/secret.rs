//! The example of a source's secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::description::{
    AccountRule, Description, Ed25519, Encoding, Hmac, KeySource, Scheme, SecretEncoding, SecretForm, StaticToken,
    TemplatePart,
};
use domain::digest::Digest;
use serde_json::{Map, Value, json};

/// What the operator makes up and puts into the URL.
pub(crate) const TOKEN: &str = "a-long-random-token";
/// 32 bytes, where a key is to be some.
const KEY: &[u8; 32] = b"only the sender and you know it.";

/// Whether the URL should hold a token: where nothing else proves a delivery, or a copy of one would be another event.
pub(crate) fn has_url_token(description: &Description) -> bool {
    description.scheme == Scheme::UrlToken
        || description.scheme.account() == Some(&AccountRule::TokenOnly)
        || description.unsigned_key_headers().next().is_some()
}

/// The secret of a source, as JSON for a person to read.
pub(crate) fn example(description: &Description) -> String {
    let mut secret = Map::new();
    secret.insert("provider".to_owned(), json!(description.name));
    secret.extend(credentials(&description.scheme));
    if description.challenges.iter().any(|challenge| challenge.token.is_some()) {
        secret.insert("verify_token".to_owned(), json!("a-text-that-you-choose"));
    }
    if has_url_token(description) {
        secret.insert("token_sha256".to_owned(), json!([Digest::of(TOKEN.as_bytes()).to_string()]));
    }
    serde_json::to_string_pretty(&secret).expect("it is JSON")
}

fn credentials(scheme: &Scheme) -> Vec<(String, Value)> {
    let one = |field: &str, value: Value| vec![(field.to_owned(), value)];
    match scheme {
        Scheme::UrlToken => Vec::new(),
        Scheme::Ed25519(Ed25519 { keys: KeySource::Jwks { .. }, account, .. }) => match account {
            Some(AccountRule::At(_)) => one("account", json!("your-account-as-the-sender-names-it")),
            Some(AccountRule::TokenOnly) | None => Vec::new(),
        },
        Scheme::Basic => one("secrets", json!(["name:a-long-random-password"])),
        Scheme::StaticToken(StaticToken { header, at, .. }) => {
            let mut fields = one("secrets", json!(["a-long-random-token-in-the-header"]));
            if header.is_none() && at.is_none() {
                fields.extend(one("token_header", json!("x-your-token")));
            }
            fields
        }
        Scheme::Hmac(Hmac { secret, message, .. }) => {
            let mut fields = one("secrets", json!([signing_secret(secret)]));
            if message.0.contains(&TemplatePart::Url) {
                fields.extend(one("public_url", json!("https://hooks.example.com")));
            }
            fields
        }
        Scheme::Ed25519(Ed25519 { keys: KeySource::Operator { strip_prefix, encoding }, .. }) => {
            let prefix = strip_prefix.as_deref().unwrap_or_default();
            let key = match encoding {
                Encoding::Hex => base16ct::lower::encode_string(KEY),
                Encoding::Base64 => STANDARD.encode(KEY),
            };
            one("public_keys", json!([format!("{prefix}{key}")]))
        }
    }
}

fn signing_secret(form: &SecretForm) -> String {
    let prefix = form.strip_prefix.as_deref().unwrap_or_default();
    let rest = match form.encoding {
        SecretEncoding::Text => "the-secret-as-the-sender-shows-it".to_owned(),
        SecretEncoding::Base64 => STANDARD.encode(KEY),
        SecretEncoding::Hex => base16ct::lower::encode_string(KEY),
    };
    format!("{prefix}{rest}")
}
