//! Everything that must not be seen where it does not belong: whoever in the harness makes such a thing hands it in
//! here, and one test searches all that a run has written for all of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aho_corasick::AhoCorasick;

static KEPT: Mutex<Confidential> = Mutex::new(Confidential(BTreeMap::new()));

/// A shorter text could stand somewhere by chance.
const TELLING_BYTES: usize = 8;

/// Texts, each with what it is.
#[derive(Clone, Debug, Default)]
pub struct Confidential(BTreeMap<String, (Nature, &'static str)>);

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// It proves something: a secret, a token, a signature, a key. It must be nowhere.
    Proof,
    /// It is part of a body. It is meant to be where bodies are, and nowhere else.
    Content,
}

/// Where is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What tells of events: logs with the metrics in them, attributes of messages, names and metadata of objects.
    Tells,
    /// What holds bodies: the ledger, published events, dead letters, objects.
    Holds,
    /// What holds refused deliveries, with their signatures, each of which proves one body.
    Refused,
}

/// What a signature is called.
pub const SIGNATURE: &str = "signature";

impl Confidential {
    /// Adds `text`, of which `kind` says what it is.
    pub fn add(&mut self, nature: Nature, kind: &'static str, text: &str) {
        if text.len() >= TELLING_BYTES {
            self.0.insert(text.to_owned(), (nature, kind));
        }
    }

    /// How many texts are known.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What is in `texts` that must not be in such a place: what it is, and the text around it.
    ///
    /// # Panics
    /// If the texts that are known are more than can be searched for.
    #[must_use]
    pub fn found<'a>(&self, place: Place, texts: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
        const AROUND_BYTES: usize = 100;
        let forbidden: Vec<(&str, &str)> = self
            .0
            .iter()
            .filter(|(_, (nature, kind))| match place {
                Place::Tells => true,
                Place::Holds => *nature == Nature::Proof,
                Place::Refused => *nature == Nature::Proof && *kind != SIGNATURE,
            })
            .map(|(text, (_, kind))| (text.as_str(), *kind))
            .collect();
        let search = AhoCorasick::new(forbidden.iter().map(|(text, _)| text)).expect("they are some thousands");
        let mut found = Vec::new();
        for text in texts {
            for seen in search.find_iter(text) {
                let around = seen.start().saturating_sub(AROUND_BYTES)..text.len().min(seen.end() + AROUND_BYTES);
                let kind = forbidden[seen.pattern().as_usize()].1;
                found.push(format!("a {kind} in: {}", String::from_utf8_lossy(&text[around])));
            }
        }
        found
    }
}

/// Hands in `text`, which proves something; `kind` says what it is.
pub fn keep(kind: &'static str, text: &str) {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).add(Nature::Proof, kind, text);
}

/// Hands in `text`, which is part of a body; `kind` says what it is.
pub fn keep_content(kind: &'static str, text: &str) {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).add(Nature::Content, kind, text);
}

/// All that was handed in so far.
#[must_use]
pub fn all() -> Confidential {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A fresh text of 32 hex digits that is found nowhere else.
#[must_use]
pub fn random() -> String {
    format!("{:032x}", fastrand::u128(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(place: Place, text: &str) -> Vec<String> {
        let mut confidential = Confidential::default();
        confidential.add(Nature::Proof, "token", "0123456789abcdef");
        confidential.add(Nature::Content, "link", "https://a.example/x");
        confidential.add(Nature::Proof, "far too short text", "a");
        confidential.found(place, ["nothing".as_bytes(), text.as_bytes()])
    }

    #[test]
    fn a_planted_proof_is_found_everywhere() {
        for place in [Place::Tells, Place::Holds, Place::Refused] {
            assert_eq!(found(place, "GET /0123456789abcdef"), ["a token in: GET /0123456789abcdef"]);
        }
    }

    #[test]
    fn content_is_found_where_bodies_do_not_belong() {
        assert_eq!(found(Place::Tells, r#""https://a.example/x""#), [r#"a link in: "https://a.example/x""#]);
        assert!(found(Place::Holds, r#""https://a.example/x""#).is_empty());
    }
}
