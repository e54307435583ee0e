//! The example of a source's secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::description::{
    AccountRule, Description, Encoding, Hmac, Jwt, JwtKey, KeySource, PublicKeySignature, Scheme, SecretEncoding,
    SecretForm, SignatureAlgorithm, StaticToken, Template,
};
use domain::digest::Digest;
use serde_json::{Map, Value, json};

/// What the operator makes up and puts into the URL.
pub(crate) const TOKEN: &str = "a-long-random-token";
/// 32 bytes, where a key is to be some.
const KEY: &[u8; 32] = b"only the sender and you know it.";
/// Keys of which nobody has the other half; they are published with libraries and specifications.
const P256_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";
const RSA_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwpb91cEYuyJNQepZAVfPZIlPZfNUefH+n6w9SW3fykqKu938cR7WadQv87oF2VuT+fDt7kqeRziTmPSUhqPUys/V2Q1rlfJuXbE+Gga37t7zwd0egQ+KyOEHQOpcTwKmtZ81ieGHynAQzsn1We3jwt760MsCPJ7GMT141ByQM+yW1Bx+4SG3IGjXWyqOWrcXsxAvIXkpUD/jK/L958CgnZEgz0BSEh0QxYLITnW1lLokSx/dTianWPFEhMC9BgijempgNXHNfcVirg1lPSygz7KqoKUN0oHqWLr2U1A+7kqrl6O2nx3CKs1bj1hToT1+p4kcMoHXA7kA+VBLUpEsVwIDAQAB";

/// Whether the URL should hold a token: where nothing else proves a delivery, or a copy of one would be another event.
pub(crate) fn has_url_token(description: &Description) -> bool {
    description.scheme == Scheme::UrlToken
        || description.scheme.account() == Some(&AccountRule::TokenOnly)
        || description.scheme.message().is_some_and(Template::has_checksum)
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
            if message.holds_url() {
                fields.extend(one("public_url", json!("https://hooks.example.com")));
            }
            fields
        }
        Scheme::PublicKey(PublicKeySignature { algorithm, keys, account, .. }) => {
            let mut fields = public_keys(*algorithm, keys);
            fields.extend(account_field(account.as_ref()));
            fields
        }
        Scheme::Jwt(Jwt { key, account, .. }) => {
            let mut fields = match key {
                JwtKey::Secret(form) => one("secrets", json!([signing_secret(form)])),
                JwtKey::Public { algorithm, keys } => public_keys(*algorithm, keys),
            };
            fields.extend(account_field(account.as_ref()));
            fields
        }
    }
}

fn account_field(rule: Option<&AccountRule>) -> Option<(String, Value)> {
    let names = matches!(rule, Some(AccountRule::At(_) | AccountRule::Claim(_) | AccountRule::InMessage));
    names.then(|| ("account".to_owned(), json!("your-account-as-the-sender-names-it")))
}

/// What stands in `public_keys`, if the operator copies the sender's keys there.
fn public_keys(algorithm: SignatureAlgorithm, keys: &KeySource) -> Vec<(String, Value)> {
    let KeySource::Operator { strip_prefix, encoding } = keys else { return Vec::new() };
    let prefix = strip_prefix.as_deref().unwrap_or_default();
    let key = match (algorithm, encoding) {
        (SignatureAlgorithm::Ed25519, Encoding::Hex) => base16ct::lower::encode_string(KEY),
        (SignatureAlgorithm::Ed25519, Encoding::Base64) => STANDARD.encode(KEY),
        (SignatureAlgorithm::EcdsaP256 | SignatureAlgorithm::EcdsaP256Raw, _) => P256_KEY.to_owned(),
        (SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha1, _) => RSA_KEY.to_owned(),
    };
    vec![("public_keys".to_owned(), json!([format!("{prefix}{key}")]))]
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
