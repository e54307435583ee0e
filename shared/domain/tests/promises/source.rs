//! The secrets that configure sources.

use domain::source::{Credentials, Source, SourceError};
use domain::source_name::SourceName;
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
            let (secrets, tokens) = (count("secrets"), count("token_sha256"));
            // The whole text of each is known, so there is no room for a secret.
            let shown = match &source.credentials {
                Credentials::Token(_) => format!("Token({tokens} tokens)"),
                Credentials::Signature { header, .. } => {
                    format!("Signature {{ header: {header:?}, secrets: {secrets} secrets }}")
                }
                Credentials::Both { header, .. } => {
                    format!("Both {{ header: {header:?}, secrets: {secrets} secrets, tokens: {tokens} tokens }}")
                }
            };
            assert_eq!(format!("{:?}", source.credentials), shown);
            assert!(secrets + tokens > 0, "nobody need prove anything");
            assert_eq!(value["provider"], source.provider.as_str());
            assert_eq!(secrets > 0, !matches!(source.credentials, Credentials::Token(_)));
            assert_eq!(tokens > 0, !matches!(source.credentials, Credentials::Signature { .. }));
        }
        Err(SourceError::Malformed { line, column, category }) => {
            assert!(line <= json.lines().count().max(1) + 1 && column <= json.len() + 1, "{line}:{column} {category}");
        }
        Err(
            SourceError::UnknownProvider(_)
            | SourceError::NoCredentials
            | SourceError::SignsNothing(_)
            | SourceError::SecretTooShort
            | SourceError::NotADigest,
        ) => assert!(serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok()),
    }
}
