//! Texts in a delivery's headers of which one may be its code.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A text that may be a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub(super) header: String,
    /// As the language writes it; alone if nothing is said.
    pub(super) syntax: Option<String>,
    pub(super) encoding: &'static str,
    pub(super) hash: &'static str,
    /// The texts beside it, each with its name.
    pub(super) pairs: Vec<(String, String)>,
}

/// Headers that every client or proxy adds: no sender's id is in them.
const OTHERS: [&str; 18] = [
    "accept",
    "accept-encoding",
    "authorization",
    "cache-control",
    "cdn-loop",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "host",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-real-ip",
];
/// And what theirs begin with.
const OTHERS_BEGIN: [&str; 3] = ["x-forwarded-", "x-amzn-", "cf-"];

impl Code {
    /// The codes that a header may hold.
    pub(super) fn of(name: &str, value: &str) -> Vec<Code> {
        let (header, value) = (name.to_ascii_lowercase(), value.trim());
        if is_other(&header) && header != "authorization" {
            return Vec::new();
        }
        let code = |text: &str, syntax: Option<String>, pairs: &[(String, String)]| {
            let (encoding, bytes) = decoded(text)?;
            let hash = match bytes {
                20 => "sha1",
                32 => "sha256",
                48 => "sha384",
                64 => "sha512",
                _ => return None,
            };
            Some(Code { header: header.clone(), syntax, encoding, hash, pairs: pairs.to_vec() })
        };
        let mut codes: Vec<Option<Code>> = vec![code(value, None, &[])];
        for separator in ['=', ':', ' '] {
            if let Some((word, rest)) = value.split_once(separator) {
                let prefix = quoted(&format!("{word}{separator}"));
                codes.push(code(rest, Some(format!("{{ form = \"prefix\", prefix = {prefix} }}")), &[]));
            }
        }
        for separator in [',', ';'] {
            let pairs = value.split(separator).map(|pair| pair.trim().split_once('='));
            let Some(pairs) = pairs.collect::<Option<Vec<_>>>() else { continue };
            let pairs: Vec<(String, String)> =
                pairs.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
            for (key, text) in &pairs {
                let syntax = format!(
                    "{{ form = \"pairs\", key = {}, separator = {} }}",
                    quoted(key),
                    quoted(&separator.to_string())
                );
                codes.push(code(text, Some(syntax), &pairs));
            }
        }
        for item in value.split(' ') {
            if let Some((version, text)) = item.split_once(',') {
                codes.push(code(text, Some(format!("{{ form = \"versions\", version = {} }}", quoted(version))), &[]));
            }
        }
        codes.into_iter().flatten().collect()
    }
}

/// How a text is encoded, and of how many bytes.
pub(super) fn decoded(text: &str) -> Option<(&'static str, usize)> {
    if text.len().is_multiple_of(2) && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(("hex", text.len() / 2));
    }
    let bare = text.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD.decode(bare).or_else(|_| URL_SAFE_NO_PAD.decode(bare)).ok()?;
    Some(("base64", bytes.len()))
}

/// Whether a header is none of the sender's own.
pub(super) fn is_other(header: &str) -> bool {
    OTHERS.contains(&header) || OTHERS_BEGIN.iter().any(|beginning| header.starts_with(beginning))
}

/// A text in TOML, which writes it as JSON does.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
