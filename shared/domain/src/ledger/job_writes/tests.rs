use super::*;
use crate::digest::Digest;
use crate::event::event_id::EventId;
use crate::event::event_type::Thing;
use crate::ledger::job::{End, JobRecord};
use crate::provider::Provider as Sender;
use crate::source::source_name::SourceName;
use crate::time::time_scale::TimeScale;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);
const WAITS: JobWaits = JobWaits { within_seconds: 600, give_up_seconds: 86_400 };

fn job() -> Job {
    let source = SourceName::parse("csm-prod").unwrap();
    Job { source, provider: Sender::Csm, thing: Thing::Job, subject: "SESSION/1".to_owned() }
}

fn end(id: &str, end: End) -> JobEnd {
    let (id, body_sha256) = (EventId::parse(id).unwrap(), Digest::of(b""));
    JobEnd { job: job(), end, id, body_sha256, by: Origin::Webhook, is_signed: false, at: Some(NOW) }
}

/// The record after a write, told in one line; what stood there, if the write was refused.
fn told(item: Option<&Item<'_>>) -> String {
    let Some(item) = item else { return "nothing".to_owned() };
    let record = JobRecord::of_item(item).unwrap();
    let due = item.get(DueShard).and_then(Value::as_text).unwrap_or("not due");
    let ends = [&record.completed, &record.failed].into_iter().flatten().map(|end| end.id.as_str());
    let listed = if record.submitted_at.is_some() { "listed" } else { "not listed" };
    format!("{}, {due}, {listed}, {}", record.state, ends.collect::<Vec<_>>().join(" "))
        .trim_end_matches(", ")
        .to_owned()
}

fn expected() -> ExpectedJob {
    expected_by("mine")
}

fn expected_by(token: &str) -> ExpectedJob {
    ExpectedJob::new(job(), NOW, WAITS, Hint::default(), SCHEDULE, token.to_owned())
}

#[test]
fn a_jobs_record_has_an_id_of_its_own_and_a_slot() {
    assert_eq!(job().id().as_str(), "@job/csm-prod/job/SESSION%2F1");
    assert!(JobId::parse(job().id().as_str()).is_some());
    assert!(JobId::parse("csm-prod/job/1").is_none());
    assert!(job().slot().starts_with("~csm-prod#") && job().due_shard().starts_with("x/csm-prod#"));
    let long = Job { subject: "x".repeat(600), ..job() }.id();
    assert!(long.as_str().starts_with("@job/csm-prod/sha256:") && JobId::parse(long.as_str()).is_some());
}

#[test]
fn an_expected_job_waits_until_it_ends_or_is_given_up() {
    let (id, expected) = (job().id(), expected());
    let shard = job().due_shard();
    let waiting = expect(&id, &expected, PutCondition::Absent).evaluate(None);
    assert_eq!(told(waiting.as_ref()), format!("waiting, {shard}, listed"));
    assert_eq!(expect(&id, &expected, PutCondition::Absent).evaluate(waiting.as_ref()), None);
    let completed = end("csm-prod/1/complete", End::Completed);
    let write = win(&id, &completed, NOW, SCHEDULE);
    let ended = write.evaluate(waiting.as_ref());
    assert_eq!(told(ended.as_ref()), "ended, not due, listed, csm-prod/1/complete");
    assert_eq!(expire(&id, NOW, SCHEDULE).evaluate(ended.as_ref()), None, "an end stays one");
    let write = expire(&id, NOW, SCHEDULE);
    let expired = write.evaluate(waiting.as_ref());
    assert_eq!(told(expired.as_ref()), "expired, not due, listed");
    let write = win(&id, &completed, NOW, SCHEDULE);
    assert_eq!(told(write.evaluate(expired.as_ref()).as_ref()), "ended, not due, listed, csm-prod/1/complete");
}

#[test]
fn the_first_to_tell_an_end_stays_the_one() {
    let (id, expected) = (job().id(), expected());
    let first = end("csm-prod/1/complete", End::Completed);
    let write = win(&id, &first, NOW, SCHEDULE);
    let ended = write.evaluate(None);
    assert_eq!(told(ended.as_ref()), "ended, not due, not listed, csm-prod/1/complete");
    let second = end("csm-prod/2/complete", End::Completed);
    assert_eq!(win(&id, &second, NOW, SCHEDULE).evaluate(ended.as_ref()), None);
    // The opposite end is another one.
    let opposite = end("csm-prod/1/failed", End::Failed);
    let write = win(&id, &opposite, NOW, SCHEDULE);
    assert_eq!(
        told(write.evaluate(ended.as_ref()).as_ref()),
        "ended, not due, not listed, csm-prod/1/complete csm-prod/1/failed"
    );
    let write = expect_ended(&id, &expected);
    let listed = write.evaluate(ended.as_ref());
    assert_eq!(told(listed.as_ref()), "ended, not due, listed, csm-prod/1/complete");
    assert_eq!(expect_ended(&id, &expected).evaluate(listed.as_ref()), None);
}

#[test]
fn a_record_whose_time_is_over_counts_as_none() {
    let (id, first) = (job().id(), end("csm-prod/1/complete", End::Completed));
    let write = win(&id, &first, NOW, SCHEDULE);
    let over = write.evaluate(None).unwrap();
    let expires_at = over.get(ExpiresAt).and_then(Value::as_number).unwrap();
    let later = NOW + MONTH;
    let failed = end("csm-prod/1/failed", End::Failed);
    assert!(win(&id, &failed, later - Duration::from_secs(1), SCHEDULE).evaluate(Some(&over)).is_some());
    assert_eq!(win(&id, &failed, later, SCHEDULE).evaluate(Some(&over)), None);
    let write = win_anew(&id, &failed, later, SCHEDULE, expires_at);
    assert_eq!(told(write.evaluate(Some(&over)).as_ref()), "ended, not due, not listed, csm-prod/1/failed");
    let expected = expected();
    let anew = expect(&id, &expected, PutCondition::Expired(expires_at)).evaluate(Some(&over));
    assert_eq!(told(anew.as_ref()), format!("waiting, {}, listed", job().due_shard()));
}

#[test]
fn an_expectation_knows_its_own_earlier_try_from_another_of_the_same_instant() {
    let (id, mine, other) = (job().id(), expected(), expected_by("another"));
    let waiting = expect(&id, &mine, PutCondition::Absent).evaluate(None);
    assert!(expect(&id, &mine, PutCondition::Absent).own.holds(waiting.as_ref()));
    assert!(!expect(&id, &other, PutCondition::Absent).own.holds(waiting.as_ref()));
    let completed = end("csm-prod/1/complete", End::Completed);
    let ended = win(&id, &completed, NOW, SCHEDULE).evaluate(None);
    let listed = expect_ended(&id, &mine).evaluate(ended.as_ref());
    assert!(expect_ended(&id, &mine).own.holds(listed.as_ref()));
    assert!(!expect_ended(&id, &other).own.holds(listed.as_ref()));
}

#[test]
fn a_job_is_released_once_for_each_due_time() {
    let (id, expected) = (job().id(), expected());
    let waiting = expect(&id, &expected, PutCondition::Absent).evaluate(None).unwrap();
    let of = |due_at, token: &str| JobRelease {
        overdue: Overdue { id: id.to_string(), due_at, sweeps: 0 },
        token: token.to_owned(),
        next_due_at: NOW + MONTH,
    };
    let mine = of(expected.due_at, "mine");
    let released = release(&mine).evaluate(Some(&waiting)).unwrap();
    assert_eq!(JobRecord::of_item(&released).unwrap().sweeps, 1);
    assert!(release(&mine).own.holds(Some(&released)));
    let other = of(expected.due_at, "another");
    assert_eq!(release(&other).evaluate(Some(&released)), None);
    assert!(!release(&other).own.holds(Some(&released)));
}
