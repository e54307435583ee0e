//! What came of the cases.

use std::collections::BTreeSet;
use std::time::Duration;

use tests::watch::published;
use tests::world::World;

use crate::case::{DeliveryAnswer, Sent};

/// What came of a case.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) operation: String,
    pub(crate) fault: String,
    /// How many calls met the fault.
    pub(crate) hits: u32,
    /// Events that were sent.
    pub(crate) sent: usize,
    /// What the senders heard.
    pub(crate) answers: Vec<DeliveryAnswer>,
    pub(crate) slowest: Duration,
    /// Events of which a sender heard that it need not come again.
    pub(crate) acknowledged: usize,
    /// Acknowledged events that came through ...
    pub(crate) published: usize,
    /// ... and how often they came once more than that.
    pub(crate) repeated: usize,
    /// Acknowledged events that did not come through.
    pub(crate) lost: usize,
    /// Events that are neither done nor failed at the end.
    pub(crate) stuck: usize,
    /// What else must not be, beside a fault that no call met.
    pub(crate) complaint: Option<String>,
}

impl Outcome {
    /// What came of `case`, about whose records or copies of assets there may be a complaint.
    pub(crate) fn of(
        world: &World,
        case: &Sent,
        slowest: Duration,
        unfinished: &BTreeSet<String>,
        complaint: Option<String>,
    ) -> Outcome {
        let published = published(world);
        let acknowledged: Vec<usize> = case
            .events
            .iter()
            .filter(|event| event.is_acknowledged())
            .map(|event| event.expected.times(world, &published))
            .collect();
        let come = acknowledged.iter().filter(|times| **times > 0).count();
        let heard: Vec<DeliveryAnswer> = case.events.iter().flat_map(|event| event.answers.iter().copied()).collect();
        let wrong = heard.iter().find(|heard| matches!(heard, DeliveryAnswer::Wrong(_)));
        let lost = acknowledged.len() - come;
        let complaint = match wrong {
            Some(wrong) => Some(format!("answered with {wrong:?}")),
            None => complaint.or_else(|| (lost > 0).then(|| format!("{lost} acknowledged deliveries never came"))),
        };
        Outcome {
            operation: case.operation.clone(),
            fault: case.fault.clone(),
            hits: case.disturbed.hits(),
            sent: case.events.len(),
            answers: heard,
            slowest,
            acknowledged: acknowledged.len(),
            published: come,
            repeated: acknowledged.iter().map(|times| times.saturating_sub(1)).sum(),
            lost,
            stuck: case.events.iter().filter(|event| event.expected.is_unfinished(unfinished)).count(),
            complaint,
        }
    }

    /// Adds another go at the same case.
    pub(crate) fn add(&mut self, other: Outcome) {
        self.hits += other.hits;
        self.sent += other.sent;
        self.answers.extend(other.answers);
        self.slowest = self.slowest.max(other.slowest);
        self.acknowledged += other.acknowledged;
        self.published += other.published;
        self.repeated += other.repeated;
        self.lost += other.lost;
        self.stuck += other.stuck;
        self.complaint = self.complaint.take().or(other.complaint);
    }

    pub(crate) fn is_as_it_must_be(&self) -> bool {
        self.lost == 0 && self.stuck == 0 && self.complaint().is_none()
    }

    fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref().or_else(|| (self.hits == 0).then_some("no call met the fault"))
    }
}

/// Answers, counted: `2 x 200, 1 x 503`.
pub(crate) fn told(heard: &[DeliveryAnswer]) -> String {
    let kinds =
        [(DeliveryAnswer::Acknowledged, "200"), (DeliveryAnswer::ComeAgain, "503"), (DeliveryAnswer::Nothing, "none")];
    let counted = kinds.iter().filter_map(|(kind, name)| {
        let count = heard.iter().filter(|heard| *heard == kind).count();
        (count > 0).then(|| format!("{count} x {name}"))
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// The sum of all cases.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    cases: usize,
    acknowledged: usize,
    lost: usize,
    stuck: usize,
    complaints: Vec<String>,
}

impl Tally {
    pub(crate) fn of(outcomes: &[Outcome]) -> Tally {
        let mut tally = Tally { cases: outcomes.len(), ..Tally::default() };
        for outcome in outcomes {
            tally.acknowledged += outcome.acknowledged;
            tally.lost += outcome.lost;
            tally.stuck += outcome.stuck;
            tally
                .complaints
                .extend(outcome.complaint().map(|text| format!("{}, {}: {text}", outcome.operation, outcome.fault)));
        }
        tally
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.cases > 0 && self.lost == 0 && self.stuck == 0 && self.complaints.is_empty()
    }

    /// Whether the promise was kept, and the figures in the last line.
    pub(crate) fn verdict(&self) -> String {
        let complaints = self.complaints.iter().map(|complaint| format!("NOT AS IT MUST BE: {complaint}\n"));
        format!(
            "{}{} cases, {} acknowledged, {} lost, {} stuck",
            complaints.collect::<String>(),
            self.cases,
            self.acknowledged,
            self.lost,
            self.stuck
        )
    }
}
