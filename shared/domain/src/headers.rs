//! The headers of a delivery.

use std::collections::BTreeMap;

use description::{HeaderName, KEPT_HEADERS};

/// Names and values that are kept have at most this many bytes together.
const KEPT_MAX_BYTES: usize = 4096;

/// A delivery's headers; names compare without regard to case.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, String)>);

/// A header that must have one value has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubled;

impl Headers {
    /// The value of a header whose values never hold a comma; `None` if it is missing.
    ///
    /// # Errors
    /// If it was given more than once. A function URL joins repeated headers with commas, so a comma counts as two.
    pub fn single(&self, name: &str) -> Result<Option<&str>, Doubled> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) if !value.contains(',') => Ok(Some(value)),
            _ => Err(Doubled),
        }
    }

    /// Every value of a header, whatever it holds.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The subset that is stored and sent on, by lower-case name: the `wanted` ones first, of which the sender's
    /// description reads what happened, then those that are always kept.
    #[must_use]
    pub fn kept(&self, wanted: &[HeaderName]) -> BTreeMap<String, String> {
        let named: Vec<(String, &String)> =
            self.0.iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        let is_wanted = |name: &str| wanted.iter().any(|wanted| wanted.0 == name);
        let wanted = named.iter().filter(|(name, _)| is_wanted(name));
        let always = named.iter().filter(|(name, _)| !is_wanted(name) && KEPT_HEADERS.contains(&name.as_str()));
        let mut kept = BTreeMap::new();
        let mut bytes = 0;
        for (name, value) in wanted.chain(always) {
            let size_bytes = name.len() + value.len();
            if bytes + size_bytes <= KEPT_MAX_BYTES {
                bytes += size_bytes;
                kept.insert(name.clone(), (*value).clone());
            }
        }
        kept
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Headers {
        Headers(headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_header_is_found_in_any_case_and_once_only() {
        let headers = Headers::from_iter([("X-Sig", " abc "), ("x-two", "a"), ("X-Two", "b"), ("x-joined", "a,b")]);
        assert_eq!(headers.single("x-sig"), Ok(Some("abc")));
        assert_eq!(headers.single("x-none"), Ok(None));
        assert_eq!(headers.single("x-two"), Err(Doubled));
        assert_eq!(headers.single("x-joined"), Err(Doubled));
    }

    #[test]
    fn credentials_are_not_kept() {
        let headers = Headers::from_iter([
            ("Content-Type", "application/json"),
            ("Authorization", "Bearer a"),
            ("X-Glossi-Signature", "b"),
            ("Cookie", "c"),
            ("X-Api-Key", "d"),
        ]);
        assert_eq!(headers.kept(&[]), BTreeMap::from([("content-type".into(), "application/json".into())]));
    }

    #[test]
    fn what_the_description_wants_is_kept_first() {
        let wanted = [HeaderName::parse("X-GitHub-Event").unwrap()];
        let headers =
            Headers::from_iter([("user-agent", "x".repeat(KEPT_MAX_BYTES)), ("X-GitHub-Event", "push".to_owned())]);
        assert_eq!(headers.kept(&wanted), BTreeMap::from([("x-github-event".into(), "push".into())]));
    }

    #[test]
    fn kept_headers_are_bounded() {
        let headers =
            Headers::from_iter([("content-type", "a".to_owned()), ("user-agent", "x".repeat(KEPT_MAX_BYTES))]);
        assert_eq!(headers.kept(&[]).len(), 1);
    }
}
