//! The queue of expectations: applications expect the ends of jobs, and the sweep has senders asked about those whose
//! webhooks do not come.

use std::time::Duration;

use domain::confirm::{JobAnswer, JobInquiry, PolledEvent};
use domain::download::target::Loopback;
use domain::expectation::job_expired::{ExpiryReason, expired};
use domain::expectation::{Expectation, ExpectationMessage, PollRequest};
use domain::ledger::job::{Job, JobId, JobRecord, JobState};
use domain::ledger::job_writes::ExpectedJob;
use domain::source::ExpectOptions;
use platform::ledger::jobs::JobOutcome;
use platform::service_error::ServiceError;
use platform::{clock, random};

use crate::batch::{Disposition, ReceivedMessage};
use crate::deadline::Deadline;
use crate::job::{note_source, put_expected};
use crate::memory::ANSWER_BYTES;
use crate::outcome::Outcome;
use crate::process_log::ProcessLog;
use crate::processor::Processor;
use crate::publisher::PublishPlace;

/// An operator who has just turned the option on is given the time in which a source is read again.
const RECEIVES_BEFORE_REFUSAL: u32 = 3;

/// How a job stands after its sender was to be asked.
enum InquiryResult {
    /// It has ended.
    Ended(Box<PolledEvent>),
    /// It has not.
    NotEnded,
    /// It is not known.
    Unanswered,
}

impl Processor {
    /// Handles one message of the queue, in the invocation `request_id`.
    pub(crate) async fn handle_expectation(
        &self,
        received: &ReceivedMessage,
        place: PublishPlace,
        request_id: &str,
        deadline: Deadline,
        line: &mut ProcessLog,
    ) -> Disposition {
        match ExpectationMessage::decode(&received.body, clock::now()) {
            Ok(ExpectationMessage::Expect(expectation)) => self.expect(expectation, received, line).await,
            Ok(ExpectationMessage::Poll(request)) => {
                match self.poll(&request, received, place, request_id, deadline, line).await {
                    Ok(disposition) => disposition,
                    // The job's due time brings it back.
                    Err(trouble) => {
                        line.trouble(&trouble);
                        Disposition::Delete
                    }
                }
            }
            Err(bad) => self.dead_letter(received, &bad.to_string(), line).await,
        }
    }

    async fn expect(&self, expectation: Expectation, received: &ReceivedMessage, line: &mut ProcessLog) -> Disposition {
        let clients = &self.clients;
        line.source(&expectation.source);
        let config = match clients.sources.find(&expectation.source, clock::now()).await {
            Ok(config) => config,
            Err(trouble) => {
                line.reason(&trouble.to_string());
                return self.return_to_queue(received, line).await;
            }
        };
        let own = config.own().and_then(|(provider, sender)| Some((provider, sender, config.expect(provider)?)));
        let Some((provider, sender, options)) = own else {
            if received.receives() < RECEIVES_BEFORE_REFUSAL {
                clients.sources.invalidate(&expectation.source);
                return self.return_to_queue(received, line).await;
            }
            return self.dead_letter(received, "there is no such source, or it has no `expect`", line).await;
        };
        let waits = match expectation.waits(options.waits) {
            Ok(waits) => waits,
            Err(bad) => return self.dead_letter(received, &bad.to_string(), line).await,
        };
        let Expectation { source, thing, job_id, submitted_at, hint, .. } = expectation;
        let job = Job { source, provider, thing, subject: job_id };
        if JobInquiry::about(&job, &hint, sender, &options.access, clock::now()).is_none() {
            let reason = "the sender's API cannot be asked about such a job: see what its page says of `expect`";
            return self.dead_letter(received, reason, line).await;
        }
        let submitted_at = submitted_at.unwrap_or_else(clock::now);
        let expected = ExpectedJob::new(job, submitted_at, waits, hint, clients.schedule, random::token());
        match self.put_expectation(&expected, options).await {
            Ok(is_new) => {
                line.expected(is_new);
                Disposition::Delete
            }
            Err(trouble) => {
                line.trouble(&trouble);
                self.return_to_queue(received, line).await
            }
        }
    }

    /// Puts the record of an expected job, or lists the one of a job that has ended already; `false` if it was expected
    /// before.
    async fn put_expectation(&self, expected: &ExpectedJob, options: &ExpectOptions) -> Result<bool, ServiceError> {
        let clients = &self.clients;
        note_source(clients, &expected.job, options).await?;
        match put_expected(clients, expected).await? {
            JobOutcome::Written(_) => Ok(true),
            JobOutcome::Refused(Some(record)) if record.state == JobState::Ended && record.submitted_at.is_none() => {
                let listed = clients.ledger.expect_ended(&expected.job.id(), expected).await?;
                Ok(matches!(listed, JobOutcome::Written(_)))
            }
            JobOutcome::Refused(_) => Ok(false),
        }
    }

    /// Has a sender asked about a job, and the event that comes of it published.
    async fn poll(
        &self,
        request: &PollRequest,
        received: &ReceivedMessage,
        place: PublishPlace,
        request_id: &str,
        deadline: Deadline,
        line: &mut ProcessLog,
    ) -> Result<Disposition, ServiceError> {
        let Some(id) = JobId::parse(&request.job) else {
            return Ok(self.dead_letter(received, "`poll` is not the id of a job", line).await);
        };
        let record = match self.clients.ledger.job(&id).await {
            Ok(record) => record,
            // Nobody was asked yet, so the message may come again before the job's due time.
            Err(trouble) => {
                line.trouble(&trouble);
                return Ok(self.return_to_queue(received, line).await);
            }
        };
        let is_asked_for = |record: &JobRecord| record.state == JobState::Waiting && record.sweeps == request.sweeps;
        let Some(record) = record.filter(is_asked_for) else {
            line.outcome(Outcome::Void);
            return Ok(Disposition::Delete);
        };
        line.source(&record.job.source);
        let standing = self.ask(&record, request.is_probe, request_id, deadline, line).await?;
        let now = clock::now();
        let give_up_at = record.give_up_at.unwrap_or(now);
        let (event, body) = match standing {
            InquiryResult::Ended(polled) => polled.into_parts(),
            InquiryResult::NotEnded if now >= give_up_at => expired(&record, ExpiryReason::NotEnded, now, request_id),
            InquiryResult::Unanswered if now >= self.clients.schedule.unanswered_at(give_up_at) => {
                expired(&record, ExpiryReason::Unanswered, now, request_id)
            }
            InquiryResult::NotEnded | InquiryResult::Unanswered => return Ok(Disposition::Delete),
        };
        self.process_polled(event, body, received, place, deadline, line).await
    }

    /// Asks the sender about a job.
    async fn ask(
        &self,
        record: &JobRecord,
        is_probe: bool,
        request_id: &str,
        deadline: Deadline,
        line: &mut ProcessLog,
    ) -> Result<InquiryResult, ServiceError> {
        let (clients, job) = (&self.clients, &record.job);
        let config = match clients.sources.find(&job.source, clock::now()).await {
            Ok(config) => config,
            Err(trouble) => {
                line.reason(&trouble.to_string());
                return Ok(InquiryResult::Unanswered);
            }
        };
        let options = config.expect(job.provider);
        let inquiry = options.zip(config.sender(job.provider)).and_then(|(options, sender)| {
            Some((options, JobInquiry::about(job, &record.hint, sender, &options.access, clock::now())?))
        });
        let is_test = inquiry.as_ref().is_some_and(|(options, _)| options.access.test_only_base_url.is_some());
        let (Some((options, inquiry)), false) = (inquiry, is_test && clients.loopback == Loopback::Refused) else {
            line.outcome(Outcome::Unaskable);
            return Ok(InquiryResult::Unanswered);
        };
        // The operator may have changed the pace.
        note_source(clients, job, options).await?;
        if clients.source_paces.is_blocked(&job.source, clock::now()) {
            line.outcome(Outcome::Blocked);
            return Ok(InquiryResult::Unanswered);
        }
        let mut memory = clients.memory.take(ANSWER_BYTES).await;
        if deadline.check().is_err() {
            line.outcome(Outcome::Void);
            return Ok(InquiryResult::Unanswered);
        }
        let target = inquiry.target(clients.loopback);
        let target =
            target.map_err(|refusal| ServiceError::retryable("asking the sender's API", refusal.to_string()))?;
        let answer = clients.provider_api.ask(&target, inquiry.request()).await;
        let answer = match answer {
            Ok(answer) => {
                memory.shrink(answer.body.len());
                inquiry.read(&answer, options, clock::now(), request_id)
            }
            Err(error) => JobAnswer::Trouble { reason: error.to_string(), retry_after: None },
        };
        let standing = match answer {
            JobAnswer::Ended(polled) => InquiryResult::Ended(polled),
            JobAnswer::NotEnded => {
                line.outcome(Outcome::NotEnded);
                InquiryResult::NotEnded
            }
            JobAnswer::Trouble { reason, retry_after } => {
                line.outcome(Outcome::Unanswered);
                line.reason(&reason);
                self.leave_alone(record, retry_after).await?;
                return Ok(InquiryResult::Unanswered);
            }
        };
        if is_probe {
            clients.ledger.unblock(&job.source).await?;
        }
        Ok(standing)
    }

    /// Stops questions to the sender for a while, unless the job's time is over: what is never answered must not keep the others
    /// waiting.
    async fn leave_alone(&self, record: &JobRecord, retry_after: Option<Duration>) -> Result<(), ServiceError> {
        let (clients, now, source) = (&self.clients, clock::now(), &record.job.source);
        if record.give_up_at.is_some_and(|at| now >= clients.schedule.unanswered_at(at)) {
            return Ok(());
        }
        let until = clients.ledger.block(source, retry_after, now, clients.schedule).await?;
        clients.source_paces.blocked(source, until);
        Ok(())
    }
}
