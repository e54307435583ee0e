//! Which events are replayed, and how: what freezes a job of them, and what they would come to.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use domain::event::event_id::EventId;
use domain::ledger::listing::filter::{Filter, View};
use domain::ledger::replay_job::ReplayJob;
use operator::replay::Replays;
use operator::replay::freeze::{Candidacy, FreezeRequest};
use platform::clock;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::filter_options::FilterOptions;
use crate::id_argument::event_id;
use crate::output::Row;

/// A record may be made so much later than its event arrived.
const LATE: Duration = Duration::from_secs(15 * 60);
/// What a replay costs in write units, about: it updates the record and the index, claims, settles.
const WRITE_UNITS_AN_EVENT: u64 = 6;
/// The list price of a million write units, in dollars.
const DOLLARS_PER_MILLION: f64 = 0.625;

/// Which events are replayed, and how.
#[derive(Debug, Args)]
pub(crate) struct EventsArgument {
    /// The events' ids; without any, the filter says which
    #[arg(value_name = "ID", value_parser = event_id, conflicts_with = "filter")]
    pub(crate) ids: Vec<EventId>,
    #[command(flatten)]
    pub(crate) filter: FilterOptions,
    /// At most this many events a second, such as 50 or 50/s; 0 sets no limit
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = rate)]
    pub(crate) rate: u32,
    /// Replay also what its sender says is not true
    #[arg(long)]
    pub(crate) contradicted: bool,
}

impl EventsArgument {
    /// Writes down which events are to be replayed, as a job of `by`. It is told as well whether some may be missing:
    /// events of the last 15 minutes, whose records may be made later.
    ///
    /// # Errors
    /// If there are none, or the ledger could not be reached.
    pub(crate) async fn freeze(&self, replays: &Replays, by: String) -> Result<(ReplayJob, bool)> {
        let request = FreezeRequest { by, rate_per_second: self.rate, replays_contradicted: self.contradicted };
        let (job, may_miss) = if self.ids.is_empty() {
            let filter = self.filter.filter(&replays.listing).await?;
            let may_miss = may_miss_late_ones(&filter);
            (replays.freeze(filter, request).await?, may_miss)
        } else {
            (replays.freeze_ids(&self.unique_ids(), request).await?, false)
        };
        if job.count == 0 {
            replays.cancel(&job.id).await?;
            return Err(Error::NotFound("no finished event is what was asked for: there is nothing to replay".into()));
        }
        Ok((job, may_miss))
    }

    /// Counts what would be replayed, and changes nothing.
    ///
    /// # Errors
    /// If the ledger could not be reached.
    pub(crate) async fn survey(&self, replays: &Replays) -> Result<Survey> {
        let (counts, missing) = if self.ids.is_empty() {
            let filter = self.filter.filter(&replays.listing).await?;
            (replays.survey(filter).await?, 0)
        } else {
            let ids = self.unique_ids();
            let rows = replays.listing.get_all(&ids).await?;
            let mut counts = BTreeMap::new();
            for row in &rows {
                *counts.entry(Candidacy::of(row)).or_default() += 1;
            }
            (counts, (ids.len() - rows.len()) as u64)
        };
        let count = |candidacy| counts.get(&candidacy).copied().unwrap_or(0);
        let contradicted = count(Candidacy::Contradicted);
        let (with, without) = if self.contradicted { (contradicted, 0) } else { (0, contradicted) };
        let unpublished = count(Candidacy::Unpublished);
        let (named, found) = if self.ids.is_empty() { (0, unpublished) } else { (unpublished, 0) };
        let replayed = count(Candidacy::Finished) + with + named;
        Ok(Survey {
            replayed,
            contradicted: without,
            unpublished: found,
            unfinished: count(Candidacy::Unfinished),
            missing,
            write_units: replayed * WRITE_UNITS_AN_EVENT,
        })
    }

    fn unique_ids(&self) -> Vec<EventId> {
        let mut ids = self.ids.clone();
        ids.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        ids.dedup();
        ids
    }

    /// Nobody means to replay everything.
    pub(crate) fn check(&self) -> Result<()> {
        let filter = &self.filter;
        let is_narrow = !self.ids.is_empty()
            || !filter.sources.is_empty()
            || filter.provider.is_some()
            || filter.state.is_some()
            || filter.subject.is_some()
            || filter.view.is_some()
            || filter.since.is_some();
        let text = "name events by their ids, or narrow them down: --source, --provider, --state, --subject, --view or --since";
        if is_narrow { Ok(()) } else { Err(Error::Usage(text.into())) }
    }
}

/// What would be replayed.
#[derive(Serialize)]
pub(crate) struct Survey {
    pub(crate) replayed: u64,
    pub(crate) contradicted: u64,
    pub(crate) unpublished: u64,
    pub(crate) unfinished: u64,
    pub(crate) missing: u64,
    pub(crate) write_units: u64,
}

impl Row for Survey {
    const COLUMNS: &'static [&'static str] =
        &["replayed", "contradicted", "unpublished", "unfinished", "missing", "write_units"];
}

/// What replaying so many events costs in dollars, about.
pub(crate) fn dollars(events: u64) -> f64 {
    (events * WRITE_UNITS_AN_EVENT) as f64 * DOLLARS_PER_MILLION / 1_000_000.0
}

fn may_miss_late_ones(filter: &Filter) -> bool {
    let is_by_arrival = match filter.view {
        View::Arrived | View::Subject(_) | View::ScatteredSubject(_) => true,
        View::Failed | View::Unfinished => false,
    };
    is_by_arrival && filter.until.is_none_or(|until| until > clock::now() - LATE)
}

fn rate(text: &str) -> std::result::Result<u32, String> {
    text.strip_suffix("/s").unwrap_or(text).parse().map_err(|_| format!("{text} is no rate: write 50 or 50/s"))
}
