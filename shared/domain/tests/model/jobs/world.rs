//! A state of the world, and what happens in it beside the processors.

use domain::expectation::Hint;
use domain::ledger::attribute::Attribute;
use domain::ledger::claim::{Claim, ClaimRequest, claim};
use domain::ledger::item::Item;
use domain::ledger::job::{JobRecord, JobState};
use domain::ledger::job_writes::{self, ExpectedJob};
use domain::ledger::record::{PackedBody, RecordBody, RecordState, State};
use domain::ledger::replay::ReplayRequest;
use domain::ledger::replay_job::ReplayJobId;
use domain::ledger::writes::{self, DueTime, PutCondition, Takeover};
use domain::source::JobWaits;

use super::event::{TALES, Tale, job};
use super::processor::{Processor, Step};
use super::table::Table;
use super::{Bounds, Mutation};
use crate::time::{NOW, PROCESSOR_TIMEOUT, SCHEDULE};

/// How the sender's API is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Api {
    Answers,
    Away,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) bounds: Bounds,
    pub(crate) faults: u8,
    pub(crate) polls: u8,
    pub(crate) replays: u8,
    pub(crate) api: Api,
    pub(crate) has_ended: bool,
    pub(crate) may_give_up: bool,
    pub(crate) is_expected: bool,
    /// Which webhooks were delivered.
    pub(crate) delivered: Vec<Tale>,
    pub(crate) table: Table,
    pub(crate) processors: [Processor; 2],
    /// The ids under which an end was published.
    pub(crate) published: Vec<&'static str>,
    /// How often one was.
    pub(crate) publications: u8,
    /// Whether the API has ever said that the job has not ended.
    pub(crate) said_not_ended: bool,
}

impl World {
    pub(crate) fn new(bounds: Bounds) -> World {
        World {
            bounds,
            faults: bounds.faults,
            polls: bounds.polls,
            replays: bounds.replays,
            api: Api::Answers,
            has_ended: false,
            may_give_up: false,
            is_expected: false,
            delivered: Vec::new(),
            table: Table::default(),
            processors: [Processor::IDLE; 2],
            published: Vec::new(),
            publications: 0,
            said_not_ended: false,
        }
    }

    pub(crate) fn job(&self) -> Option<JobRecord> {
        let item = self.table.get(job().id().as_str())?;
        Some(JobRecord::of_item(item).expect("every write leaves a record"))
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.job().is_some_and(|record| record.state == JobState::Waiting)
    }

    pub(crate) fn id(&self, tale: Tale) -> &'static str {
        tale.event(self.bounds.has_other_id).id.as_str()
    }

    pub(crate) fn record(&self, tale: Tale) -> Option<RecordState> {
        self.table.get(self.id(tale)).map(state)
    }

    /// The first that is told under its id, so that what has one record is looked at once.
    fn tales(&self) -> impl Iterator<Item = Tale> {
        TALES.into_iter().filter(|tale| {
            let first = TALES.into_iter().find(|other| self.id(*other) == self.id(*tale));
            first == Some(*tale) && self.record(*tale).is_some()
        })
    }

    pub(crate) fn finished(&self) -> impl Iterator<Item = Tale> {
        self.tales().filter(|tale| self.record(*tale).is_some_and(|record| record.state.is_final()))
    }

    /// What no processor works on: it waits, or its processor died.
    pub(crate) fn claimable(&self) -> impl Iterator<Item = Tale> {
        self.tales().filter(|tale| {
            let id = self.id(*tale);
            let is_held = self.processors.iter().any(|processor| processor.works_on(id, self));
            !is_held && self.record(*tale).is_some_and(|record| !record.state.is_final())
        })
    }

    /// The webhooks come after the end, once; a forgery at any time.
    pub(crate) fn deliverable(&self) -> impl Iterator<Item = Tale> {
        let can_come = [
            (Tale::Webhook, self.has_ended),
            (Tale::Second, self.has_ended && self.bounds.second.is_some()),
            (Tale::Forgery, self.bounds.is_forged),
        ];
        let coming = can_come.into_iter().filter(|(tale, can_come)| *can_come && !self.delivered.contains(tale));
        coming.map(|(tale, _)| tale)
    }

    /// `Processor::put_expectation`.
    pub(crate) fn expect(&mut self, mutation: Option<Mutation>) {
        self.is_expected = true;
        let waits = JobWaits { within_seconds: 600, give_up_seconds: 86_400 };
        let expected = ExpectedJob::new(job(), NOW, waits, Hint::default(), SCHEDULE, "the only one".to_owned());
        let id = expected.job.id();
        if mutation == Some(Mutation::ExpectBlindly) {
            self.table.remove(id.as_str());
        }
        if self.table.write(&job_writes::expect(&id, &expected, PutCondition::Absent)).is_err() {
            // Refused where it is not the record of an end that nobody expected.
            drop(self.table.write(&job_writes::expect_ended(&id, &expected)));
        }
    }

    /// What ingest does. While the option was off, the event was done before anybody asked.
    pub(crate) fn deliver(&mut self, tale: Tale) {
        self.delivered.push(tale);
        self.delivered.sort_unstable();
        let event = tale.event(self.bounds.has_other_id);
        let body = PackedBody { bytes: Vec::new(), is_zstd: false };
        let put = writes::record(event, RecordBody::Inline(&body), NOW, PutCondition::Absent);
        let is_new = self.table.write(&put).is_ok();
        if is_new && self.bounds.was_off && tale == Tale::Webhook {
            let id = event.id.as_str();
            self.table.set(id, Attribute::State, State::Done.as_str());
            let expires_at_seconds = SCHEDULE.expires_at_seconds(NOW);
            self.table.set(id, Attribute::ExpiresAt, expires_at_seconds);
            self.published.push(id);
            self.publications += 1;
        }
    }

    /// `Processor::poll` up to the question. The release of the record is part of it: a message of another release does
    /// nothing.
    pub(crate) fn poll(&mut self, index: usize) {
        self.polls -= 1;
        self.processors[index] = Processor { step: Step::Asking, token: self.free_token() };
    }

    /// A token that is in nobody's hands, and in no record.
    fn free_token(&self) -> usize {
        let is_held = |token| self.processors.iter().any(|it| it.step != Step::Idle && it.token == token);
        let is_free = |token: &usize| !is_held(*token) && !self.table.is_claimed_by(&request(*token).token);
        (0..).find(is_free).expect("there are fewer records than numbers")
    }

    /// A claim that takes over, as the sweep's message would.
    pub(crate) fn claim(&mut self, index: usize, tale: Tale) {
        // Its processor is dead, and its time is over.
        let id = self.id(tale);
        self.table.set(id, Attribute::LeaseUntil, NOW);
        self.table.set(id, Attribute::NotBefore, NOW);
        let token = self.free_token();
        let request = request(token);
        let existing = self.record(tale);
        if let Claim::Take { .. } = claim(existing.as_ref(), &request) {
            let event = tale.event(self.bounds.has_other_id);
            let taken = self.table.write(&writes::claim(&event.id, &request, DueTime::AfterLease, Takeover::Allowed));
            if taken.is_ok() {
                self.processors[index] = Processor { step: Step::Confirming(self.told(tale)), token };
            }
        }
    }

    /// Who tells what stands under the id of `tale`.
    fn told(&self, tale: Tale) -> Tale {
        let body = self.record(tale).map(|record| record.body_sha256);
        let id = self.id(tale);
        let same =
            |other: &Tale| self.id(*other) == id && Some(other.event(self.bounds.has_other_id).body_sha256) == body;
        TALES.into_iter().find(same).unwrap_or(tale)
    }

    /// An operator's terminal.
    pub(crate) fn replay(&mut self, tale: Tale) {
        self.replays -= 1;
        let event = tale.event(self.bounds.has_other_id);
        let job = ReplayJobId::parse("00000000000000000000000000000001").expect("it is a job's id");
        let request = ReplayRequest { job, now: NOW, schedule: SCHEDULE, replays_contradicted: false };
        drop(self.table.write(&request.write(&event.id)));
    }
}

pub(crate) fn state(item: &Item<'static>) -> RecordState {
    item.record_state().expect("every write leaves a record")
}

pub(crate) fn request(token: usize) -> ClaimRequest {
    ClaimRequest {
        token: format!("token {token}"),
        now: NOW,
        lease_until: SCHEDULE.lease_until(NOW + PROCESSOR_TIMEOUT),
        schedule: SCHEDULE,
    }
}
