//! What a write's condition lets pass is what the decision beside it allows, for every state in which a record can be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::digest::Digest;
use crate::event::event_type::EventType;
use crate::event::{Origin, VerifiedBy};
use crate::ledger::admit::{Admission, admit};
use crate::ledger::attribute::Attribute::{BodyRef, ReceivedAt, ReplayJobs};
use crate::ledger::claim::{Claim, claim as decide};
use crate::ledger::due_shard::DUE_SHARDS;
use crate::ledger::record::PackedBody;
use crate::ledger::replay::{ReplayRequest, Replayability};
use crate::ledger::replay_job::ReplayJobId;
use crate::ledger::schedule::Schedule;
use crate::ledger::settle::{Work, settle as decide_end};
use crate::ledger::sweep::Overdue;
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::time::time_scale::TimeScale;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const HOUR: Duration = Duration::from_secs(60 * 60);
const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);

fn event(recorded_by: &str) -> Event {
    let source = SourceName::parse("glossi-prod").unwrap();
    Event {
        id: EventId::new(&source, ["job-1"]),
        source,
        provider: Provider::Glossi,
        event_type: EventType::parse("landfall.job.completed"),
        subject: None,
        verified_by: VerifiedBy::Signature,
        key_meaning: crate::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: NOW,
        recorded_by: recorded_by.to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(b"{}"),
    }
}

fn packed() -> PackedBody {
    PackedBody { bytes: b"{}".to_vec(), is_zstd: false }
}

fn request(token: &str) -> ClaimRequest {
    ClaimRequest { token: token.to_owned(), now: NOW, lease_until: SCHEDULE.lease_until(NOW), schedule: SCHEDULE }
}

fn mark(token: &str) -> SweepMark {
    let overdue = Overdue { id: event("").id.to_string(), due_at: NOW - HOUR, sweeps: 0 };
    overdue.mark(token.to_owned(), NOW, SCHEDULE)
}

/// `item` with `attribute` at `time`, or without it.
fn with<'a>(item: &Item<'a>, attribute: Attribute, time: Option<Timestamp>) -> Item<'a> {
    let mut item = item.clone();
    item.remove(attribute);
    if let Some(time) = time {
        item.set(attribute, time);
    }
    item
}

/// Every state in which a record can be, as far as a condition can tell.
fn states(event: &Event, packed: &PackedBody, mut check: impl FnMut(&Item<'_>)) {
    let times = [None, Some(NOW - HOUR), Some(NOW), Some(NOW + HOUR)];
    let fresh = Item::received(event, RecordBody::Inline(packed), NOW);
    for state in State::ALL {
        let mut item = fresh.clone();
        item.set(Attribute::State, state.as_str());
        for lease_until in times {
            let item = with(&item, LeaseUntil, lease_until);
            for not_before in times {
                let item = with(&item, NotBefore, not_before);
                for due_at in times {
                    check(&with(&item, DueAt, due_at));
                }
            }
        }
        for expires_at in times {
            let mut item = with(&item, DueAt, None);
            if let Some(time) = expires_at {
                item.set(ExpiresAt, time.as_seconds_rounded_up());
            }
            check(&item);
        }
    }
}

#[test]
fn a_claim_takes_what_the_decision_allows_and_nothing_else() {
    let (event, packed, request) = (event("another"), packed(), request("mine"));
    let [unchanged, after_lease] =
        [DueTime::Unchanged, DueTime::AfterLease].map(|due| claim(&event.id, &request, due, Takeover::Allowed));
    states(&event, &packed, |item| {
        let decided = decide(Some(&item.record_state().unwrap()), &request);
        // An unfinished record never expires; were there one, the decision would make it anew.
        if item.get(ExpiresAt).is_some() && matches!(decided, Claim::Make { .. }) {
            return;
        }
        assert_eq!(after_lease.condition.holds(Some(item)), matches!(decided, Claim::Take { .. }), "{item:?}");
        assert_eq!(unchanged.condition.holds(Some(item)), decided == Claim::Take { due_at: None }, "{item:?}");
    });
    assert!(!after_lease.condition.holds(None));
}

#[test]
fn a_record_is_put_where_the_decision_allows_and_nowhere_else() {
    let (other, mine, packed) = (event("another"), event("mine"), packed());
    let put = |condition| record(&mine, RecordBody::Inline(&packed), NOW, condition);
    states(&other, &packed, |item| {
        assert!(!put(PutCondition::Absent).condition.holds(Some(item)));
        let admission = admit(&item.record_state().unwrap(), &mine, NOW, SCHEDULE);
        let Admission::Expired { expires_at_seconds } = admission else { return };
        assert!(put(PutCondition::Expired(expires_at_seconds)).condition.holds(Some(item)), "{item:?}");
        assert!(!put(PutCondition::Expired(expires_at_seconds + 1)).condition.holds(Some(item)), "{item:?}");
    });
    assert!(put(PutCondition::Absent).condition.holds(None));
    assert!(put(PutCondition::Expired(1)).condition.holds(None));
}

#[test]
fn what_the_decision_returns_or_has_asked_again_is_changed_and_nothing_else() {
    let (standing, packed) = (event("another"), packed());
    let same = event("mine");
    let other = Event { must_confirm: true, body_sha256: Digest::of(b"another"), ..event("mine") };
    states(&standing, &packed, |item| {
        let mut item = item.clone();
        item.set(Attribute::VerifiedBy, VerifiedBy::Token.as_str());
        // Wherever the decision allows neither, a write of what it could have seen is refused.
        let (not_before, expires_at) = (NOW + HOUR, SCHEDULE.expires_at_seconds(NOW - 2 * HOUR));
        if item.get(ExpiresAt).is_some() {
            item.set(ExpiresAt, expires_at);
        }
        let state = item.record_state().unwrap();
        let returns = Admission::Return { expires_at_seconds: expires_at };
        let is_returned = return_failed(&same.id, "mine", NOW, expires_at).condition.holds(Some(&item));
        let may_return = item.get(ExpiresAt).is_some() && admit(&state, &same, NOW, SCHEDULE) == returns;
        assert_eq!(is_returned, may_return, "{item:?}");
        let brought_forward_at = state.brought_forward_at.filter(|at| SCHEDULE.may_ask_again(Some(*at), NOW));
        let waiting = RetryWait { not_before, attempts: 0, brought_forward_at };
        let is_asked = ask_again(&other.id, "mine", waiting, NOW).condition.holds(Some(&item));
        assert_eq!(is_asked, admit(&state, &other, NOW, SCHEDULE) == Admission::AskAgain(waiting), "{item:?}");
    });
}

fn replay_request(job: &str) -> ReplayRequest {
    let job = ReplayJobId::parse(job).unwrap();
    ReplayRequest { job, now: NOW, schedule: SCHEDULE, replays_contradicted: false }
}

#[test]
fn a_replay_takes_what_the_decision_allows_and_knows_its_own() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let (event, packed, request) = (event("another"), packed(), replay_request("mineminemine"));
    let all = ReplayRequest { replays_contradicted: true, ..request.clone() };
    let mut met = BTreeSet::new();
    let mut check = |request: &ReplayRequest, item: Option<&Item<'_>>| {
        let (write, decided) = (request.write(&event.id), request.decide(item));
        met.insert(decided);
        assert_eq!(write.condition.holds(item), decided == Replayability::Replayable, "{item:?}");
        assert_eq!(write.own.holds(item), decided == Replayability::Mine, "{item:?}");
    };
    check(&request, None);
    states(&event, &packed, |item| {
        let body_ref = Value::Map(BTreeMap::new());
        for body_ref in [None, Some(body_ref)] {
            for (received_at, reason, job) in [
                (NOW - DAY, None, None),
                (NOW - 56 * DAY, None, Some("other")),
                (NOW, Some("contradicted: no"), None),
                (NOW, Some("sns: away"), Some("mineminemine")),
            ] {
                let mut item = item.clone();
                item.set(ReceivedAt, received_at);
                body_ref.iter().for_each(|it| item.set(BodyRef, it.clone()));
                reason.iter().for_each(|reason| item.set(LastError, *reason));
                job.iter().for_each(|job| item.set(ReplayJobs, Value::Texts([(*job).into()].into())));
                if let Some(seconds) = item.get(ExpiresAt).and_then(Value::as_number) {
                    item.set(ExpiresAt, seconds + 1);
                }
                check(&request, Some(&item));
                check(&all, Some(&item));
            }
        }
    });
    assert_eq!(met.len(), Replayability::ALL.len(), "{met:?}");
}

#[test]
fn a_replay_begins_the_work_anew_and_nobody_settles_it_late() {
    let (event, packed, request) = (event("mine"), packed(), request("mine"));
    let made = make_claimed(&event, RecordBody::Inline(&packed), &request, PutCondition::Absent).evaluate(None);
    let end = decide_end(Work::Permanent { reason: "because".to_owned() }, 1, NOW, SCHEDULE, 0.5);
    let settle = settle(&event, "mine", &end, &[]);
    let failed = settle.evaluate(made.as_ref());
    let [first, second] = ["firstfirst", "secondsecond"].map(replay_request);
    let replayed = first.write(&event.id).evaluate(failed.as_ref()).unwrap();
    let state = replayed.record_state().unwrap();
    assert_eq!((state.state, state.attempts, state.expires_at_seconds), (State::Received, 0, None));
    assert_eq!(state.due_at, Some(SCHEDULE.first_due(NOW)));
    assert_eq!(replayed.get(DueShard), Some(&due_shard::of(&event.id).into()));
    assert_eq!((replayed.event().unwrap().replay, replayed.event().unwrap().origin), (1, Origin::Webhook));
    assert!(settle.evaluate(Some(&replayed)).is_none(), "whoever failed it no longer settles it");
    let work = claim(&event.id, &request, DueTime::AfterLease, Takeover::Refused).evaluate(Some(&replayed));
    let again = settle.evaluate(work.as_ref());
    assert!(first.write(&event.id).evaluate(again.as_ref()).is_none(), "once for each job");
    let again = second.write(&event.id).evaluate(again.as_ref()).unwrap();
    assert_eq!(again.event().unwrap().replay, 2);
    assert_eq!(first.decide(Some(&again)), Replayability::Mine, "the first job is still known");
}

#[test]
fn only_what_is_still_overdue_and_unclaimed_is_swept() {
    let (event, packed, mark) = (event("another"), packed(), mark("mine"));
    states(&event, &packed, |item| {
        let state = item.record_state().unwrap();
        let is_free = state.lease_until.is_none_or(|until| until <= NOW);
        let is_overdue = !state.state.is_final() && state.due_at == Some(mark.overdue.due_at);
        assert_eq!(mark_swept(&mark).condition.holds(Some(item)), is_overdue && is_free, "{item:?}");
    });
}

/// Makes `write` twice, as one who has not heard the first answer, and then lets a stranger make his own.
fn check_own(before: Option<Item<'_>>, write: &Write<'_>, strangers: &Write<'_>) {
    let after = write.evaluate(before.as_ref()).expect("the first try lands");
    if write.evaluate(Some(&after)).is_none() {
        assert!(write.own.holds(Some(&after)), "its own earlier try: {write:?}");
    }
    assert!(strangers.evaluate(Some(&after)).is_none(), "{strangers:?}");
    assert!(!strangers.own.holds(Some(&after)), "a stranger's: {strangers:?}");
}

#[test]
fn each_write_tells_its_own_earlier_try_from_a_stranger() {
    let (packed, [mine, other]) = (packed(), ["mine", "other"].map(event));
    let requests = ["mine", "other"].map(request);
    let marks = ["mine", "other"].map(mark);
    let body = RecordBody::Inline(&packed);
    let standing = |due_at| Some(Item::received(&mine, body, due_at));
    let later = NOW + HOUR;

    let [ours, theirs] = [&mine, &other].map(|event| record(event, body, later, PutCondition::Absent));
    check_own(None, &ours, &theirs);
    let [ours, theirs] = requests.each_ref().map(|request| make_claimed(&mine, body, request, PutCondition::Absent));
    check_own(None, &ours, &theirs);
    let [ours, theirs] =
        requests.each_ref().map(|request| claim(&mine.id, request, DueTime::AfterLease, Takeover::Allowed));
    check_own(standing(NOW), &ours, &theirs);
    let claimed = ours.evaluate(standing(NOW).as_ref());
    for work in [Work::Done, Work::Permanent { reason: "a".repeat(600) }, Work::Retryable { reason: String::new() }] {
        let end = decide_end(work, 1, NOW, SCHEDULE, 0.5);
        let [ours, theirs] = ["mine", "other"].map(|token| settle(&mine, token, &end, &[]));
        check_own(claimed.clone(), &ours, &theirs);
        let settled = ours.evaluate(claimed.as_ref());
        assert_eq!(ours.evaluate(settled.as_ref()), settled, "a second try settles in the same way");
    }
    let expiry = SCHEDULE.expires_at_seconds(NOW);
    let end = Settlement::Failed { at: NOW, expires_at_seconds: expiry, reason: String::new() };
    let failed = settle(&mine, "mine", &end, &[]).evaluate(claimed.as_ref());
    let [ours, theirs] = ["delivery:1", "delivery:2"].map(|token| return_failed(&mine.id, token, later, expiry));
    check_own(failed.clone(), &ours, &theirs);
    let returned = ours.evaluate(failed.as_ref()).unwrap();
    let late = settle(&mine, "mine", &end, &[]);
    assert_eq!(late.evaluate(Some(&returned)), None, "who settles late does not end it again");
    assert_eq!([DueAt, DueShard, ExpiresAt, Attempts].map(|it| returned.get(it).is_some()), [true, true, false, false]);
    // Both see the same entry of the index at the same instant.
    let [ours, theirs] = marks.each_ref().map(mark_swept);
    check_own(standing(NOW - HOUR), &ours, &theirs);
    let marked = ours.evaluate(standing(NOW - HOUR).as_ref());
    let [ours, theirs] = marks.each_ref().map(|mark| take_mark_back(mark, NOW + HOUR / 2));
    check_own(marked, &ours, &theirs);
}

#[test]
fn an_unfinished_record_is_due_and_a_finished_one_expires() {
    let (event, packed, request) = (event("mine"), packed(), request("mine"));
    let fresh = Item::received(&event, RecordBody::Inline(&packed), NOW);
    let claimed = claim(&event.id, &request, DueTime::AfterLease, Takeover::Refused).evaluate(Some(&fresh)).unwrap();
    for work in [Work::Done, Work::Permanent { reason: String::new() }, Work::Retryable { reason: String::new() }] {
        let settlement = decide_end(work, 1, NOW, SCHEDULE, 0.5);
        let item = settle(&event, "mine", &settlement, &[]).evaluate(Some(&claimed)).unwrap();
        let state = item.record_state().unwrap().state;
        let has_due = [DueAt, DueShard].map(|name| item.get(name).is_some());
        assert_eq!((has_due, item.get(ExpiresAt).is_some()), ([state != State::Done; 2], state.is_final()));
        let is_swept = (0..DUE_SHARDS).any(|number| item.get(DueShard) == Some(&due_shard::name(number).into()));
        assert_eq!(is_swept, !state.is_final());
    }
}

#[test]
fn what_failed_is_found_in_its_slot_and_leaves_it_when_it_goes_back_to_work() {
    let (event, packed, request) = (event("mine"), packed(), request("mine"));
    let made = make_claimed(&event, RecordBody::Inline(&packed), &request, PutCondition::Absent).evaluate(None);
    let slot = made.as_ref().and_then(|item| item.get(Attribute::Slot)?.as_text()).unwrap().to_owned();
    let expiry = SCHEDULE.expires_at_seconds(NOW);
    let end = Settlement::Failed { at: NOW, expires_at_seconds: expiry, reason: String::new() };
    let failed = settle(&event, "mine", &end, &[]).evaluate(made.as_ref()).unwrap();
    assert_eq!(failed.get(DueShard), Some(&format!("f/{slot}").into()));
    assert_eq!(failed.get(DueAt), Some(&NOW.into()));
    let returned = return_failed(&event.id, "another", NOW + HOUR, expiry).evaluate(Some(&failed)).unwrap();
    assert_eq!(returned.get(DueShard), Some(&due_shard::of(&event.id).into()));
    assert_eq!(returned.get(Attribute::Slot), Some(&slot.into()), "it stays where it arrived");
}

#[test]
fn a_long_reason_is_cut_between_two_characters() {
    assert_eq!(shortened("short"), "short");
    assert_eq!(shortened(&"ü".repeat(600)), "ü".repeat(REASON_MAX_CHARS));
}
