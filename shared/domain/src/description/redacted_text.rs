//! What a message shows of a text that somebody wrote where it makes no sense.

use std::fmt;

/// A text as a message shows it: in full if it can only be a word of the language, written wrong. Anything else may be a
/// secret in the wrong place, and messages go to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedactedText(Option<String>);

/// Longer than each word of the language, and than what is written in its place: `HMAC-SHA256`.
const WORD_MAX_BYTES: usize = 16;

impl RedactedText {
    /// No secret that is worth anything is so short and of such letters alone.
    const MAX_BYTES: usize = 20;

    /// A text that makes no sense where it stands.
    #[must_use]
    pub fn of(text: &str) -> RedactedText {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || b"-_".contains(&byte);
        let is_word = !text.is_empty() && text.len() <= RedactedText::MAX_BYTES && text.bytes().all(is_letter);
        RedactedText(is_word.then(|| text.to_owned()))
    }

    /// The same of a text where only one of a few words can stand: nobody puts a secret there, and what is written
    /// wrong in one may be its case or its digits.
    #[must_use]
    pub fn of_word(text: &str) -> RedactedText {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_word = !text.is_empty() && text.len() <= WORD_MAX_BYTES && text.bytes().all(is_plain);
        RedactedText(is_word.then(|| text.to_owned()))
    }

    /// The text, if it is shown.
    #[must_use]
    pub fn word(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Display for RedactedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(word) => write!(f, "`{word}`"),
            None => f.write_str("a text that is not shown here"),
        }
    }
}
