//! The headers of a delivery.

use std::collections::{BTreeMap, BTreeSet};

use crate::description::{HeaderName, KEPT_HEADERS};
use crate::digest::Digest;

/// Names and values that are kept have at most this many bytes together.
const KEPT_MAX_BYTES: usize = 4096;
/// The same of names alone.
const NAMES_MAX_BYTES: usize = 2048;

/// A delivery's headers; names compare without regard to case.
#[derive(Clone, Default)]
pub struct Headers {
    values: Vec<(String, String)>,
    /// A header of whose token only the SHA-256 is known.
    token_sha256: Option<(String, Digest)>,
}

/// A header that must have one value has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepeatedHeader;

impl Headers {
    /// The value of a header whose values never hold a comma; `None` if it is missing.
    ///
    /// # Errors
    /// If it was given more than once. A function URL joins repeated headers with commas, so a comma counts as two.
    pub fn single(&self, name: &str) -> Result<Option<&str>, RepeatedHeader> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) if !value.contains(',') => Ok(Some(value)),
            _ => Err(RepeatedHeader),
        }
    }

    /// The same with `more` behind them.
    #[must_use]
    pub(crate) fn with(&self, more: &[(String, String)]) -> Headers {
        Headers { values: [&*self.values, more].concat(), token_sha256: self.token_sha256.clone() }
    }

    /// The same without the header `name`.
    #[must_use]
    pub(crate) fn without(&self, name: &str) -> Headers {
        let others = self.values.iter().filter(|(known, _)| !known.eq_ignore_ascii_case(name));
        Headers { values: others.cloned().collect(), token_sha256: self.token_sha256.clone() }
    }

    /// The same with a header `name` of whose token no more is known than its SHA-256.
    #[must_use]
    pub fn with_token_sha256(self, name: &str, digest: Digest) -> Headers {
        Headers { token_sha256: Some((name.to_owned(), digest)), ..self }
    }

    /// The SHA-256 of the token in the header `name`, if no more is known of it.
    pub(crate) fn token_sha256(&self, name: &str) -> Option<&Digest> {
        self.token_sha256.as_ref().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, digest)| digest)
    }

    /// All names and values, as they were sent.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.trim()))
    }

    /// Every value of a header, whatever it holds.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The subset that is stored and sent on, by lower-case name: the `wanted` ones in their order, then those that are
    /// always kept in theirs, as far as there is room. What comes first cannot be crowded out by what a stranger adds.
    ///
    /// Of `ids`, the names that the delivery's id may have, only the first that is there is kept. It is the one that a
    /// signature is over, and whoever reads the id later finds no other.
    pub(crate) fn kept(&self, wanted: &[HeaderName], ids: &[HeaderName]) -> BTreeMap<String, String> {
        let id = ids.iter().find(|id| self.values(&id.0).any(|value| !value.is_empty()));
        let is_other_id = |name: &str| ids.iter().any(|id| id.0 == name) && id.is_none_or(|id| id.0 != name);
        let mut kept = BTreeMap::new();
        let mut bytes = 0;
        for name in wanted.iter().map(|wanted| &*wanted.0).chain(KEPT_HEADERS) {
            let Some((_, value)) = self.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
                continue;
            };
            let size_bytes = name.len() + value.len();
            if bytes + size_bytes <= KEPT_MAX_BYTES && !kept.contains_key(name) && !is_other_id(name) {
                bytes += size_bytes;
                kept.insert(name.to_owned(), value.clone());
            }
        }
        kept
    }
}

impl Headers {
    /// What a refusal is explained with: of each of the `wanted` names and of those that are always kept, all values with
    /// commas between, as a function URL joins them, so that one that was sent twice still shows it.
    pub(crate) fn evidence(&self, wanted: &[HeaderName]) -> BTreeMap<String, String> {
        let mut evidence = BTreeMap::new();
        let mut bytes = 0;
        for name in wanted.iter().map(|wanted| &*wanted.0).chain(KEPT_HEADERS) {
            let values: Vec<&str> = self.values(name).collect();
            let size_bytes = name.len() + values.iter().map(|value| value.len() + 1).sum::<usize>();
            let is_new = !values.is_empty() && !evidence.contains_key(name);
            if is_new && bytes + size_bytes <= KEPT_MAX_BYTES {
                bytes += size_bytes;
                evidence.insert(name.to_owned(), values.join(","));
            }
        }
        evidence
    }

    /// The names of all headers, in lower case and each once, as far as there is room.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let mut bytes = 0;
        let names: BTreeSet<String> = self.values.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        let has_room = |name: &String| {
            bytes += name.len();
            bytes <= NAMES_MAX_BYTES
        };
        names.into_iter().take_while(has_room).collect()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Headers {
        let values = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Headers { values, token_sha256: None }
    }
}

/// The text of a kept header, if it has one.
pub(crate) fn kept_text<'a>(kept: &'a BTreeMap<String, String>, name: &HeaderName) -> Option<&'a str> {
    kept.get(&name.0).map(|value| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_header_is_found_in_any_case_and_once_only() {
        let headers = Headers::from_iter([("X-Sig", " abc "), ("x-two", "a"), ("X-Two", "b"), ("x-joined", "a,b")]);
        assert_eq!(headers.single("x-sig"), Ok(Some("abc")));
        assert_eq!(headers.single("x-none"), Ok(None));
        assert_eq!(headers.single("x-two"), Err(RepeatedHeader));
        assert_eq!(headers.single("x-joined"), Err(RepeatedHeader));
    }

    /// Checks which headers are kept, in whatever order they came.
    fn check(headers: &[(&str, &str)], wanted: &[&str], ids: &[&str], expected: &[(&str, &str)]) {
        let names = |names: &[&str]| names.iter().map(|name| HeaderName::parse(name).unwrap()).collect::<Vec<_>>();
        let expected = expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        for rotation in 0..headers.len() {
            let mut headers = headers.to_vec();
            headers.rotate_left(rotation);
            assert_eq!(Headers::from_iter(headers).kept(&names(wanted), &names(ids)), expected, "{rotation}");
        }
    }

    #[test]
    fn credentials_are_not_kept() {
        let headers = [
            ("Content-Type", "application/json"),
            ("Authorization", "Bearer a"),
            ("X-Glossi-Signature", "b"),
            ("Cookie", "c"),
            ("X-Api-Key", "d"),
        ];
        check(&headers, &[], &[], &[("content-type", "application/json")]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_goes_by_the_order_of_what_is_wanted() {
        let long = "x".repeat(KEPT_MAX_BYTES - "x-github-event".len());
        let headers = [("user-agent", &*long), ("X-GitHub-Event", "push"), ("X-Long", &*long)];
        check(&headers, &["x-github-event", "x-long"], &[], &[("x-github-event", "push")]);
        check(&headers, &["x-long", "x-github-event"], &[], &[("x-long", &*long)]);
        check(&[("x-long", &*long), ("user-agent", "a")], &["x-none"], &[], &[("user-agent", "a")]);
    }

    #[test]
    fn of_the_names_of_an_id_only_the_first_that_is_there_is_kept() {
        let (names, ids) = (["webhook-id", "svix-id"], ["webhook-id", "svix-id"]);
        check(&[("webhook-id", "signed"), ("svix-id", "x")], &names, &ids, &[("webhook-id", "signed")]);
        check(&[("webhook-id", " "), ("svix-id", "signed")], &names, &ids, &[("svix-id", "signed")]);
        // One that is always kept else is none of these either, and one that has no room leaves its place to no other.
        let only = ["svix-id", "webhook-id"];
        check(&[("svix-id", "signed"), ("webhook-id", "x")], &only, &only, &[("svix-id", "signed")]);
        let long = "x".repeat(KEPT_MAX_BYTES);
        check(&[("webhook-id", &*long), ("svix-id", "x")], &names, &ids, &[]);
    }
}
