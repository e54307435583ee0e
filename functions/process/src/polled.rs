//! Events that a sender's API told, or that Landfall tells of a job that it gives up: from the answer to a record that is
//! worked on at once.

use domain::event::event_type::EventType;
use domain::event::{Event, VerifiedBy};
use domain::ledger::admit::{PolledAdmission, admit_polled};
use domain::ledger::claim::ClaimRequest;
use domain::ledger::job::End;
use domain::ledger::job_end::JobEnd;
use domain::ledger::record::RecordState;
use domain::ledger::writes::PutCondition;
use domain::message::{Message, MessageBody};
use platform::ledger::PutOutcome;
use platform::service_error::ServiceError;
use platform::{clock, random};

use crate::batch::{Disposition, ReceivedMessage};
use crate::claim::{ClaimResult, claim_as_named, make_claimed};
use crate::deadline::Deadline;
use crate::job::{give_up, job_of, win};
use crate::outcome::Outcome;
use crate::process_log::ProcessLog;
use crate::processor::{ClaimedEvent, Processor};
use crate::publisher::PublishPlace;

/// How often a record is read that others keep changing.
const ROUNDS_MAX: u32 = 4;

impl Processor {
    /// Makes the record of an event that a sender's API has told, or of a job's expiry, and works on it at once.
    pub(crate) async fn process_polled(
        &self,
        event: Event,
        body: Vec<u8>,
        received: &ReceivedMessage,
        place: PublishPlace,
        deadline: Deadline,
        line: &mut ProcessLog,
    ) -> Result<Disposition, ServiceError> {
        let clients = &self.clients;
        let mut permit = self.isolation.enter(false).await;
        permit.share();
        if deadline.check().is_err() {
            // Others took all the time; a claim would only use up an attempt.
            line.outcome(Outcome::Void);
            return Ok(Disposition::Delete);
        }
        let request = ClaimRequest {
            token: random::token(),
            now: clock::now(),
            lease_until: clients.schedule.lease_until(deadline.0),
            schedule: clients.schedule,
        };
        let mut message = Message { event, body: MessageBody::Here(body) };
        let mut condition = PutCondition::Absent;
        for _ in 0..ROUNDS_MAX {
            line.event(&message.event);
            let existing = match make_claimed(clients, &message, &request, condition).await? {
                Some(PutOutcome::Refused(existing)) => existing,
                Some(PutOutcome::Written) | None => {
                    return match claim_as_named(clients, &message, &request).await? {
                        ClaimResult::Claimed { record, .. } => {
                            line.claimed(&record);
                            let claimed =
                                ClaimedEvent { record: *record, sent: message.body, token: request.token, attempt: 1 };
                            Ok(self.process(claimed, place, deadline, received, line).await)
                        }
                        // Another worker has claimed it, or the sweep will find it.
                        _ => Ok(Disposition::Delete),
                    };
                }
            };
            match admit_polled(&existing, message.event.body_sha256, request.now) {
                PolledAdmission::Unfinished => {
                    line.outcome(Outcome::Void);
                    return Ok(Disposition::Delete);
                }
                PolledAdmission::Finished => {
                    line.outcome(Outcome::Known);
                    end_by(self, &message.event, &existing).await?;
                    return Ok(Disposition::Delete);
                }
                PolledAdmission::Beside => {
                    message.event = message.event.with_body_digest();
                    condition = PutCondition::Absent;
                }
                PolledAdmission::Expired { expires_at_seconds } => {
                    condition = PutCondition::Expired(expires_at_seconds)
                }
            }
        }
        Ok(Disposition::Delete)
    }
}

/// Ends the job of an event whose record `existing` is finished; nothing is published once more.
async fn end_by(processor: &Processor, event: &Event, existing: &RecordState) -> Result<(), ServiceError> {
    let clients = &processor.clients;
    let EventType::Known(_, status) = event.event_type else {
        return give_up(clients, event).await.map(drop);
    };
    let (Some(end), Some(job)) = (End::of(status), job_of(event)) else { return Ok(()) };
    let end = JobEnd {
        job,
        end,
        id: event.id.clone(),
        body_sha256: existing.body_sha256,
        by: existing.origin,
        is_signed: existing.verified_by == VerifiedBy::Signature,
        at: Some(event.received_at),
    };
    win(clients, &end, event.received_at).await.map(drop)
}
