//! A processor, step by step.

use domain::ledger::admit::{PolledAdmission, admit_polled};
use domain::ledger::job::{JobRecord, JobState};
use domain::ledger::job_end::EndVerdict;
use domain::ledger::job_writes;
use domain::ledger::record::{PackedBody, RecordBody};
use domain::ledger::settle::{Work, settle};
use domain::ledger::writes::{self, PutCondition};

use super::Mutation;
use super::event::{Tale, job};
use super::world::{Api, World, request, state};
use crate::time::{JITTER, NOW, SCHEDULE};

/// Where a processor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    Idle,
    /// It asks the sender's API about the job.
    Asking,
    /// It makes the record of what it was told, or of the expiry.
    Making(Tale),
    /// It ends the job of an event that is finished.
    Ending(Tale),
    /// It asks the sender's API whether an event is true.
    Confirming(Tale),
    /// It makes the event the one that tells the end.
    Telling(Tale),
    Publishing(Tale),
    /// It settles the event, as done or to be tried again.
    Settling(Tale, Went),
}

/// How the work went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Went {
    Done,
    Trouble,
    Contradicted,
    Failed,
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Answered,
    /// It was carried out, and nobody learns so.
    AnswerLost,
    /// It failed for good.
    FailedForGood,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Processor {
    pub(crate) step: Step,
    /// Which token it claims with.
    pub(crate) token: usize,
}

impl Step {
    pub(crate) const fn faults(self) -> &'static [Outcome] {
        match self {
            Step::Idle | Step::Asking | Step::Confirming(_) => &[],
            Step::Publishing(_) => &[Outcome::AnswerLost, Outcome::FailedForGood],
            Step::Telling(_) => &[Outcome::AnswerLost, Outcome::FailedForGood],
            Step::Making(_) | Step::Ending(_) | Step::Settling(..) => &[Outcome::AnswerLost],
        }
    }
}

impl Processor {
    pub(crate) const IDLE: Processor = Processor { step: Step::Idle, token: 0 };

    /// Whether it works on the event with this id.
    pub(crate) fn works_on(&self, id: &str, world: &World) -> bool {
        match self.step {
            Step::Confirming(tale) | Step::Telling(tale) | Step::Publishing(tale) | Step::Settling(tale, _) => {
                world.id(tale) == id
            }
            Step::Idle | Step::Asking | Step::Making(_) | Step::Ending(_) => false,
        }
    }
}

/// Takes the next step of the processor at `index`.
pub(crate) fn step(world: &mut World, index: usize, outcome: Outcome, mutation: Option<Mutation>) {
    let me = world.processors[index];
    let is_lost = outcome == Outcome::AnswerLost;
    let next = match me.step {
        Step::Idle => return,
        Step::Asking => asked(world, mutation),
        Step::Making(tale) => match make(world, me.token, tale, mutation) {
            _ if is_lost => Step::Idle,
            next => next,
        },
        Step::Ending(tale) => {
            if mutation != Some(Mutation::LeaveFinished) {
                tell(world, tale, mutation);
            }
            Step::Idle
        }
        Step::Confirming(tale) => confirmed(world, tale, mutation),
        Step::Telling(tale) if outcome == Outcome::FailedForGood => Step::Settling(tale, Went::Failed),
        Step::Telling(tale) => match tell(world, tale, mutation) {
            _ if is_lost => Step::Settling(tale, Went::Trouble),
            EndVerdict::Superseded(_) if mutation != Some(Mutation::LoserPublishes) => Step::Settling(tale, Went::Done),
            EndVerdict::Publish | EndVerdict::Superseded(_) => Step::Publishing(tale),
        },
        Step::Publishing(tale) => {
            if outcome != Outcome::FailedForGood && tale != Tale::Expiry {
                let id = world.id(tale);
                world.publications += 1;
                world.published.push(id);
                world.published.sort_unstable();
                world.published.dedup();
            }
            match outcome {
                Outcome::Answered => Step::Settling(tale, Went::Done),
                Outcome::AnswerLost => Step::Settling(tale, Went::Trouble),
                Outcome::FailedForGood => Step::Settling(tale, Went::Failed),
            }
        }
        Step::Settling(tale, went) => {
            settled(world, me.token, tale, went);
            Step::Idle
        }
    };
    world.processors[index] = if next == Step::Idle { Processor::IDLE } else { Processor { step: next, ..me } };
}

/// `Processor::poll`.
fn asked(world: &mut World, mutation: Option<Mutation>) -> Step {
    if !world.is_waiting() {
        return Step::Idle;
    }
    match world.api {
        Api::Away if mutation == Some(Mutation::ExpireOnTrouble) && world.may_give_up => Step::Making(Tale::Expiry),
        // It is asked later.
        Api::Away => {
            world.polls += 1;
            Step::Idle
        }
        Api::Answers if world.has_ended => Step::Making(Tale::Answer),
        Api::Answers => {
            world.said_not_ended = true;
            if !world.may_give_up {
                world.polls += 1;
                return Step::Idle;
            }
            if mutation == Some(Mutation::ExpireFirst) {
                tell(world, Tale::Expiry, mutation);
            }
            Step::Making(Tale::Expiry)
        }
    }
}

/// `Processor::process_polled`. A question whose event could not be made is put again.
fn make(world: &mut World, token: usize, tale: Tale, mutation: Option<Mutation>) -> Step {
    let event = tale.event(world.bounds.has_other_id);
    let body = PackedBody { bytes: Vec::new(), is_zstd: false };
    let request = request(token);
    match world.table.write(&writes::make_claimed(event, RecordBody::Inline(&body), &request, PutCondition::Absent)) {
        Ok(()) => Step::Telling(tale),
        Err(_) if mutation == Some(Mutation::PublishEachAnswer) => Step::Telling(tale),
        Err(existing) => match admit_polled(&state(&existing.expect("it refuses")), event.body_sha256, NOW) {
            PolledAdmission::Unfinished | PolledAdmission::Expired { .. } => {
                world.polls += 1;
                Step::Idle
            }
            PolledAdmission::Finished => Step::Ending(tale),
            PolledAdmission::Beside => Step::Making(Tale::AnswerBeside),
        },
    }
}

/// `confirm` in functions/process/src/confirm.rs.
fn confirmed(world: &mut World, tale: Tale, mutation: Option<Mutation>) -> Step {
    if matches!(tale, Tale::Answer | Tale::AnswerBeside | Tale::Expiry) {
        return Step::Telling(tale);
    }
    if mutation == Some(Mutation::WinBeforeConfirm) {
        tell(world, tale, mutation);
    }
    match world.api {
        Api::Away => Step::Settling(tale, Went::Trouble),
        // A forged end is another one than that of the job, whenever that comes.
        Api::Answers if tale == Tale::Forgery => Step::Settling(tale, Went::Contradicted),
        Api::Answers => Step::Telling(tale),
    }
}

/// `tell_end` and `give_up` in functions/process/src/job.rs.
fn tell(world: &mut World, tale: Tale, mutation: Option<Mutation>) -> EndVerdict {
    let id = job().id();
    if tale == Tale::Expiry {
        return match world.table.write(&job_writes::expire(&id, NOW, SCHEDULE)) {
            Err(Some(item)) => {
                let record = JobRecord::of_item(&item).expect("every write leaves a record");
                let end = record.any_end().filter(|_| record.state == JobState::Ended);
                end.map_or(EndVerdict::Publish, |end| EndVerdict::Superseded(end.id.clone()))
            }
            Ok(()) | Err(None) => EndVerdict::Publish,
        };
    }
    let mut end = tale.end(world.bounds);
    if mutation == Some(Mutation::IgnoreTime) {
        end.at = None;
    }
    match world.table.write(&job_writes::win(&id, &end, NOW, SCHEDULE)) {
        Ok(()) => EndVerdict::Publish,
        Err(item) => {
            let record = JobRecord::of_item(&item.expect("it refuses")).expect("every write leaves a record");
            end.judge(record.end(end.end).expect("nothing else refuses"))
        }
    }
}

fn settled(world: &mut World, token: usize, tale: Tale, went: Went) {
    let reason = "trouble".to_owned();
    let work = match went {
        Went::Done => Work::Done,
        Went::Trouble => Work::Retryable { reason },
        Went::Contradicted => Work::Contradicted { reason },
        Went::Failed => Work::Permanent { reason },
    };
    // Attempts are another model's.
    let settlement = settle(work, 1, NOW, SCHEDULE, JITTER);
    let event = tale.event(world.bounds.has_other_id);
    // Refused where somebody else has it by now.
    drop(world.table.write(&writes::settle(event, &request(token).token, &settlement, &[])));
}
