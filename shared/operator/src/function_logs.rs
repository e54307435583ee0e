//! What the functions have logged.

use std::time::Duration;

use domain::ledger::listing::row::Row;
use domain::time::Timestamp;
use futures_util::future::try_join_all;
use platform::log_group::{LogGroup, LogLine};
use platform::service_error::ServiceError;

/// Clocks of functions differ.
const BEFORE: Duration = Duration::from_secs(60);
/// How long after an event's end the sender may deliver it again.
const AFTER: Duration = Duration::from_secs(60 * 60);

/// The logs of the functions.
#[derive(Clone, Debug)]
pub struct FunctionLogs {
    groups: Vec<LogGroup>,
}

impl FunctionLogs {
    /// The logs in these groups.
    #[must_use]
    pub const fn new(groups: Vec<LogGroup>) -> FunctionLogs {
        FunctionLogs { groups }
    }

    /// All lines until `now` that name the event of `row`, the earliest first, from its arrival until its sender no longer
    /// delivers it again.
    ///
    /// # Errors
    /// If a group could not be reached or refused.
    pub async fn of_event(&self, row: &Row, now: Timestamp) -> Result<Vec<LogLine>, ServiceError> {
        let to = row.finished_at().map_or(now, |finished_at| (finished_at + AFTER).min(now));
        self.lines(row.event.received_at - BEFORE, to, Some(row.event.id.as_str())).await
    }

    /// All lines of that time, the earliest first; with `term`, those that have this text in them.
    ///
    /// # Errors
    /// If a group could not be reached or refused.
    pub async fn lines(
        &self,
        from: Timestamp,
        to: Timestamp,
        term: Option<&str>,
    ) -> Result<Vec<LogLine>, ServiceError> {
        let groups = self.groups.iter().map(|group| lines_of(group, from, to, term));
        let mut lines: Vec<LogLine> = try_join_all(groups).await?.into_iter().flatten().collect();
        lines.sort_by_key(|line| line.at);
        Ok(lines)
    }
}

async fn lines_of(
    group: &LogGroup,
    from: Timestamp,
    to: Timestamp,
    term: Option<&str>,
) -> Result<Vec<LogLine>, ServiceError> {
    let (mut lines, mut next) = (Vec::new(), None);
    loop {
        let page = group.lines(from, to, term, next.as_deref()).await?;
        lines.extend(page.lines);
        next = page.next;
        if next.is_none() {
            return Ok(lines);
        }
    }
}
