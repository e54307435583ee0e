//! Operators' own descriptions of senders.

use std::collections::BTreeMap;

use domain::content::canonical::Canonical;
use domain::content::head::Head;
use domain::delivery::headers::Headers;
use domain::source::Source;
use domain::source::source_name::SourceName;
use serde_json::{Value, json};

/// Any text is a description that reads any body, or a stated refusal: its first line is a `scheme` of a source, the
/// second a header, and the rest a body.
pub fn hold(text: &[u8]) {
    let mut parts = text.splitn(3, |byte| *byte == b'\n');
    let (scheme, header, body) = (parts.next(), parts.next(), parts.next());
    let Some(scheme) = scheme.and_then(|scheme| serde_json::from_slice::<Value>(scheme).ok()) else {
        return;
    };
    let header = header.and_then(|header| std::str::from_utf8(header).ok()?.split_once(": "));
    let headers: Headers = header.into_iter().collect();
    let secret = json!({
        "scheme": scheme,
        "secrets": ["a secret of any length"],
        "token_sha256": ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    });
    let name = SourceName::parse("test").expect("a name");
    match Source::parse(name, &secret.to_string()) {
        Ok(source) => reads(&source, &headers, body.unwrap_or_default()),
        Err(error) => assert!(!error.to_string().contains("a secret of any length")),
    }
}

/// The thin function and the heavy one agree, but for bodies that only the heavy one has read to the end.
fn reads(source: &Source, headers: &Headers, body: &[u8]) {
    let kept: BTreeMap<String, String> = source.sender.kept(headers);
    let thin = source.sender.head(&kept, body);
    let heavy = Canonical::of(&source.sender, &kept, body);
    let unless_unreadable = Head { event_type: heavy.head.event_type, ..thin.clone() };
    assert_eq!(heavy.head, unless_unreadable);
    assert!(heavy.status().is_none() || heavy.head.event_type == thin.event_type);
    assert_eq!(heavy.status().is_some(), heavy.details.media.is_some());
}
