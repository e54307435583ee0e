//! What a parser says of an operator's description, without what stands there.

use serde_path_to_error::{Error, Path, Segment};

use crate::description::RedactedText;

/// Where the fault is, and the parser's message.
pub(super) fn fault(error: &Error<serde_json::Error>) -> String {
    let message = error.inner().to_string();
    let place = place(error.path(), message.starts_with(UNKNOWN_FIELD));
    let message = unquoted(&message);
    if place.is_empty() { message } else { format!("`{place}`: {message}") }
}

const UNKNOWN_FIELD: &str = "unknown field ";

/// The fields that lead to a fault: `shape[0].key`. The one that is unknown is told by the message.
fn place(path: &Path, is_field_unknown: bool) -> String {
    let segments = path.iter().len() - usize::from(is_field_unknown && path.iter().len() > 0);
    let mut place = String::new();
    for segment in path.iter().take(segments) {
        let name = match segment {
            Segment::Seq { index } => {
                place.push_str(&format!("[{index}]"));
                continue;
            }
            Segment::Map { key } | Segment::Enum { variant: key } => {
                RedactedText::of(key).word().unwrap_or("?").to_owned()
            }
            Segment::Unknown => "?".to_owned(),
        };
        if !place.is_empty() {
            place.push('.');
        }
        place.push_str(&name);
    }
    place
}

/// The parser's message without the value that it quotes: an operator may have put a secret in the wrong place. A word
/// of the language that is written wrong is still shown, as is which words there are.
fn unquoted(message: &str) -> String {
    for fault in ["invalid type: ", "invalid value: "] {
        if let Some(rest) = message.strip_prefix(fault) {
            // The value itself may hold anything, this text too.
            let expected = rest.rfind(", expected ").and_then(|at| rest.get(at..)).unwrap_or_default();
            let kind = rest.split(['"', '`', '\'', ',']).next().unwrap_or_default().trim_end();
            return format!("{fault}{kind}{expected}");
        }
    }
    for fault in ["unknown variant ", UNKNOWN_FIELD] {
        if let Some(rest) = message.strip_prefix(fault) {
            let known = rest.rfind("`, expected ").or_else(|| rest.rfind("`, there are no "));
            let (quoted, known) = rest.split_at(known.unwrap_or(rest.len()));
            let quoted = quoted.trim_start_matches('`');
            let word = if fault == UNKNOWN_FIELD { RedactedText::of(quoted) } else { RedactedText::of_word(quoted) };
            // The name of an operator's own description is not theirs to write.
            return format!("{fault}{word}{}", known.trim_start_matches('`').replace("`name`, `about`, ", "`about`, "));
        }
    }
    message.to_owned()
}
