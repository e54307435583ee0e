//! What a sweep came to.

use domain::ledger::due_shard::DUE_SHARDS;
use platform::service_error::ServiceError;
use serde::Serialize;

/// The counts of a run. What is 0 or `false` is left out.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Overdue events that were looked at.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) overdue: u32,
    /// Those sent to the queue again.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) sent: u32,
    /// Those that another worker had claimed by then.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) passed_over: u32,
    /// Those that could not be marked or sent; they stay due.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) troubled: u32,
    /// Shards that could not be read.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) unread_shards: u32,
    /// Time ran out before everything was looked at.
    #[serde(skip_serializing_if = "is_no")]
    pub(crate) left_some: bool,
    /// The directory of sources could not be written.
    #[serde(skip_serializing_if = "is_no")]
    pub(crate) directory_failed: bool,
    /// Jobs about which senders are to be asked.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) polls: u32,
    /// Jobs of some source could not be released; they come due again.
    #[serde(skip_serializing_if = "is_no")]
    pub(crate) unreleased: bool,
    /// Watched sources from which nothing has arrived for too long.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) silent: u32,
    /// Their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) silent_sources: Vec<String>,
    /// Sources that had genuine deliveries and have only refusals by now.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) only_refused: u32,
    /// Their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) only_refused_sources: Vec<String>,
    /// It could not be read whether a watched source is silent, or which sources have only refusals.
    #[serde(skip_serializing_if = "is_no")]
    pub(crate) silence_unknown: bool,
    /// The first trouble of the run.
    pub(crate) trouble: Option<String>,
}

impl Report {
    pub(crate) fn note(&mut self, trouble: &ServiceError) {
        self.trouble.get_or_insert_with(|| trouble.to_string());
    }

    /// Adds what another worker of the same run did.
    pub(crate) fn add(&mut self, other: Report) {
        self.overdue += other.overdue;
        self.sent += other.sent;
        self.passed_over += other.passed_over;
        self.troubled += other.troubled;
        self.unread_shards += other.unread_shards;
        self.left_some |= other.left_some;
        self.directory_failed |= other.directory_failed;
        self.polls += other.polls;
        self.unreleased |= other.unreleased;
        self.silent += other.silent;
        self.silent_sources.extend(other.silent_sources);
        self.only_refused += other.only_refused;
        self.only_refused_sources.extend(other.only_refused_sources);
        self.silence_unknown |= other.silence_unknown;
        self.trouble = self.trouble.take().or(other.trouble);
    }

    pub(crate) const fn saw_nothing(&self) -> bool {
        self.unread_shards == DUE_SHARDS
    }

    /// Whether everything that was overdue has been seen to, the directory written, and silence looked for.
    pub(crate) const fn is_complete(&self) -> bool {
        let is_sent = !self.left_some && self.unread_shards == 0 && self.troubled == 0 && !self.unreleased;
        is_sent && !self.directory_failed && !self.silence_unknown
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}
