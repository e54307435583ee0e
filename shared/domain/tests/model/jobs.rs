//! Jobs whose webhooks may be lost: expectations, questions to the sender's API, ends by webhook and by answer, expiry and
//! a replay.
//!
//! One job. Its end is told by a webhook, and by the sender's API under the same or another id; a second webhook may tell
//! the same end, another one, or that the job has ended again; a stranger may have forged one. The decisions and the
//! writes are the real ones; the order of effects is that of functions/process/src/expectations.rs, job.rs and steps.rs.
//! Anybody may die between any two effects. No time passes here: waits are over whenever somebody comes, and a lease is
//! when its holder is dead.

mod event;
mod processor;
mod properties;
mod table;
mod world;

use stateright::{Checker, Expectation, HasDiscoveries, Model, Property};

use self::event::Tale;
use self::processor::{Outcome, Step};
use self::properties::{
    ENDED_AGAIN, EXPIRED_BY_ANSWER, NO_WAIT, ONCE, ONE_ID, PUBLISHED, RECORDED, WAITING_DUE, WINNER_TELLS,
};
use self::world::{Api, World};

/// What of the protocol is left out or done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mutation {
    /// A webhook takes the job's end before the sender's API has confirmed it.
    WinBeforeConfirm,
    /// An event that lost its job's end to another is published all the same.
    LoserPublishes,
    /// An expectation takes the place of whatever stands there.
    ExpectBlindly,
    /// A job is given up although its sender did not answer.
    ExpireOnTrouble,
    /// An answer that finds its event finished does not end the job.
    LeaveFinished,
    /// A job is given up before the record of the event that says so is made.
    ExpireFirst,
    /// What a sender answered is published also where its event has a record.
    PublishEachAnswer,
    /// A webhook after the answer is superseded whatever time it tells.
    IgnoreTime,
}

/// What there is in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bounds {
    /// How many things go wrong.
    pub(crate) faults: u8,
    /// How many questions the sweep sends.
    pub(crate) polls: u8,
    /// Whether the API tells the end under another id than the webhook.
    pub(crate) has_other_id: bool,
    /// Whether a stranger has forged an end that did not happen.
    pub(crate) is_forged: bool,
    /// Whether the webhook was processed while the option was off.
    pub(crate) was_off: bool,
    /// How often an operator has an event replayed.
    pub(crate) replays: u8,
    /// What a second webhook tells.
    pub(crate) second: Option<Second>,
}

/// What a second webhook tells, under an id of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Second {
    /// The same end, with the time of its being sent.
    SameEnd,
    /// That the job has ended again, two minutes later.
    EndedAgain,
    /// That it has failed.
    OtherEnd,
}

impl Bounds {
    const SMALL: Bounds =
        Bounds { faults: 1, polls: 2, has_other_id: true, is_forged: false, was_off: false, replays: 0, second: None };

    #[expect(clippy::disallowed_methods, reason = "a knob of this test, not a setting of Landfall")]
    fn asked_for() -> Vec<Bounds> {
        let is_large = std::env::var("MODEL").is_ok_and(|size| size == "large");
        let faults = if is_large { 3 } else { 1 };
        let fewer = faults - 1;
        let mut all = Vec::new();
        for has_other_id in [false, true] {
            let of = |faults| Bounds { faults, polls: faults + 1, has_other_id, ..Bounds::SMALL };
            all.extend([
                of(faults),
                Bounds { was_off: true, ..of(faults) },
                Bounds { is_forged: true, ..of(fewer) },
                Bounds { replays: 1, ..of(fewer) },
            ]);
            let seconds = [Second::SameEnd, Second::EndedAgain, Second::OtherEnd];
            all.extend(seconds.map(|second| Bounds { second: Some(second), ..of(fewer) }));
        }
        all
    }
}

/// The protocol, right or wrong.
#[derive(Debug)]
pub(crate) struct Jobs {
    pub(crate) bounds: Bounds,
    pub(crate) mutation: Option<Mutation>,
}

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// An application expects the end.
    Expect,
    /// The job ends.
    End,
    /// The sender's API stops answering, or begins again.
    Api(Api),
    /// The time comes at which the job may be given up.
    GiveUp,
    /// The sender delivers its webhook, or a stranger a forged one.
    Deliver(Tale),
    /// The sweep has the sender asked, and a processor receives that.
    Poll(usize),
    /// A processor takes an event that waits, or whose processor died.
    Claim(usize, Tale),
    /// A processor takes its next step.
    Process(usize, Outcome),
    /// It dies.
    Die(usize),
    /// An operator has an event replayed.
    Replay(Tale),
}

impl Model for Jobs {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.bounds)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if !world.is_expected {
            actions.push(Action::Expect);
        }
        if !world.has_ended {
            actions.push(Action::End);
        }
        if world.api == Api::Away {
            actions.push(Action::Api(Api::Answers));
        } else if world.faults > 0 {
            actions.push(Action::Api(Api::Away));
        }
        if !world.may_give_up {
            actions.push(Action::GiveUp);
        }
        actions.extend(world.deliverable().map(Action::Deliver));
        for (index, processor) in world.processors.iter().enumerate() {
            if processor.step == Step::Idle {
                if world.polls > 0 && world.is_waiting() {
                    actions.push(Action::Poll(index));
                }
                actions.extend(world.claimable().map(|tale| Action::Claim(index, tale)));
            } else {
                actions.push(Action::Process(index, Outcome::Answered));
                if world.faults > 0 {
                    actions.extend(processor.step.faults().iter().map(|outcome| Action::Process(index, *outcome)));
                    actions.push(Action::Die(index));
                }
            }
        }
        if world.replays > 0 {
            actions.extend(world.finished().map(Action::Replay));
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut world = world.clone();
        match action {
            Action::Expect => world.expect(self.mutation),
            Action::End => world.has_ended = true,
            Action::Api(api) => {
                if api == Api::Away {
                    world.faults -= 1;
                }
                world.api = api;
            }
            Action::GiveUp => world.may_give_up = true,
            Action::Deliver(tale) => world.deliver(tale),
            Action::Poll(index) => world.poll(index),
            Action::Claim(index, tale) => world.claim(index, tale),
            Action::Process(index, outcome) => {
                if outcome != Outcome::Answered {
                    world.faults -= 1;
                }
                processor::step(&mut world, index, outcome, self.mutation);
            }
            Action::Die(index) => {
                world.faults -= 1;
                world.processors[index] = processor::Processor::IDLE;
            }
            Action::Replay(tale) => world.replay(tale),
        }
        world.processors.sort_unstable();
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Jobs>> {
        properties::properties()
    }
}

#[expect(clippy::print_stdout, reason = "how much was explored is part of what the test says")]
fn explore(model: Jobs, enough: HasDiscoveries) -> impl Checker<Jobs> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = model.checker().threads(threads).finish_when(enough).spawn_bfs().join();
    let (bounds, mutation) = (checker.model().bounds, checker.model().mutation);
    println!("{bounds:?}, {mutation:?}: {} states", checker.unique_state_count());
    checker
}

#[test]
fn every_end_of_an_expected_job_is_published_once() {
    for bounds in Bounds::asked_for() {
        let checker = explore(Jobs { bounds, mutation: None }, HasDiscoveries::AnyFailures);
        for property in checker.model().properties() {
            let is_possible = bounds.has_other_id && bounds.faults > 0 && !bounds.was_off;
            if property.expectation == Expectation::Sometimes && is_possible {
                assert!(checker.discovery(property.name).is_some(), "cannot happen: {}", property.name);
            }
            if property.expectation == Expectation::Always
                && let Some(path) = checker.discovery(property.name)
            {
                panic!("does not hold: {}, {bounds:?}\n  {:#?}", property.name, path.into_actions());
            }
        }
    }
}

/// Asserts that `mutation` breaks `property`.
#[expect(clippy::print_stdout, reason = "the way to the harm is what the mutation is there to show")]
fn check(bounds: Bounds, mutation: Mutation, property: &'static str) {
    let model = Jobs { bounds, mutation: Some(mutation) };
    let checker = explore(model, HasDiscoveries::AllOf([property].into()));
    let path = checker.discovery(property).unwrap_or_else(|| panic!("{mutation:?} does no harm to: {property}"));
    println!("  breaks: {property}\n  by {:?}", path.into_actions());
}

#[test]
fn a_forged_webhook_must_not_take_the_end() {
    check(Bounds { is_forged: true, faults: 0, ..Bounds::SMALL }, Mutation::WinBeforeConfirm, PUBLISHED);
}

#[test]
fn an_end_that_lost_must_not_be_published() {
    check(Bounds { faults: 0, ..Bounds::SMALL }, Mutation::LoserPublishes, ONE_ID);
}

#[test]
fn an_expectation_must_see_that_the_job_has_ended() {
    check(Bounds { faults: 0, ..Bounds::SMALL }, Mutation::ExpectBlindly, ONE_ID);
}

#[test]
fn trouble_must_not_give_a_job_up() {
    check(Bounds::SMALL, Mutation::ExpireOnTrouble, EXPIRED_BY_ANSWER);
}

#[test]
fn an_answer_must_end_a_job_whose_event_is_finished() {
    check(Bounds { was_off: true, has_other_id: false, faults: 0, ..Bounds::SMALL }, Mutation::LeaveFinished, NO_WAIT);
}

#[test]
fn the_event_of_an_expiry_must_stand_before_the_job_is_given_up() {
    check(Bounds::SMALL, Mutation::ExpireFirst, RECORDED);
}

#[test]
fn an_expiry_that_failed_must_end_its_job_all_the_same() {
    check(Bounds { has_other_id: false, ..Bounds::SMALL }, Mutation::LeaveFinished, NO_WAIT);
}

#[test]
fn two_answers_must_not_both_be_published() {
    check(Bounds { faults: 0, ..Bounds::SMALL }, Mutation::PublishEachAnswer, ONCE);
}

#[test]
fn a_job_that_has_ended_again_must_be_published_again() {
    let bounds = Bounds { faults: 0, second: Some(Second::EndedAgain), ..Bounds::SMALL };
    check(bounds, Mutation::IgnoreTime, ENDED_AGAIN);
}

#[test]
fn the_names_of_properties_are_different() {
    let names = [ENDED_AGAIN, EXPIRED_BY_ANSWER, NO_WAIT, ONCE, ONE_ID, PUBLISHED, RECORDED, WAITING_DUE, WINNER_TELLS];
    assert_eq!(names.len(), names.iter().collect::<std::collections::BTreeSet<_>>().len());
}
