//! How the record of a job decides about an event, and what an event changes in it.

use std::sync::Arc;

use domain::confirm::JobInquiry;
use domain::event::event_type::{EventType, Status};
use domain::event::{Event, Origin, VerifiedBy};
use domain::expectation::Hint;
use domain::ledger::job::{End, Job, JobRecord, JobState};
use domain::ledger::job_end::{EndVerdict, JobEnd};
use domain::ledger::job_writes::ExpectedJob;
use domain::ledger::writes::PutCondition;
use domain::provider::compiled_provider::CompiledProvider;
use domain::source::{ExpectOptions, Options, Order};
use domain::time::Timestamp;
use platform::ledger::jobs::JobOutcome;
use platform::service_error::ServiceError;
use platform::{clock, random};

use crate::attempt::Attempt;
use crate::clients::Clients;
use crate::stop::Stop;

/// What the log says of an event that ends a job.
#[derive(Debug, Default)]
pub(crate) struct JobNote {
    /// Whether the end came by webhook or was asked for.
    pub(crate) ended_by: Option<Origin>,
    /// From the job's submission to its webhook.
    pub(crate) wait_millis: Option<u64>,
    /// Whether the webhook came after Landfall had asked, or had given the job up.
    pub(crate) is_late: bool,
    /// Whether the job was given up by this event.
    pub(crate) is_expired: bool,
}

impl JobNote {
    /// Of the `end` that `record` has by now: what came at `received_at`.
    fn of(record: Option<&JobRecord>, end: &JobEnd, received_at: Timestamp) -> JobNote {
        let is_webhook = end.by != Origin::Poll;
        let submitted_at = record.and_then(|record| record.submitted_at);
        let wait_millis = submitted_at.filter(|_| is_webhook).map(|at| at.until(received_at).as_millis());
        JobNote {
            ended_by: submitted_at.is_some().then_some(end.by),
            wait_millis: wait_millis.and_then(|millis| u64::try_from(millis).ok()),
            is_late: is_webhook && record.is_some_and(|record| record.expired_at.is_some()),
            is_expired: false,
        }
    }
}

/// What becomes of an event after its job was asked.
pub(crate) enum JobVerdict {
    /// It is published.
    Publish(JobNote),
    /// The event with this id tells the same end, and is published in its place.
    Superseded(String, JobNote),
}

/// Makes an event that ends a job the one that tells it, or finds which other one does. `delivered_at` is the time that the
/// event told when it was delivered.
pub(crate) async fn tell_end(
    attempt: Attempt<'_>,
    event: &Event,
    options: &Options,
    delivered_at: Option<Timestamp>,
) -> Result<JobVerdict, Stop> {
    let clients = attempt.clients;
    let is_tracked = options.order == Order::EndWins || clients.expect_options(options).is_some();
    let (Some(job), EventType::Known(_, status)) = (job_of(event), event.event_type) else {
        return Ok(JobVerdict::Publish(JobNote::default()));
    };
    let (true, Some(end)) = (is_tracked, End::of(status)) else {
        return Ok(JobVerdict::Publish(JobNote::default()));
    };
    let is_polled = event.origin == Origin::Poll;
    let end = JobEnd {
        job,
        end,
        id: event.id.clone(),
        body_sha256: event.body_sha256,
        by: event.origin,
        is_signed: event.verified_by == VerifiedBy::Signature,
        at: if is_polled { Some(event.received_at) } else { delivered_at },
    };
    attempt.deadline.check()?;
    Ok(match win(clients, &end, event.received_at).await? {
        // It was counted when the job ended.
        JobVerdict::Publish(_) if event.replay > 0 => JobVerdict::Publish(JobNote::default()),
        verdict => verdict,
    })
}

/// Makes an event the one that tells the end of its job, or finds which other one does.
pub(crate) async fn win(clients: &Clients, end: &JobEnd, received_at: Timestamp) -> Result<JobVerdict, ServiceError> {
    let is_webhook = end.by != Origin::Poll;
    let id = end.job.id();
    match clients.ledger.win(&id, end, clock::now(), clients.schedule).await? {
        JobOutcome::Written(record) => Ok(JobVerdict::Publish(JobNote::of(record.as_deref(), end, received_at))),
        JobOutcome::Refused(record) => {
            let winner = record.as_ref().and_then(|record| record.end(end.end));
            // A record that stands and names no winner was changed meanwhile: it is asked again with the next attempt.
            let winner =
                winner.ok_or_else(|| ServiceError::retryable("ending a job", "its record was being changed"))?;
            Ok(match end.judge(winner) {
                // Its own, of an earlier attempt.
                EndVerdict::Publish if winner.id == end.id.as_str() => {
                    JobVerdict::Publish(JobNote::of(record.as_deref(), end, received_at))
                }
                EndVerdict::Publish => JobVerdict::Publish(JobNote::default()),
                EndVerdict::Superseded(by) => {
                    let is_late = is_webhook && winner.by == Origin::Poll;
                    JobVerdict::Superseded(by, JobNote { is_late, ..JobNote::default() })
                }
            })
        }
    }
}

/// Gives a job up, unless it has ended.
pub(crate) async fn give_up(clients: &Clients, event: &Event) -> Result<JobVerdict, ServiceError> {
    let note = JobNote { is_expired: true, ..JobNote::default() };
    let Some(job) = job_of(event) else { return Ok(JobVerdict::Publish(note)) };
    match clients.ledger.expire(&job.id(), clock::now(), clients.schedule).await? {
        JobOutcome::Refused(Some(record)) if record.state == JobState::Ended && !record.is_over(clock::now()) => {
            let by = record.any_end().map(|end| end.id.clone()).unwrap_or_default();
            Ok(JobVerdict::Superseded(by, JobNote::default()))
        }
        JobOutcome::Written(_) | JobOutcome::Refused(_) => Ok(JobVerdict::Publish(note)),
    }
}

/// Expects the end of a job that has begun, if the source says that its events tell of such.
pub(crate) async fn expect_end(
    attempt: Attempt<'_>,
    event: &Event,
    sender: &Arc<CompiledProvider>,
    options: &Options,
) -> Result<(), Stop> {
    let clients = attempt.clients;
    let Some(expect) = clients.expect_options(options).filter(|expect| expect.from_events) else { return Ok(()) };
    // One that is replayed tells of a job of long ago.
    let begins = event.replay == 0 && matches!(event.event_type.status(), Some(Status::Created | Status::Progress));
    let (true, Some(job)) = (begins, job_of(event)) else { return Ok(()) };
    let hint = Hint::default();
    // A sender that can only be asked with a hint waits for the application's own expectation, which has one.
    if JobInquiry::about(&job, &hint, sender, &expect.access, clock::now()).is_none() {
        return Ok(());
    }
    attempt.deadline.check()?;
    note_source(clients, &job, expect).await?;
    let expected = ExpectedJob::new(job, event.received_at, expect.waits, hint, clients.schedule, random::token());
    put_expected(clients, &expected).await?;
    Ok(())
}

/// The id of the event that has told the end of the job of which `event` tells progress, if there is one and the source
/// wants nothing after it.
pub(crate) async fn end_before(attempt: Attempt<'_>, event: &Event, options: &Options) -> Result<Option<String>, Stop> {
    let is_progress = event.event_type.status() == Some(Status::Progress);
    // An operator who has it replayed wants it.
    if options.order != Order::EndWins || !is_progress || event.replay > 0 {
        return Ok(None);
    }
    let Some(job) = job_of(event) else { return Ok(None) };
    attempt.deadline.check()?;
    let record = attempt.clients.ledger.job(&job.id()).await?;
    let record = record.filter(|record| !record.is_over(clock::now()));
    Ok(record.as_ref().and_then(|record| record.any_end()).map(|end| end.id.clone()))
}

/// Names the source among those with jobs that wait, before the first of them.
pub(crate) async fn note_source(clients: &Clients, job: &Job, expect: &ExpectOptions) -> Result<(), ServiceError> {
    if clients.source_paces.is_news(&job.source, expect.poll_per_minute) {
        clients.ledger.note_source(&job.source, expect.poll_per_minute).await?;
        clients.source_paces.noted(&job.source, expect.poll_per_minute);
    }
    Ok(())
}

/// Puts the record of a job that is expected, unless one stands whose time is not over.
pub(crate) async fn put_expected(clients: &Clients, expected: &ExpectedJob) -> Result<JobOutcome, ServiceError> {
    let id = expected.job.id();
    let outcome = clients.ledger.expect(&id, expected, PutCondition::Absent).await?;
    match &outcome {
        JobOutcome::Refused(Some(record)) if record.is_over(clock::now()) => {
            let condition = PutCondition::Expired(record.expires_at_seconds.unwrap_or(0));
            clients.ledger.expect(&id, expected, condition).await
        }
        _ => Ok(outcome),
    }
}

/// The job that an event tells of.
pub(crate) fn job_of(event: &Event) -> Option<Job> {
    let (EventType::Known(thing, _) | EventType::Expired(thing)) = event.event_type else { return None };
    let subject = event.subject.clone()?;
    Some(Job { source: event.source.clone(), provider: event.provider, thing, subject })
}
