//! What the functions have logged.

use domain::event::event_id::EventId;
use domain::time::Timestamp;
use futures_util::future::try_join_all;
use platform::log_group::{LogGroup, LogLine};
use platform::service_error::ServiceError;

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

    /// All lines that name the event `id`, the earliest first.
    ///
    /// # Errors
    /// If a group could not be reached or refused.
    pub async fn of_event(&self, id: &EventId, from: Timestamp, to: Timestamp) -> Result<Vec<LogLine>, ServiceError> {
        self.lines(from, to, Some(id.as_str())).await
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
