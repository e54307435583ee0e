//! The slots of a source: the keys under which the index of arrivals has its events.

use crate::digest::Digest;
use crate::event::Event;
use crate::event::event_type::{EventType, Thing};
use crate::source::source_name::SourceName;

/// The number of slots of a source. One partition of an index takes a thousand writes a second, and all of an event's
/// throttle when one does.
pub const SLOTS: u8 = 16;

/// The slot that an event is in. Those of a job are in one, so that a job's events are found without reading the others;
/// a repository or a shop has too many of them.
#[must_use]
pub fn of(event: &Event, id: Digest) -> String {
    let gathers = |thing| match thing {
        Thing::Job | Thing::Training | Thing::Workflow | Thing::Model | Thing::Project => true,
        Thing::Event => false,
    };
    match (&event.subject, event.event_type) {
        (Some(subject), EventType::Known(thing, _) | EventType::Expired(thing)) if gathers(thing) => {
            of_subject(&event.source, subject)
        }
        _ => of_digest(&event.source, id),
    }
}

/// The slot in which all events of a job, training, workflow, model or project are.
#[must_use]
pub fn of_subject(source: &SourceName, subject: &str) -> String {
    of_digest(source, Digest::of(subject.as_bytes()))
}

/// All slots of a source.
pub fn all(source: &SourceName) -> impl Iterator<Item = String> {
    (0..SLOTS).map(move |number| name(source, number))
}

fn of_digest(source: &SourceName, digest: Digest) -> String {
    name(source, digest.as_bytes()[31] % SLOTS)
}

fn name(source: &SourceName, number: u8) -> String {
    // One allocation: ingest makes one for each delivery.
    let mut name = String::with_capacity(source.as_str().len() + 2);
    name.push_str(source.as_str());
    name.push('#');
    name.push(char::from_digit(number.into(), u32::from(SLOTS)).expect("it is below the number of slots"));
    name
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::event::event_id::EventId;
    use crate::event::key_meaning::KeyMeaning;
    use crate::event::{Origin, VerifiedBy};
    use crate::provider::Provider;
    use crate::time::Timestamp;

    fn slot(event_type: &str, subject: Option<&str>, id: &str) -> String {
        let source = SourceName::parse("shop").unwrap();
        let event = Event {
            id: EventId::new(&source, [id]),
            source,
            provider: Provider::Glossi,
            event_type: EventType::parse(event_type),
            subject: subject.map(str::to_owned),
            verified_by: VerifiedBy::Signature,
            key_meaning: KeyMeaning::Event,
            must_confirm: false,
            origin: Origin::Webhook,
            replay: 0,
            received_at: Timestamp::from_millis(0),
            recorded_by: String::new(),
            headers: BTreeMap::new(),
            body_sha256: Digest::of(b""),
        };
        of(&event, event.id.digest())
    }

    #[test]
    fn it_is_the_last_hex_digit_of_a_sha256() {
        let digit = |text: &str| Digest::of(text.as_bytes()).to_string().pop().unwrap();
        let of_subject = format!("shop#{}", digit("job-1"));
        for thing in ["job.completed", "job.progress", "training.failed", "workflow.completed", "model.created"] {
            assert_eq!(slot(&format!("landfall.{thing}"), Some("job-1"), "1"), of_subject);
        }
        let of_id = format!("shop#{}", digit("shop/1"));
        assert_eq!(slot("landfall.event.occurred", Some("repository"), "1"), of_id);
        assert_eq!(slot("landfall.unrecognized", Some("job-1"), "1"), of_id);
        assert_eq!(slot("landfall.job.completed", None, "1"), of_id);
    }

    #[test]
    fn events_spread_over_all_slots() {
        let source = SourceName::parse("shop").unwrap();
        let met: BTreeSet<String> = (0..500).map(|number| of_subject(&source, &number.to_string())).collect();
        assert_eq!(met.into_iter().collect::<Vec<_>>(), all(&source).collect::<Vec<_>>());
    }
}
