//! Looking for watched sources from which nothing arrives, and for sources that refuse whatever arrives.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ledger::schedule::Schedule;
use domain::ledger::watch_list::is_silent;
use domain::receive::refused::{ONLY_REFUSALS_AFTER, REFUSALS_LOOKED_AT, has_only_refusals};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::stream::{self, StreamExt as _};
use platform::clock;
use platform::ledger::Ledger;
use platform::refused::RefusedDeliveries;
use platform::service_error::ServiceError;

use crate::report::Report;

/// One run in five looks: it begins a little earlier or later in its minute than the one before.
const LOOK_EVERY: Duration = Duration::from_secs(5 * 60 - 30);
/// How many sources are looked at side by side, each with a call for each of its slots.
const SOURCES_AT_ONCE: usize = 4;

/// Looks for silence, in one run of five.
pub(crate) struct SilenceCheck {
    ledger: Ledger,
    /// Where the stack has it.
    refused: Option<RefusedDeliveries>,
    schedule: Schedule,
    /// When this instance last looked without trouble.
    looked_at: Mutex<Option<Timestamp>>,
}

impl SilenceCheck {
    pub(crate) const fn new(ledger: Ledger, refused: Option<RefusedDeliveries>, schedule: Schedule) -> SilenceCheck {
        SilenceCheck { ledger, refused, schedule, looked_at: Mutex::new(None) }
    }

    /// Looks, if it is time to, until `stop_at`.
    pub(crate) async fn run(&self, stop_at: Timestamp) -> Report {
        let mut report = Report::default();
        let now = clock::now();
        if !self.is_time(now) {
            return report;
        }
        let look = async { Ok((self.silent_sources().await?, self.sources_with_only_refusals(now).await?)) };
        match tokio::time::timeout(now.until(stop_at), look).await {
            Ok(Ok((silent, only_refused))) => {
                *self.looked_at() = Some(now);
                report.silent = u32::try_from(silent.len()).unwrap_or(u32::MAX);
                report.silent_sources = silent;
                report.only_refused = u32::try_from(only_refused.len()).unwrap_or(u32::MAX);
                report.only_refused_sources = only_refused;
            }
            Ok(Err(trouble)) => {
                report.silence_unknown = true;
                report.note(&trouble);
            }
            Err(_) => report.silence_unknown = true,
        }
        report
    }

    fn is_time(&self, now: Timestamp) -> bool {
        self.looked_at().is_none_or(|at| self.schedule.after(at, LOOK_EVERY) <= now)
    }

    fn looked_at(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.looked_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names of the watched sources from which nothing has arrived for too long.
    async fn silent_sources(&self) -> Result<Vec<String>, ServiceError> {
        let list = self.ledger.watch_list().await?;
        if list.entries().is_empty() {
            return Ok(Vec::new());
        }
        let directory = self.ledger.source_directory().await?.unwrap_or_default();
        let looks = list.existing(&directory).into_iter().map(async |(source, silent_after)| {
            let newest = self.ledger.newest_arrival(&source).await?;
            Ok(is_silent(newest, silent_after, clock::now()).then(|| source.to_string()))
        });
        names(looks).await
    }

    /// The names of the sources that had genuine deliveries and have only refusals by now. Only what has refused something
    /// lately is looked at.
    async fn sources_with_only_refusals(&self, now: Timestamp) -> Result<Vec<String>, ServiceError> {
        let Some(table) = &self.refused else { return Ok(Vec::new()) };
        let mut refused: HashMap<SourceName, Vec<Timestamp>> = HashMap::new();
        for refusal in table.recent(now - REFUSALS_LOOKED_AT).await? {
            refused.entry(refusal.source).or_default().push(refusal.received_at);
        }
        refused.retain(|_, times| times.iter().any(|at| *at > now - ONLY_REFUSALS_AFTER));
        let looks = refused.into_iter().map(async |(source, times)| {
            let last_genuine = self.ledger.newest_arrival(&source).await?;
            Ok(has_only_refusals(last_genuine, &times, now).then(|| source.to_string()))
        });
        names(looks).await
    }
}

/// What the looks at sources find, some of which go side by side.
async fn names(
    looks: impl Iterator<Item: Future<Output = Result<Option<String>, ServiceError>>>,
) -> Result<Vec<String>, ServiceError> {
    let found: Vec<_> = stream::iter(looks).buffered(SOURCES_AT_ONCE).collect().await;
    found.into_iter().filter_map(Result::transpose).collect()
}
