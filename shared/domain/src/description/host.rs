//! Names of hosts.

/// Whether a text is the name of a host, in lower case, or all names below one, which then begins with a dot. No address
/// is one, in whatever way a URL may write it.
#[must_use]
pub fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.strip_prefix('.').unwrap_or(text).split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    // A single label is a whole top-level domain, and what ends in a number is an address to whoever reads a URL.
    let is_number = |label: &&str| {
        let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        label.bytes().all(|byte| byte.is_ascii_digit()) || label.strip_prefix("0x").is_some_and(is_hex)
    };
    labels.len() >= 2 && labels.iter().all(is_label) && !labels.last().is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_name() {
        for good in ["cdn.example.com", ".example.com", "a_b.example.com", "1.example.com", "a.0xyz"] {
            assert!(is_host(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "com",
            ".com",
            "a..example",
            "*.example.com",
            "a.example:443",
            "CDN.example.com",
            "10.0.0.1",
            ".10.0.0.1",
            "127.1",
            "0x7f.1",
            "127.0.0.0x1",
            "0.0x",
            "[::1]",
        ] {
            assert!(!is_host(bad), "{bad}");
        }
    }
}
