//! Commands to copy into a shell.

/// A text as a word of a shell.
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-/:=,@+".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn a_word_of_a_shell_is_one_word() {
        let check = |text: &str, expected: &str| assert_eq!(shell_word(text), expected);
        check("csm-prod/a:b", "csm-prod/a:b");
        check("", "''");
        check("a b", "'a b'");
        check("it's $(x)", r"'it'\''s $(x)'");
    }
}
