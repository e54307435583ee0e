//! The figures of a sender.

use std::collections::BTreeSet;

use serde::Deserialize;
use tests::ledger::Record;

use crate::job::{Job, Sender, Webhook};

/// The figures of a sender.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) name: String,
    pub(crate) jobs: usize,
    pub(crate) lost: usize,
    pub(crate) late: usize,
    pub(crate) twice: usize,
    pub(crate) by_webhook: usize,
    pub(crate) by_poll: usize,
    /// Events that are not published, because another one tells the same end.
    pub(crate) superseded: usize,
    /// How often a consumer got an event that it had already.
    pub(crate) repeated: usize,
    /// How often the ledger says that the sender was to be asked.
    pub(crate) checks: usize,
    /// Calls that told an end, that told of none yet, and that failed.
    pub(crate) calls_ended: usize,
    pub(crate) calls_running: usize,
    pub(crate) calls_failed: usize,
}

/// An event that a consumer got.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ConsumerEvent {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) subject: Option<String>,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    pub(crate) data: ConsumerEventData,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ConsumerEventData {
    pub(crate) origin: String,
}

impl Figures {
    pub(crate) const HEAD: [&str; 13] = [
        "sender",
        "jobs",
        "lost",
        "late",
        "sent twice",
        "by webhook",
        "by answer",
        "superseded",
        "repeated",
        "checks",
        "calls: ended",
        "going on",
        "failed",
    ];

    pub(crate) fn numbers(&self) -> [usize; 12] {
        [
            self.jobs,
            self.lost,
            self.late,
            self.twice,
            self.by_webhook,
            self.by_poll,
            self.superseded,
            self.repeated,
            self.checks,
            self.calls_ended,
            self.calls_running,
            self.calls_failed,
        ]
    }

    pub(crate) fn count(&mut self, job: &Job, records: &[Record], events: &[ConsumerEvent]) {
        self.jobs += 1;
        self.lost += usize::from(job.plan.webhook == Webhook::Lost);
        self.late += usize::from(job.plan.webhook == Webhook::Late);
        self.twice += usize::from(job.plan.is_sent_twice);
        let origin = events.first().map(|event| event.data.origin.as_str());
        self.by_webhook += usize::from(origin == Some("webhook"));
        self.by_poll += usize::from(origin == Some("poll"));
        self.superseded += records.iter().filter(|record| record.outcome("superseded_by").is_some()).count();
        let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
        self.repeated += events.len() - ids.len();
        let checks = records.iter().filter(|record| is_of_job(record)).filter_map(|record| record.number("sweeps"));
        self.checks += checks.map(|checks| usize::try_from(checks).unwrap_or(0)).sum::<usize>();
    }

    pub(crate) fn count_calls(&mut self, sender: &Sender) {
        let look_ups = sender.simulator.look_ups();
        self.calls_ended = look_ups.iter().filter(|look_up| look_up.has_ended).count();
        self.calls_running = look_ups.len() - self.calls_ended;
        self.calls_failed = sender.simulator.asked().len() - look_ups.len();
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls_ended + self.calls_running + self.calls_failed
    }

    /// Jobs whose webhooks did not come in time.
    pub(crate) fn missing(&self) -> usize {
        self.lost + self.late
    }
}

/// Whether it is a job's record, and no event's.
pub(crate) fn is_of_job(record: &Record) -> bool {
    record.id().starts_with("@job/")
}
