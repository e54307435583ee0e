//! A bound on what senders write.

/// Texts that travel beside a body have at most this many bytes. Nine of them, each byte escaped in JSON, still leave a
/// published event and a message far below what SNS, SQS and a record take; the body has the whole text.
pub(crate) const TEXT_MAX_BYTES: usize = 2048;

/// `text`, cut to the bound between two characters.
pub(crate) fn truncate(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(TEXT_MAX_BYTES));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_texts_are_cut_and_never_within_a_character() {
        assert_eq!(truncate("short".to_owned()), "short");
        assert_eq!(truncate("x".repeat(5000)).len(), TEXT_MAX_BYTES);
        let cut = truncate(format!("x{}", "ü".repeat(5000)));
        assert_eq!(cut.len(), TEXT_MAX_BYTES - 1);
    }
}
