//! What must hold.

use domain::event::Origin;
use domain::ledger::attribute::Attribute;
use domain::ledger::job::JobState;
use domain::ledger::record::State;
use domain::ledger::value::Value;
use stateright::Property;

use super::event::{TALES, Tale, job};
use super::processor::Step;
use super::world::{Api, World};
use super::{Jobs, Second};

pub(crate) const ONE_ID: &str = "the end is published under one id";
pub(crate) const ONCE: &str = "where nothing goes wrong, an end is published once";
pub(crate) const ENDED_AGAIN: &str = "a job that has ended again is published again";
pub(crate) const PUBLISHED: &str = "once all is quiet, the end of an expected job is published or stands failed";
pub(crate) const NO_WAIT: &str = "no job waits for ever";
pub(crate) const WAITING_DUE: &str = "a job waits exactly while it is due, and expires otherwise";
pub(crate) const WINNER_TELLS: &str = "the event that a job names is published, unfinished or failed";
pub(crate) const EXPIRED_BY_ANSWER: &str = "a job is given up only after its sender's API has answered";
pub(crate) const RECORDED: &str = "where a job is given up, the record of the event that says so stands";

pub(crate) fn properties() -> Vec<Property<Jobs>> {
    vec![
        // What was published while the option was off has no marker, so another id is published once more.
        Property::always(ONE_ID, |_, world: &World| {
            let others = world.published.iter().filter(|id| !is_allowed_beside(world, id)).count();
            others <= 1 + usize::from(world.bounds.was_off && world.bounds.has_other_id)
        }),
        Property::always(ONCE, |_, world: &World| {
            let is_undisturbed = world.faults == world.bounds.faults && world.replays == world.bounds.replays;
            !is_undisturbed || usize::from(world.publications) == world.published.len()
        }),
        Property::always(ENDED_AGAIN, |_, world: &World| {
            let is_done = world.record(Tale::Second).is_some_and(|record| record.state == State::Done);
            let is_another = matches!(world.bounds.second, Some(Second::EndedAgain | Second::OtherEnd));
            !(is_another && is_done) || world.published.contains(&world.id(Tale::Second))
        }),
        Property::always(PUBLISHED, |_, world: &World| {
            let is_told = !world.published.is_empty() || ends().any(|tale| is_failed(world, tale));
            !is_quiet(world) || !world.is_expected || world.is_waiting() || is_expired(world) || is_told
        }),
        Property::always(NO_WAIT, |_, world: &World| !is_quiet(world) || !world.is_waiting()),
        Property::always(WAITING_DUE, |_, world: &World| {
            let Some(record) = world.job() else { return true };
            let item = world.table.get(job().id().as_str());
            let has = |attribute| item.is_some_and(|item| item.get(attribute).is_some());
            let is_waiting = record.state == JobState::Waiting;
            let shard = item.and_then(|item| item.get(Attribute::DueShard)).and_then(Value::as_text);
            let is_in_shard = shard.is_some_and(|shard| shard.starts_with("x/"));
            is_waiting == has(Attribute::DueAt) && is_waiting == is_in_shard && is_waiting != has(Attribute::ExpiresAt)
        }),
        Property::always(WINNER_TELLS, |_, world: &World| {
            let Some(record) = world.job() else { return true };
            record.any_end().is_none_or(|end| {
                let stands = TALES.into_iter().filter(|tale| world.id(*tale) == end.id).find_map(|it| world.record(it));
                world.published.contains(&end.id.as_str()) || stands.is_some_and(|record| record.state != State::Done)
            })
        }),
        Property::always(EXPIRED_BY_ANSWER, |_, world: &World| {
            world.record(Tale::Expiry).is_none() || world.said_not_ended
        }),
        Property::always(RECORDED, |_, world: &World| !is_expired(world) || world.record(Tale::Expiry).is_some()),
        Property::sometimes("a late webhook finds that the answer has won", |_, world: &World| {
            let ended_by_answer = world.job().and_then(|record| record.completed).is_some_and(|end| end.at.is_some());
            ended_by_answer && world.record(Tale::Webhook).is_some_and(|record| record.state == State::Done)
        }),
    ]
}

fn ends() -> impl Iterator<Item = Tale> {
    [Tale::Webhook, Tale::Second, Tale::Answer, Tale::AnswerBeside].into_iter()
}

/// Whether an id is the second webhook's, and that tells another end, or its sender has told the first one itself.
fn is_allowed_beside(world: &World, id: &str) -> bool {
    let tells_other_end = || matches!(world.bounds.second, Some(Second::EndedAgain | Second::OtherEnd));
    let is_after_webhook = || {
        let winner = world.job().and_then(|record| record.completed);
        winner.is_some_and(|winner| winner.by != Origin::Poll)
    };
    id == world.id(Tale::Second) && (tells_other_end() || is_after_webhook())
}

fn is_failed(world: &World, tale: Tale) -> bool {
    world.record(tale).is_some_and(|record| record.state == State::Failed)
}

fn is_expired(world: &World) -> bool {
    world.job().is_some_and(|record| record.state == JobState::Expired)
}

/// Whether nothing happens by itself any more: all is delivered and settled, the sender's API answers, and the job has
/// ended and was asked about if it still waited.
fn is_quiet(world: &World) -> bool {
    world.has_ended
        && world.api == Api::Answers
        && world.processors.iter().all(|processor| processor.step == Step::Idle)
        && world.claimable().next().is_none()
        && (world.polls == 0 || !world.is_waiting())
}
