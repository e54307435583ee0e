//! What became of a replay, read from the records of its events.

use std::collections::{BTreeMap, HashMap};

use domain::event::event_id::EventId;
use domain::ledger::attribute::Attribute;
use domain::ledger::listing::row::Row;
use domain::ledger::record::State;
use domain::ledger::replay::{ReplayRequest, Replayability};
use domain::ledger::replay_job::{ReplayJob, ReplayJobId};
use domain::ledger::value::Value;
use platform::clock;

use super::{ReplayError, Replays};

/// How a replay job and its events stand.
#[derive(Clone, Debug)]
pub struct ReplayReport {
    /// The job.
    pub job: ReplayJob,
    /// How many of its events stand how.
    pub results: BTreeMap<ReplayResult, u64>,
    /// Those that were replayed and failed again, with the reason.
    pub failed: Vec<(EventId, String)>,
}

/// How an event of a replay job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReplayResult {
    /// It was replayed, and is published.
    Done,
    /// It was replayed, and was given up.
    Failed,
    /// It was replayed, and is not finished.
    Waiting,
    /// It was not replayed: what a run would find.
    Not(Replayability),
}

impl Replays {
    /// How a job and its events stand.
    ///
    /// # Errors
    /// If there is no such job, or the ledger could not be reached.
    pub async fn show(&self, id: &ReplayJobId) -> Result<ReplayReport, ReplayError> {
        let job = self.job(id).await?;
        let request = ReplayRequest {
            job: id.clone(),
            now: clock::now(),
            schedule: self.schedule,
            replays_contradicted: job.replays_contradicted,
        };
        let mut report = ReplayReport { job, results: BTreeMap::new(), failed: Vec::new() };
        for number in 0..report.job.chunks {
            let chunk = self.ledger.item(&id.chunk_id(number)).await?.unwrap_or_default();
            let ids = ReplayJob::ids_of_chunk(&chunk);
            let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let items = self.ledger.items(&texts).await?;
            let items: HashMap<&str, _> = items
                .iter()
                .filter_map(|item| Some((item.get(Attribute::Id).and_then(Value::as_text)?, item)))
                .collect();
            for id in ids {
                let item = items.get(id.as_str()).copied();
                let row = item.and_then(|item| Row::of_item(item).ok());
                let result = match (request.decide(item), row.as_ref().map(|row| row.lifecycle.state)) {
                    (Replayability::Mine, Some(State::Done)) => ReplayResult::Done,
                    (Replayability::Mine, Some(State::Failed)) => ReplayResult::Failed,
                    (Replayability::Mine, _) => ReplayResult::Waiting,
                    (other, _) => ReplayResult::Not(other),
                };
                *report.results.entry(result).or_default() += 1;
                if result == ReplayResult::Failed {
                    report.failed.push((id, row.and_then(|row| row.last_error).unwrap_or_default()));
                }
            }
        }
        Ok(report)
    }
}
