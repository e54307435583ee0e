//! Certificates whose address stands in the delivery.

use crate::description::FieldPath;

/// In a host: a region of AWS, such as `eu-central-1`.
pub(super) const REGION: &str = "{region}";
/// In a path: letters, digits, `-` and `_`.
pub(super) const NAME: &str = "{name}";
const NAME_MAX_BYTES: usize = 128;

/// Where a delivery says which certificate verifies it, and which addresses count. Anybody can write an address
/// into a delivery, so that only those count that nobody but the sender can publish at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRule {
    /// Where in the delivery the address stands.
    pub at: FieldPath,
    /// The hosts that it may have; `{region}` stands for a region of AWS.
    pub hosts: Vec<String>,
    /// The path that it must have; `{name}` stands for letters, digits, `-` and `_`.
    pub path: String,
    /// For how many seconds a certificate is kept, up to a day.
    pub ttl_seconds: u32,
}

impl CertificateRule {
    /// The host of `url`, if a certificate may come from there: by https, with nothing around host and path.
    #[must_use]
    pub fn host<'u>(&self, url: &'u str) -> Option<&'u str> {
        let rest = url.strip_prefix("https://")?;
        let (host, path) = rest.split_at(rest.find('/')?);
        let is_known = self.hosts.iter().any(|known| is_like(host, known, REGION, is_region));
        (is_known && is_like(path, &self.path, NAME, is_name)).then_some(host)
    }
}

/// Whether `text` is `pattern`, in which something that `fits` stands in the place of `hole`.
fn is_like(text: &str, pattern: &str, hole: &str, fits: impl Fn(&str) -> bool) -> bool {
    match pattern.split_once(hole) {
        None => text == pattern,
        Some((before, after)) => text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).is_some_and(fits),
    }
}

/// Not every label is one: `sns.s3-us-west-2.amazonaws.com` is anybody's bucket.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(&*parts, [words @ .., number] if words.len() >= 2 && words.iter().all(is_word) && is_number(number))
}

fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=NAME_MAX_BYTES).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: Option<&str>) {
        let rule = CertificateRule {
            at: FieldPath::parse("/SigningCertURL").expect("a place"),
            hosts: vec!["sns.{region}.amazonaws.com".to_owned(), "certs.example.com".to_owned()],
            path: "/Simple-{name}.pem".to_owned(),
            ttl_seconds: 60,
        };
        assert_eq!(rule.host(url), expected, "{url}");
    }

    #[test]
    fn a_certificate_comes_from_where_only_the_sender_can_publish() {
        for host in [
            "sns.us-east-1.amazonaws.com",
            "sns.us-gov-west-1.amazonaws.com",
            "sns.ap-southeast-7.amazonaws.com",
            "certs.example.com",
        ] {
            check(&format!("https://{host}/Simple-0a1B_-.pem"), Some(host));
        }
    }

    #[test]
    fn no_other_address_is_believed() {
        for url in [
            "",
            "https://",
            "https://sns.us-east-1.amazonaws.com",
            "http://sns.us-east-1.amazonaws.com/Simple-1.pem",
            "HTTPS://sns.us-east-1.amazonaws.com/Simple-1.pem",
            "https://sns.us-east-1.amazonaws.com:8443/Simple-1.pem",
            "https://sns.us-east-1.amazonaws.com./Simple-1.pem",
            "https://user@sns.us-east-1.amazonaws.com/Simple-1.pem",
            "https://evil.example/sns.us-east-1.amazonaws.com/Simple-1.pem",
            "https://sns.us-east-1.amazonaws.com.evil.example/Simple-1.pem",
            "https://evil.example#sns.us-east-1.amazonaws.com/Simple-1.pem",
            "https://evilsns.us-east-1.amazonaws.com/Simple-1.pem",
            // Buckets of anybody.
            "https://sns.s3.amazonaws.com/Simple-1.pem",
            "https://sns.s3-us-west-2.amazonaws.com/Simple-1.pem",
            "https://sns.s3.us-west-2.amazonaws.com/Simple-1.pem",
            "https://sns.us-east.amazonaws.com/Simple-1.pem",
            "https://sns..amazonaws.com/Simple-1.pem",
            "https://sns.amazonaws.com/Simple-1.pem",
            "https://sns.us-east-1.amazonaws.com/Other-1.pem",
            "https://sns.us-east-1.amazonaws.com/Simple-.pem",
            "https://sns.us-east-1.amazonaws.com/Simple-1.pem?a=b",
            "https://sns.us-east-1.amazonaws.com/Simple-1.pem#b",
            "https://sns.us-east-1.amazonaws.com/Simple-..%2F1.pem",
            "https://sns.us-east-1.amazonaws.com/../Simple-1.pem",
            "https://sns.us-east-1.amazonaws.com/Simple-a/b.pem",
            "https://ſns.us-east-1.amazonaws.com/Simple-1.pem",
        ] {
            check(url, None);
        }
        check(&format!("https://certs.example.com/Simple-{}.pem", "1".repeat(129)), None);
    }
}
