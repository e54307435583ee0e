//! The idempotency key.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::digest::Digest;
use crate::event::event_type::Thing;
use crate::source::source_name::SourceName;

/// No event id is longer; one that would be is replaced by its own digest.
pub const EVENT_ID_MAX_BYTES: usize = 512;

/// Everything but the unreserved characters of RFC 3986 is encoded, the separator above all: two different lists of
/// components can then never give the same text.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'~').remove(b'-');

/// `{source}/{component}/{component}...`: the same event has the same id, however often and in whatever attempt it
/// comes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EventId(String);

/// A text that cannot be an event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event id is a source's name, a slash and at least one component, of at most {EVENT_ID_MAX_BYTES} bytes")]
pub struct NotAnEventId;

impl EventId {
    /// The id of `source`'s event with these key components.
    #[must_use]
    pub fn new<'a>(source: &SourceName, components: impl IntoIterator<Item = &'a str>) -> EventId {
        let mut id = source.as_str().to_owned();
        for component in components {
            id.push('/');
            id.extend(utf8_percent_encode(component, ENCODED));
        }
        EventId::bounded(source.as_str(), id)
    }

    /// The id with one more component, the SHA-256 of the event's body: that of the same key and this body alone.
    #[must_use]
    pub(crate) fn with(&self, body_sha256: Digest) -> EventId {
        let source = self.0.split('/').next().unwrap_or_default();
        EventId::bounded(source, format!("{self}/{body_sha256}"))
    }

    /// The id of the event that a job was given up. An encoded component never holds a colon, so no sender's event has it.
    #[must_use]
    pub fn expired(source: &SourceName, thing: Thing, subject: &str) -> EventId {
        let job = Digest::of(format!("{}/{subject}", thing.as_str()).as_bytes());
        EventId(format!("{source}/expired:{job}"))
    }

    fn bounded(source: &str, id: String) -> EventId {
        if id.len() <= EVENT_ID_MAX_BYTES {
            return EventId(id);
        }
        // An encoded component never holds a colon, so this form cannot be forged by a component.
        EventId(format!("{source}/sha256:{}", Digest::of(id.as_bytes())))
    }

    /// Reads an id from a record or a message.
    ///
    /// # Errors
    /// If the text has not the form that [`EventId::new`] writes.
    pub fn parse(text: &str) -> Result<EventId, NotAnEventId> {
        let well_formed = |component: &str| {
            !component.is_empty()
                && component.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-%:".contains(&byte))
        };
        let (source, components) = text.split_once('/').ok_or(NotAnEventId)?;
        if text.len() > EVENT_ID_MAX_BYTES
            || SourceName::parse(source).is_err()
            || !components.split('/').all(well_formed)
        {
            return Err(NotAnEventId);
        }
        Ok(EventId(text.to_owned()))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest that stands for the id in object keys, where a slash would make folders.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(components: &[&str]) -> String {
        let source = SourceName::parse("glossi-prod").unwrap();
        let id = EventId::new(&source, components.iter().copied());
        assert_eq!(EventId::parse(id.as_str()).as_ref(), Ok(&id), "an id reads back");
        id.to_string()
    }

    #[test]
    fn components_are_encoded_and_joined() {
        assert_eq!(id(&["job.complete", "job-1"]), "glossi-prod/job.complete/job-1");
        assert_eq!(id(&["a b", "ü", "100%"]), "glossi-prod/a%20b/%C3%BC/100%25");
    }

    #[test]
    fn distinct_components_never_collide() {
        assert_ne!(id(&["a/b"]), id(&["a", "b"]));
        assert_ne!(id(&["a%2Fb"]), id(&["a/b"]));
        assert_ne!(id(&["a", "b"]), id(&["b", "a"]));
    }

    #[test]
    fn a_long_id_becomes_its_digest() {
        let long = "x".repeat(EVENT_ID_MAX_BYTES);
        let digested = id(&[&long]);
        assert!(digested.starts_with("glossi-prod/sha256:"), "{digested}");
        assert_ne!(digested, id(&[&long, "y"]));
        assert_ne!(digested, id(&[digested.strip_prefix("glossi-prod/").unwrap()]));
    }

    #[test]
    fn an_id_with_a_body_is_the_one_that_the_body_as_a_component_gives() {
        let source = SourceName::parse("glossi-prod").unwrap();
        let body = Digest::of(b"body");
        for key in ["job-1", &"x".repeat(EVENT_ID_MAX_BYTES - 20)] {
            let with = EventId::new(&source, [key]).with(body);
            assert_eq!(with, EventId::new(&source, [key, &body.to_string()]));
            assert!(EventId::parse(with.as_str()).is_ok());
        }
        let digested = EventId::new(&source, [&*"x".repeat(EVENT_ID_MAX_BYTES)]);
        assert!(EventId::parse(digested.with(body).as_str()).is_ok());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "glossi", "glossi/", "/a", "glossi//a", "Glossi/a", "glossi/a b", &format!("g/{}", "x".repeat(511))]
        {
            assert_eq!(EventId::parse(text), Err(NotAnEventId), "{text}");
        }
    }
}
