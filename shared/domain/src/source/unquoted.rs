//! What a parser says of an operator's description, without what stands there.

use crate::description::RedactedText;

/// The parser's message without the value that it quotes: an operator may have put a secret in the wrong place. A word
/// of the language that is written wrong is still shown, as is which words there are.
pub(super) fn unquoted(message: &str) -> String {
    for fault in ["invalid type: ", "invalid value: "] {
        if let Some(rest) = message.strip_prefix(fault) {
            // The value itself may hold anything, this text too.
            let expected = rest.rfind(", expected ").and_then(|at| rest.get(at..)).unwrap_or_default();
            let kind = rest.split(['"', '`', '\'', ',']).next().unwrap_or_default().trim_end();
            return format!("{fault}{kind}{expected}");
        }
    }
    for fault in ["unknown variant ", "unknown field "] {
        if let Some(rest) = message.strip_prefix(fault) {
            let known = rest.rfind("`, expected ").or_else(|| rest.rfind("`, there are no "));
            let (quoted, known) = rest.split_at(known.unwrap_or(rest.len()));
            let word = RedactedText::of(quoted.trim_start_matches('`'));
            return format!("{fault}{word}{}", known.trim_start_matches('`'));
        }
    }
    message.to_owned()
}
