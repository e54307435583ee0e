//! The protocol of ingest, ledger, queue, processor and sweep, explored exhaustively.
//!
//! The decisions and the writes are the real ones of `domain::ledger`; what surrounds them here is the order of effects in
//! the functions, which each module names the file of. Between any two effects anybody may die, any call may end in any
//! way that a call can, time may pass, and somebody else may go first. Where a mirrored file changes the order of its
//! effects, the module must follow.
//!
//! `MODEL=large CARGO_PROFILE_TEST_OPT_LEVEL=2 cargo test -p domain --test model -- --nocapture` explores more, in
//! minutes instead of seconds.

mod bounds;
mod claimant;
mod event;
mod history;
mod ingest;
mod jobs;
mod left_alone;
mod mapping;
mod mutation;
mod name;
mod outcome;
mod process;
mod properties;
mod protocol;
mod queue;
mod replay;
mod sweep;
mod table;
mod time;
mod work;
mod world;

use std::thread::available_parallelism;

use stateright::{Checker, Expectation, HasDiscoveries, Model as _};

use crate::bounds::Bounds;
use crate::mutation::Mutation;
use crate::properties::{
    ASKED_SELDOM, CLAIMED, DUE_OR_EXPIRING, DURABLE_FIRST, ENDS, FENCED, FINAL, HELD, NOT_BUSY, NOT_LOCKED_OUT,
    NOT_TAKEN_FOR_OWN, NOT_USED_UP, ONCE, ONLY_CARRIED, REPLAYED, REPLAYED_ONCE, RETURNED, SAME_ID,
};
use crate::protocol::Protocol;

#[test]
fn the_protocol_holds() {
    for bounds in Bounds::asked_for() {
        let checker = explore(Protocol::new(bounds, None), HasDiscoveries::AnyFailures);
        for property in checker.model().properties() {
            let found = checker.discovery(property.name);
            match property.expectation {
                Expectation::Sometimes if bounds.is_complete => {
                    assert!(found.is_some(), "cannot happen: {}", property.name);
                }
                Expectation::Sometimes => {}
                Expectation::Always | Expectation::Eventually => {
                    if let Some(path) = found {
                        panic!("does not hold: {}\n  {:#?}", property.name, path.into_vec());
                    }
                }
            }
        }
    }
}

/// Explores until `enough` is found, and says how much that was.
#[expect(clippy::print_stdout, reason = "how much was explored is part of what the test says")]
fn explore(protocol: Protocol, enough: HasDiscoveries) -> impl Checker<Protocol> {
    let threads = available_parallelism().map_or(1, usize::from);
    let checker = protocol.checker().threads(threads).finish_when(enough).spawn_bfs().join();
    println!(
        "{:?}, {:?}: {} states, {} steps, at most {} steps deep",
        checker.model().bounds,
        checker.model().mutation,
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth()
    );
    checker
}

/// Asserts that `mutation` makes `properties` fail once `faults` things go wrong.
fn check(mutation: Mutation, faults: u8, properties: &[&'static str]) {
    check_within(Bounds { faults, ..Bounds::BUSY }, mutation, properties);
}

#[expect(clippy::print_stdout, reason = "the way to the harm is what the mutation is there to show")]
fn check_within(bounds: Bounds, mutation: Mutation, properties: &[&'static str]) {
    let enough = HasDiscoveries::AllOf(properties.iter().copied().collect());
    let checker = explore(Protocol::new(bounds, Some(mutation)), enough);
    for property in properties {
        let path = checker.discovery(property).unwrap_or_else(|| panic!("{mutation:?} does no harm to: {property}"));
        println!("  breaks: {property}\n  by {:?}", path.into_actions());
    }
}

#[test]
fn a_record_must_be_due_from_the_start() {
    check(Mutation::RecordIsNotDue, 1, &[DUE_OR_EXPIRING, ENDS]);
}

#[test]
fn a_record_is_no_mark_against_duplicates() {
    check(Mutation::SendThenDedupOnRecord, 0, &[ENDS]);
}

#[test]
fn an_answer_must_wait_for_something_durable() {
    check(Mutation::AnswerFirst, 1, &[DURABLE_FIRST, HELD]);
}

#[test]
fn only_what_is_durable_may_be_remembered() {
    check(Mutation::RememberOnArrival, 2, &[DURABLE_FIRST]);
}

#[test]
fn a_put_must_know_its_own_earlier_try() {
    check(Mutation::OwnRecordIsForeign, 1, &[NOT_LOCKED_OUT]);
}

#[test]
fn a_claim_must_know_its_own_earlier_try() {
    check(Mutation::OwnClaimIsForeign, 1, &[NOT_LOCKED_OUT]);
}

#[test]
fn a_claim_must_respect_leases() {
    check(Mutation::IgnoreLeases, 0, &[CLAIMED, ONCE]);
}

#[test]
fn settling_must_be_fenced_by_the_token() {
    check(Mutation::SettleWithoutFence, 2, &[FENCED, FINAL]);
}

#[test]
fn an_unreachable_ledger_must_keep_the_message() {
    check(Mutation::DeleteUnasked, 2, &[HELD, ENDS]);
}

#[test]
fn a_refused_message_must_go() {
    check(Mutation::KeepRefused, 1, &[ONLY_CARRIED]);
}

#[test]
fn what_is_swept_must_come_due_again() {
    check(Mutation::SweepOnce, 2, &[DUE_OR_EXPIRING, ENDS]);
}

#[test]
fn a_sweep_must_tell_its_mark_from_anothers() {
    check_within(Bounds { faults: 0, sweeps: 2, ..Bounds::BUSY }, Mutation::MarkWithoutToken, &[NOT_TAKEN_FOR_OWN]);
}

#[test]
fn what_waits_must_be_due() {
    check(Mutation::AgainIsNotDue, 1, &[DUE_OR_EXPIRING, ENDS]);
}

#[test]
fn an_expired_record_must_not_count() {
    check(Mutation::TrustTtl, 0, &[DURABLE_FIRST]);
}

#[test]
fn only_what_is_finished_may_expire() {
    check(Mutation::ExpireFromTheStart, 0, &[DUE_OR_EXPIRING]);
}

#[test]
fn a_failed_event_that_goes_back_to_work_must_have_another_token() {
    check_within(Bounds::RETURNED, Mutation::ReturnKeepsClaim, &[RETURNED]);
}

#[test]
fn a_failed_event_must_rest_for_an_hour() {
    check_within(Bounds::RETURNED, Mutation::ReturnAtOnce, &[NOT_BUSY]);
}

#[test]
fn another_body_under_a_states_key_must_be_kept() {
    check_within(Bounds { faults: 0, ..Bounds::TWO_EVENTS }, Mutation::SecondBodyIsRepeat, &[DURABLE_FIRST, HELD]);
}

#[test]
fn a_message_with_another_body_must_not_go_unread() {
    check_within(Bounds::TWO_EVENTS, Mutation::SecondBodyIsDeleted, &[HELD]);
}

#[test]
fn another_body_must_not_have_the_api_asked_all_the_time() {
    check_within(Bounds::TO_CONFIRM, Mutation::AskAlways, &[ASKED_SELDOM]);
}

#[test]
fn another_body_must_not_use_attempts_up() {
    check_within(Bounds::TO_CONFIRM, Mutation::AskedAttemptCounts, &[NOT_USED_UP]);
}

#[test]
fn what_is_brought_forward_must_be_out_of_the_hands_of_whoever_tried_it() {
    check_within(Bounds { faults: 1, ..Bounds::TO_CONFIRM }, Mutation::AskKeepsClaim, &[NOT_USED_UP]);
}

#[test]
fn what_is_brought_forward_must_stay_due() {
    check_within(Bounds { faults: 1, ..Bounds::TO_CONFIRM }, Mutation::AskedIsNotDue, &[DUE_OR_EXPIRING, ENDS]);
}

#[test]
fn a_replay_must_take_the_claims_place() {
    check_within(Bounds::REPLAYED, Mutation::ReplayKeepsClaim, &[REPLAYED]);
}

#[test]
fn a_record_must_remember_every_job_that_replayed_it() {
    check_within(Bounds::REPLAYED_BY_TWO, Mutation::RememberOneJob, &[REPLAYED_ONCE]);
}

#[test]
fn a_repeat_must_keep_its_id() {
    check(Mutation::NameTheAttempt, 1, &[SAME_ID]);
}
