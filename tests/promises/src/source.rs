//! The secrets that configure sources.

use domain::source::source_name::SourceName;
use domain::source::{Credentials, Keys, Proof, Source, SourceError};
use serde_json::Value;

/// Any text is a source with credentials, or a stated refusal; neither shows a secret.
pub fn hold(json: &str) {
    let name = SourceName::parse("test").expect("a name");
    match Source::parse(name, json) {
        Ok(source) => {
            // A second reading, by the generic parser. It reads less, since it minds numbers where nobody looks; and it
            // does not take an array for an object's fields in their order, as serde does.
            let Some(value) = serde_json::from_str::<Value>(json).ok().filter(Value::is_object) else {
                return;
            };
            let count = |field: &str| value[field].as_array().map_or(0, Vec::len);
            let (secrets, keys, tokens) = (count("secrets"), count("public_keys"), count("token_sha256"));
            // The whole text of each is known, so there is no room for a secret.
            let tokens_shown = format!("{tokens} tokens");
            let shown = match &source.credentials {
                Credentials::Token(_) => format!("Token({tokens_shown})"),
                Credentials::Proof(proof) => format!("Proof({})", proof_shown(proof, secrets, keys)),
                Credentials::Both { proof, .. } => {
                    format!("Both {{ proof: {}, tokens: {tokens_shown} }}", proof_shown(proof, secrets, keys))
                }
            };
            assert_eq!(format!("{:?}", source.credentials), shown);
            let is_named = matches!(
                &source.credentials,
                Credentials::Proof(Proof::Signature { keys: Keys::Certificate(_), .. })
                    | Credentials::Both { proof: Proof::Signature { keys: Keys::Certificate(_), .. }, .. }
            );
            let is_published = is_named || source.credentials.key_set().is_some();
            // Whose keys are published has them for all of its customers.
            let has_account = value["account"].is_string() || count("account") > 0;
            assert!(has_account || secrets + keys + tokens > 0, "nobody need prove anything");
            assert_eq!(value["provider"].as_str().unwrap_or("custom"), source.provider.as_str());
            assert_eq!(is_published || secrets + keys > 0, !matches!(source.credentials, Credentials::Token(_)));
            assert_eq!(tokens > 0, !matches!(source.credentials, Credentials::Proof(_)));
        }
        Err(SourceError::Malformed { line, column, category }) => {
            assert!(line <= json.lines().count().max(1) + 1 && column <= json.len() + 1, "{line}:{column} {category}");
        }
        Err(_) => assert!(serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok()),
    }
}

/// What is shown of a proof: names of headers, which the description says, and numbers.
fn proof_shown(proof: &Proof, secrets: usize, keys: usize) -> String {
    match proof {
        Proof::TokenAt { at, prefix, forms, .. } => {
            format!("TokenAt {{ at: {at:?}, prefix: {prefix:?}, forms: {forms:?}, tokens: {secrets} tokens }}")
        }
        Proof::StaticToken { header, prefix, .. } => {
            format!("StaticToken {{ header: {header:?}, prefix: {prefix:?}, tokens: {secrets} tokens }}")
        }
        Proof::Basic(_) => format!("Basic({secrets} tokens)"),
        Proof::Signature { signing, keys: with } => {
            format!("Signature {{ signing: {signing:?}, keys: {} }}", keys_shown(with, secrets, keys))
        }
        Proof::Jwt { scheme, keys: with } => {
            format!("Jwt {{ scheme: {scheme:?}, keys: {} }}", keys_shown(with, secrets, keys))
        }
    }
}

fn keys_shown(with: &Keys, secrets: usize, keys: usize) -> String {
    match with {
        Keys::Mac(_) => format!("Mac({secrets} secrets)"),
        Keys::Public(_) => format!("Public({keys} public keys)"),
        Keys::Published(address) => format!("Published({address:?})"),
        Keys::Certificate(certificate) => format!("Certificate({certificate:?})"),
    }
}
