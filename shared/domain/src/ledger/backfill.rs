//! Records of before the listing have no slot, and failed ones no due time. They get both.

use crate::ledger::attribute::Attribute::{DueAt, DueShard, ExpiresAt, Id, Slot, State as StateOf};
use crate::ledger::condition::Condition::{self, Absent, All, Not};
use crate::ledger::due_shard;
use crate::ledger::item::Item;
use crate::ledger::record::State;
use crate::ledger::schedule::RECORD_RETENTION;
use crate::ledger::slot;
use crate::ledger::value::Value;
use crate::ledger::write::{Change, Update, Write};
use crate::time::Timestamp;

/// The write that lists a record as a new one would be; `None` if it is listed, or no record.
#[must_use]
pub fn backfill<'a>(item: &'a Item<'_>) -> Option<Write<'a>> {
    let event = item.event().ok()?;
    let slot = slot::of(&event, event.id.digest());
    let text = |attribute| item.get(attribute).and_then(Value::as_text);
    let expires_at = item.get(ExpiresAt).and_then(Value::as_number);
    let failed = expires_at.filter(|_| text(StateOf) == Some(State::Failed.as_str()) && text(DueShard).is_none());
    let (condition, mut updates) = match failed {
        Some(expires_at) => {
            let failed_at = Timestamp::from_millis(expires_at.saturating_mul(1000)) - RECORD_RETENTION;
            let is_as_seen = All(vec![
                Condition::equal(StateOf, State::Failed.as_str()),
                Condition::equal(ExpiresAt, expires_at),
                Absent(DueShard),
            ]);
            let shard = due_shard::of_failed(&slot);
            (is_as_seen, vec![Update::set(DueAt, failed_at), Update::set(DueShard, shard)])
        }
        None if text(Slot).is_some() => return None,
        // A record that is gone must not come back as a stub without a state.
        None => (All(vec![Not(Box::new(Absent(Id))), Absent(Slot)]), Vec::new()),
    };
    updates.push(Update::set(Slot, slot));
    let id = text(Id)?;
    Some(Write { id, condition, change: Change::Update(updates), reads_item: false, own: Condition::NEVER })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::digest::Digest;
    use crate::event::event_id::EventId;
    use crate::event::event_type::EventType;
    use crate::event::key_meaning::KeyMeaning;
    use crate::event::{Event, Origin, VerifiedBy};
    use crate::ledger::record::{PackedBody, RecordBody};
    use crate::provider::Provider;
    use crate::source::source_name::SourceName;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn check(state: State, changed: &[(&str, &str)]) {
        let source = SourceName::parse("shop").unwrap();
        let event = Event {
            id: EventId::new(&source, ["1"]),
            source,
            provider: Provider::Glossi,
            event_type: EventType::parse("landfall.job.completed"),
            subject: Some("job-1".to_owned()),
            verified_by: VerifiedBy::Signature,
            key_meaning: KeyMeaning::Event,
            must_confirm: false,
            origin: Origin::Webhook,
            replay: 0,
            received_at: NOW,
            recorded_by: "delivery".to_owned(),
            headers: BTreeMap::new(),
            body_sha256: Digest::of(b"{}"),
        };
        let packed = PackedBody { bytes: b"{}".to_vec(), is_zstd: false };
        let mut new = Item::received(&event, RecordBody::Inline(&packed), NOW);
        assert_eq!(backfill(&new), None, "it is listed");
        new.set(StateOf, state.as_str());
        let mut old = new.clone();
        old.remove(Slot);
        if state.is_final() {
            old.set(ExpiresAt, NOW.as_millis() / 1000 + 30 * 24 * 60 * 60);
            old.remove(DueAt);
            old.remove(DueShard);
        }
        let write = backfill(&old).expect("it is not listed");
        assert!(write.evaluate(None).is_none(), "what is gone stays so");
        let listed = write.evaluate(Some(&old)).unwrap();
        assert_eq!(listed.get(Slot), new.get(Slot));
        let of = |name: &str| listed.get(name.parse().unwrap()).map(|value| format!("{value:?}")).unwrap_or_default();
        for (name, expected) in changed {
            assert_eq!(of(name), *expected, "{name}");
        }
        assert_eq!(backfill(&listed), None, "once is enough");
        assert!(write.evaluate(Some(&listed)).is_none());
    }

    #[test]
    fn an_old_record_is_listed_as_a_new_one() {
        let slot = slot::of_subject(&SourceName::parse("shop").unwrap(), "job-1");
        check(State::Received, &[]);
        check(State::Processing, &[]);
        check(State::Done, &[("due_at", "")]);
        check(State::Failed, &[("due_at", "1700000000000"), ("due_shard", &format!("{:?}", format!("f/{slot}")))]);
    }
}
