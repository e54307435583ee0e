//! What is asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::VerifiedBy;
use crate::event::event_id::EventId;
use crate::ledger::listing::body_pattern::BodyPattern;
use crate::ledger::listing::query::{Entry, Index, Order, Query};
use crate::ledger::listing::row::Row;
use crate::ledger::record::State;
use crate::ledger::{due_shard, slot};
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::time::Timestamp;

/// All events about one thing are under one key of each source, between those of others: the key is read in slices of a day
/// side by side, and what is older as one more.
const SLICE: Duration = Duration::from_secs(24 * 60 * 60);
/// A record stands for 30 days, unless it is replayed.
const SLICES_MAX: usize = 31;
/// An empty slice costs half a unit: with many sources there are fewer.
const SLICED_QUERIES_MAX: usize = 64;

/// Later than any due time.
const FOREVER: Timestamp = Timestamp::from_millis(253_402_300_799_000);

/// Which events are asked for. All that is not set leaves nothing out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The sources whose events are asked for.
    pub sources: Vec<SourceName>,
    /// Where they are looked for.
    pub view: View,
    /// The type, as ingest read it.
    pub event_type: Option<String>,
    /// How far they have come.
    pub state: Option<State>,
    /// From when on they arrived, or failed in the view of what failed.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// The kind of the sender.
    pub provider: Option<Provider>,
    /// How they were proven genuine.
    pub verified_by: Option<VerifiedBy>,
    /// What their bodies contain.
    pub body: Option<BodyPattern>,
}

/// Where events are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// What arrived, the newest first.
    Arrived,
    /// What was given up, the latest first.
    Failed,
    /// What is not finished, the one that comes due next first. An event's place changes with its due time.
    Unfinished,
    /// What arrived of one job, training, workflow, model or project, the newest first.
    Subject(String),
    /// The same, where a source's sender also reports on things whose events are under all keys of the source.
    ScatteredSubject(String),
}

/// A filter as text.
#[derive(Serialize, Deserialize)]
struct Wire {
    sources: Vec<String>,
    view: View,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    event_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<BodyPattern>,
}

impl Filter {
    /// All events of a source.
    #[must_use]
    pub fn of_source(source: SourceName, view: View) -> Filter {
        Filter::of_sources(vec![source], view)
    }

    /// All events of these sources.
    #[must_use]
    pub fn of_sources(sources: Vec<SourceName>, view: View) -> Filter {
        Filter {
            sources,
            view,
            event_type: None,
            state: None,
            since: None,
            until: None,
            provider: None,
            verified_by: None,
            body: None,
        }
    }

    /// The filter as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let wire = Wire {
            sources: self.sources.iter().map(SourceName::to_string).collect(),
            view: self.view.clone(),
            event_type: self.event_type.clone(),
            state: self.state.map(|state| state.as_str().to_owned()),
            since: self.since.map(Timestamp::as_millis),
            until: self.until.map(Timestamp::as_millis),
            provider: self.provider.map(|provider| provider.as_str().to_owned()),
            verified_by: self.verified_by.map(|by| by.as_str().to_owned()),
            body: self.body.clone(),
        };
        serde_json::to_string(&wire).expect("texts and numbers are always JSON")
    }

    /// Reads what [`to_json`](Filter::to_json) writes; `None` if it is something else.
    #[must_use]
    pub fn of_json(json: &str) -> Option<Filter> {
        let wire: Wire = serde_json::from_str(json).ok()?;
        let sources = wire.sources.iter().map(|name| SourceName::parse(name).ok());
        Some(Filter {
            sources: sources.collect::<Option<_>>()?,
            view: wire.view,
            event_type: wire.event_type,
            state: wire.state.map(|state| state.parse()).transpose().ok()?,
            since: wire.since.map(Timestamp::from_millis),
            until: wire.until.map(Timestamp::from_millis),
            provider: wire.provider.map(|name| name.parse()).transpose().ok()?,
            verified_by: wire.verified_by.map(|by| by.parse()).transpose().ok()?,
            body: wire.body,
        })
    }

    /// The order in which rows are shown.
    #[must_use]
    pub const fn order(&self) -> Order {
        match self.view {
            View::Arrived | View::Failed | View::Subject(_) | View::ScatteredSubject(_) => Order::Descending,
            View::Unfinished => Order::Ascending,
        }
    }

    /// The queries that find what is asked for up to `top`, and in the direction of the listing from `last` on.
    #[must_use]
    pub fn queries(&self, top: Timestamp, last: Option<Timestamp>) -> Vec<Query> {
        let (index, keys): (Index, Vec<String>) = match &self.view {
            View::Arrived | View::ScatteredSubject(_) => {
                (Index::Arrived, self.sources.iter().flat_map(slot::all).collect())
            }
            View::Subject(subject) => {
                (Index::Arrived, self.sources.iter().map(|source| slot::of_subject(source, subject)).collect())
            }
            View::Failed => {
                let slots = self.sources.iter().flat_map(slot::all);
                (Index::Due, slots.map(|slot| due_shard::of_failed(&slot)).collect())
            }
            View::Unfinished => {
                (Index::Due, (0..due_shard::DUE_SHARDS).map(due_shard::name).map(str::to_owned).collect())
            }
        };
        let (mut from, mut to) =
            (self.since.unwrap_or(Timestamp::from_millis(0)), self.until.map_or(top, |it| it.min(top)));
        match self.order() {
            Order::Descending => to = last.map_or(to, |last| last.min(to)),
            // Due times lie ahead, and what arrived when is asked of the record.
            Order::Ascending => (from, to) = (last.unwrap_or(Timestamp::from_millis(0)), FOREVER),
        }
        if from > to {
            return Vec::new();
        }
        let order = self.order();
        let slices = match self.view {
            View::Subject(_) => slices(from, to, (SLICED_QUERIES_MAX / keys.len().max(1)).clamp(1, SLICES_MAX)),
            View::Arrived | View::Failed | View::Unfinished | View::ScatteredSubject(_) => vec![(from, to)],
        };
        let sliced =
            |key: String| slices.iter().map(move |&(from, to)| Query { index, key: key.clone(), from, to, order });
        keys.into_iter().flat_map(sliced).collect()
    }

    /// Whether an entry of an index can be what is asked for. Of what the index does not tell, the record decides.
    #[must_use]
    pub fn admits(&self, entry: &Entry) -> bool {
        let is_of_type = match (&self.event_type, &entry.event_type) {
            (Some(asked), Some(has)) => asked == has,
            _ => true,
        };
        let is_of_subject = match &self.view {
            View::Subject(subject) | View::ScatteredSubject(subject) => entry.subject.as_ref() == Some(subject),
            View::Arrived | View::Failed | View::Unfinished => true,
        };
        let is_of_source = || {
            let source = entry.id.split('/').next().unwrap_or_default();
            self.sources.iter().any(|asked| asked.as_str() == source)
        };
        is_of_type && is_of_subject && EventId::parse(&entry.id).is_ok() && is_of_source()
    }

    /// Whether a record is what is asked for. What its body contains is asked of the body.
    #[must_use]
    pub fn shows(&self, row: &Row, now: Timestamp) -> bool {
        let state = row.lifecycle.state;
        let is_in_view = match self.view {
            View::Arrived | View::Subject(_) | View::ScatteredSubject(_) => true,
            View::Failed => state == State::Failed,
            View::Unfinished => {
                let arrived_at = row.event.received_at;
                !state.is_final()
                    && self.since.is_none_or(|since| since <= arrived_at)
                    && self.until.is_none_or(|until| arrived_at <= until)
            }
        };
        let is_of_type = self.event_type.as_ref().is_none_or(|asked| *asked == row.event.event_type.to_string());
        let is_in_state = self.state.is_none_or(|asked| asked == state);
        let is_of_provider = self.provider.is_none_or(|asked| asked == row.event.provider);
        let is_so_verified = self.verified_by.is_none_or(|asked| asked == row.event.verified_by);
        is_in_view && is_of_type && is_in_state && is_of_provider && is_so_verified && !row.lifecycle.is_expired(now)
    }
}

/// The time from `from` to `to`, the latest slice first.
fn slices(from: Timestamp, to: Timestamp, max: usize) -> Vec<(Timestamp, Timestamp)> {
    const MILLI: Duration = Duration::from_millis(1);
    let (mut slices, mut top) = (Vec::new(), to);
    while slices.len() + 1 < max && from + SLICE <= top {
        slices.push((top - SLICE + MILLI, top));
        top = top - SLICE;
    }
    slices.push((from, top));
    slices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_leave_no_gap_and_do_not_overlap() {
        let check = |from_hours: i64, to_hours: i64, max, expected: usize| {
            let at = |hours: i64| Timestamp::from_millis(hours * 3_600_000);
            let slices = slices(at(from_hours), at(to_hours), max);
            assert_eq!(slices.len(), expected, "{from_hours} to {to_hours}");
            assert_eq!((slices[0].1, slices[slices.len() - 1].0), (at(to_hours), at(from_hours)));
            for pair in slices.windows(2) {
                assert_eq!(pair[0].0.as_millis(), pair[1].1.as_millis() + 1);
            }
            assert!(slices.iter().all(|(from, to)| from <= to));
        };
        check(0, 0, 31, 1);
        check(0, 23, 31, 1);
        check(0, 24, 31, 2);
        check(0, 60, 31, 3);
        check(0, 60, 2, 2);
        check(0, 60, 1, 1);
        check(0, 24 * 365, 31, 31);
    }
}
