//! How fast a sender's API is asked about jobs whose webhooks did not come.
//!
//! Two items of the ledger, which are no events: the sources that have or had jobs that wait, and for each how many
//! questions a minute it takes and until when it is left alone.

use std::time::Duration;

use crate::ledger::attribute::Attribute::{self, BlockedMs, BlockedUntil, PerMinute, Sources};
use crate::ledger::condition::Comparison::{AtLeast, Contains};
use crate::ledger::condition::Condition::{self, Absent, All, Any, Compare, Not};
use crate::ledger::item::Item;
use crate::ledger::schedule::Schedule;
use crate::ledger::value::Value;
use crate::ledger::write::Update::{Insert, Remove};
use crate::ledger::write::{Change, Update, Write};
use crate::source::source_name::SourceName;
use crate::time::Timestamp;

/// The id of the item that names the sources.
pub const EXPECTING_ID: &str = "@expecting";

/// Where nobody has said how many questions a minute a source takes.
const PER_MINUTE: u32 = 60;
/// A sender in trouble is left alone for this long, doubled each time, ...
const BLOCK_FIRST: Duration = Duration::from_secs(60);
/// ... up to this.
const BLOCK_MAX: Duration = Duration::from_secs(30 * 60);
/// A sender that asks to be left alone for longer is not heard.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The pace of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollPace {
    /// How many questions a minute its sender's API takes.
    pub per_minute: u32,
    /// Until when it is left alone, because of trouble.
    pub blocked_until: Option<Timestamp>,
    /// How long it was left alone the last time, in milliseconds.
    pub blocked_ms: Option<i64>,
}

/// How many jobs a sweep may release of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// None: its sender is in trouble.
    Nothing,
    /// One, to learn whether the trouble is over.
    Probe,
    /// So many.
    UpTo(u32),
}

/// The sources that have or had jobs that wait.
#[must_use]
pub fn expecting(item: Option<&Item<'_>>) -> Vec<SourceName> {
    let names = item.and_then(|item| item.get(Sources)).and_then(Value::as_texts);
    names.into_iter().flatten().filter_map(|name| SourceName::parse(name).ok()).collect()
}

/// The id of the item with the pace of a source.
#[must_use]
pub fn pace_id(source: &SourceName) -> String {
    format!("@polls/{source}")
}

impl PollPace {
    /// Reads an item, if there is one.
    #[must_use]
    pub fn of_item(item: Option<&Item<'_>>) -> PollPace {
        let number = |attribute| item.and_then(|item| item.get(attribute)).and_then(Value::as_number);
        PollPace {
            per_minute: number(PerMinute).and_then(|it| u32::try_from(it).ok()).unwrap_or(PER_MINUTE),
            blocked_until: number(BlockedUntil).map(Timestamp::from_millis),
            blocked_ms: number(BlockedMs),
        }
    }

    /// How many jobs may be released at `now`.
    #[must_use]
    pub fn allowance(&self, now: Timestamp) -> Allowance {
        match self.blocked_until {
            None => Allowance::UpTo(self.per_minute),
            Some(until) if until > now => Allowance::Nothing,
            Some(_) => Allowance::Probe,
        }
    }

    /// Until when a sender is left alone that is in trouble at `now`, and wants to be for `retry_after`.
    #[must_use]
    pub fn block_until(&self, retry_after: Option<Duration>, now: Timestamp, schedule: Schedule) -> Timestamp {
        match retry_after {
            // The sender's own wait is as long as it says.
            Some(retry_after) => now + retry_after.min(RETRY_AFTER_MAX),
            None => schedule.after(now, self.next_block()),
        }
    }

    fn next_block(&self) -> Duration {
        let before = self.blocked_ms.and_then(|millis| u64::try_from(millis).ok());
        before.map_or(BLOCK_FIRST, |millis| BLOCK_MAX.min(Duration::from_millis(millis.saturating_mul(2))))
    }
}

/// Names a source among those that have jobs that wait.
#[must_use]
pub fn note_source(source: &SourceName) -> Write<'_> {
    Write {
        id: EXPECTING_ID,
        condition: Not(Box::new(Compare(Sources, Contains, source.as_str().into()))),
        change: Change::Update(vec![Insert(Sources, source.as_str().into())]),
        reads_item: false,
        own: Condition::NEVER,
    }
}

/// Says how many questions a minute a source takes.
#[must_use]
pub fn set_pace(id: &str, per_minute: u32) -> Write<'_> {
    Write {
        id,
        condition: Not(Box::new(Condition::equal(PerMinute, per_minute))),
        change: Change::Update(vec![Update::set(PerMinute, per_minute)]),
        reads_item: false,
        own: Condition::NEVER,
    }
}

/// Leaves a source's sender alone, unless it is already: so many bad answers at once double the wait but once.
#[must_use]
pub fn block<'a>(id: &'a str, seen: &PollPace, until: Timestamp, now: Timestamp) -> Write<'a> {
    let wait = seen.next_block();
    let is_as_seen = seen.blocked_ms.map_or(Absent(BlockedMs), |millis| Condition::equal(BlockedMs, millis));
    Write {
        id,
        condition: All(vec![is_as_seen, Any(vec![Absent(BlockedUntil), Condition::at_most(BlockedUntil, now)])]),
        change: Change::Update(vec![
            Update::set(BlockedUntil, until),
            Update::set(BlockedMs, i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
        ]),
        reads_item: false,
        own: Condition::equal(BlockedUntil, until),
    }
}

/// Ends a source's trouble, since its sender has answered.
#[must_use]
pub fn unblock(id: &str) -> Write<'_> {
    Write {
        id,
        condition: Compare(BlockedMs, AtLeast, Value::Number(0)),
        change: Change::Update([BlockedUntil, BlockedMs].map(Remove).to_vec()),
        reads_item: false,
        own: Absent(Attribute::BlockedMs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::time_scale::TimeScale;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    /// Lets trouble be met at each of these minutes, and gives until which minute the source is then left alone.
    fn blocked(at_minutes: &[u32], retry_after: Option<Duration>) -> Vec<u64> {
        let schedule = Schedule::at(TimeScale::REAL);
        let mut item: Option<Item<'static>> = None;
        let met = at_minutes.iter().map(|minute| {
            let now = NOW + *minute * MINUTE;
            let seen = PollPace::of_item(item.as_ref());
            let until = seen.block_until(retry_after, now, schedule);
            if let Some(changed) = block("@polls/a", &seen, until, now).evaluate(item.as_ref()) {
                let number = |attribute| changed.get(attribute).and_then(Value::as_number).unwrap();
                let mut stored = Item::default();
                stored.set(BlockedUntil, number(BlockedUntil));
                stored.set(BlockedMs, number(BlockedMs));
                item = Some(stored);
            }
            NOW.until(PollPace::of_item(item.as_ref()).blocked_until.unwrap()).as_secs() / 60
        });
        met.collect()
    }

    #[test]
    fn a_sender_in_trouble_is_left_alone_for_longer_each_time() {
        assert_eq!(blocked(&[0, 0, 0], None), [1, 1, 1], "many bad answers at once count as one");
        assert_eq!(blocked(&[0, 1, 3, 7, 15, 31, 61], None), [1, 3, 7, 15, 31, 61, 91]);
        assert_eq!(blocked(&[0], Some(7 * MINUTE)), [7]);
        assert_eq!(blocked(&[0], Some(9_999 * MINUTE)), [1_440]);
    }

    #[test]
    fn after_trouble_one_question_goes_first() {
        let pace = |blocked_until| PollPace { per_minute: 7, blocked_until, blocked_ms: None };
        assert_eq!(pace(None).allowance(NOW), Allowance::UpTo(7));
        assert_eq!(pace(Some(NOW + MINUTE)).allowance(NOW), Allowance::Nothing);
        assert_eq!(pace(Some(NOW)).allowance(NOW), Allowance::Probe);
        assert_eq!(PollPace::of_item(None).allowance(NOW), Allowance::UpTo(60));
    }

    #[test]
    fn sources_are_noted_once() {
        let name = SourceName::parse("a").unwrap();
        let noted = note_source(&name).evaluate(None).expect("nothing stands there");
        assert_eq!(expecting(Some(&noted)), std::slice::from_ref(&name));
        assert_eq!(note_source(&name).evaluate(Some(&noted)), None);
    }
}
