//! The way of a message: decode, claim, work, settle.

use std::sync::Arc;

use domain::event::Event;
use domain::expectation::ExpectationMessage;
use domain::ledger::claim::ClaimRequest;
use domain::ledger::record::Record;
use domain::ledger::schedule::ATTEMPTS_MAX;
use domain::ledger::settle::{Work, may_work, settle};
use domain::message::{Message, MessageBody, hide_for};
use platform::ledger::SettleOutcome;
use platform::service_error::{ServiceError, ServiceErrorKind};
use platform::{clock, random};

use crate::attempt::Attempt;
use crate::batch::{Disposition, ReceivedMessage};
use crate::claim::{ClaimResult, claim_event};
use crate::clients::Clients;
use crate::deadline::Deadline;
use crate::isolation::Isolation;
use crate::outcome::Outcome;
use crate::process_log::ProcessLog;
use crate::publisher::PublishPlace;
use crate::steps::{self, WorkResult};
use crate::stop::Stop;

/// What takes a message through all of it.
pub(crate) struct Processor {
    pub(crate) clients: Arc<Clients>,
    pub(crate) isolation: Isolation,
}

/// The queues that messages come from.
#[derive(Clone, Copy)]
enum Inbox {
    /// That of events.
    Events,
    /// That of expectations.
    Expectations,
}

/// An event that is ours to work on.
pub(crate) struct ClaimedEvent {
    pub(crate) record: Record,
    /// What its message brought.
    pub(crate) sent: MessageBody,
    pub(crate) token: String,
    /// The number of the attempt. One that died without settling does not count: of what, nobody knows.
    pub(crate) attempt: u32,
}

impl Processor {
    pub(crate) fn new(clients: Clients) -> Processor {
        Processor { clients: Arc::new(clients), isolation: Isolation::default() }
    }

    /// The place of a message of the batch in what is published together.
    pub(crate) fn publish_place(&self) -> PublishPlace {
        self.clients.publisher.place()
    }

    /// Handles one message of a batch, in the invocation `request_id` of a function that ends at `deadline`.
    pub(crate) async fn handle(
        &self,
        received: ReceivedMessage,
        place: PublishPlace,
        request_id: &str,
        deadline: Deadline,
    ) -> Disposition {
        let mut line = ProcessLog::begin(request_id, &received.message_id, received.trace().as_ref());
        let disposition = match self.queue_of(&received) {
            Inbox::Events => match Message::decode(&received.body) {
                Ok(message) => self.handle_event(message, &received, place, deadline, &mut line).await,
                // It was moved back from the dead-letter queue, which both queues have in common.
                Err(_) if self.is_expectation(&received) => {
                    self.handle_expectation(&received, place, request_id, deadline, &mut line).await
                }
                Err(undecodable) => self.dead_letter(&received, &undecodable.to_string(), &mut line).await,
            },
            Inbox::Expectations => self.handle_expectation(&received, place, request_id, deadline, &mut line).await,
        };
        line.end();
        disposition
    }

    async fn handle_event(
        &self,
        message: Message,
        received: &ReceivedMessage,
        place: PublishPlace,
        deadline: Deadline,
        line: &mut ProcessLog,
    ) -> Disposition {
        line.event(&message.event);
        // What an abandoned claim has left comes back by the sweep, whose messages bring no body.
        let mut permit = self.isolation.enter(matches!(message.body, MessageBody::InLedger)).await;
        if deadline.check().is_err() {
            // Others took all the time; a claim would only use up an attempt.
            return self.return_to_queue(received, line).await;
        }
        let schedule = self.clients.schedule;
        let request = ClaimRequest {
            token: random::token(),
            now: clock::now(),
            lease_until: schedule.lease_until(deadline.0),
            schedule,
        };
        let (record, is_abandoned, has_second_body) = match claim_event(&self.clients, &message, &request).await {
            Ok(ClaimResult::Claimed { record, is_abandoned, has_second_body }) => {
                (*record, is_abandoned, has_second_body)
            }
            Ok(ClaimResult::Refused(reason)) => {
                line.outcome(Outcome::Refused(reason));
                return Disposition::Delete;
            }
            // A second event has an id that no other body has.
            Ok(ClaimResult::SecondBody) => {
                return self
                    .dead_letter(
                        received,
                        "a second body has the id of this event, and it cannot have an id of its own",
                        line,
                    )
                    .await;
            }
            Ok(ClaimResult::Absent) => return self.dead_letter(received, "the ledger has no such event", line).await,
            Ok(ClaimResult::Contended) => {
                line.outcome(Outcome::Contended);
                return self.return_to_queue(received, line).await;
            }
            Err(error) if error.kind() == ServiceErrorKind::Retryable => {
                line.trouble(&error);
                return self.return_to_queue(received, line).await;
            }
            Err(error) => return self.give_up(&message.event, &request.token, received, &error, line).await,
        };
        if is_abandoned {
            permit.isolate().await
        } else {
            permit.share()
        }
        let attempt = record.lifecycle.attempts.saturating_sub(u32::from(is_abandoned)).max(1);
        line.claimed(&record);
        let claimed = ClaimedEvent { record, sent: message.body, token: request.token, attempt };
        let disposition = self.process(claimed, place, deadline, received, line).await;
        match disposition {
            // The event that was claimed is the other body's: this one's is claimed when the message comes again.
            Disposition::Delete if has_second_body => self.return_to_queue(received, line).await,
            disposition => disposition,
        }
    }

    fn queue_of(&self, received: &ReceivedMessage) -> Inbox {
        let expectations = self.clients.expectations.as_ref();
        let is_expectation = expectations.is_some_and(|queue| queue.is_source(&received.queue_arn));
        if is_expectation { Inbox::Expectations } else { Inbox::Events }
    }

    fn is_expectation(&self, received: &ReceivedMessage) -> bool {
        self.clients.expectations.is_some() && ExpectationMessage::decode(&received.body, clock::now()).is_ok()
    }

    /// Works on an event that is ours, and settles it.
    pub(crate) async fn process(
        &self,
        claimed: ClaimedEvent,
        place: PublishPlace,
        deadline: Deadline,
        received: &ReceivedMessage,
        line: &mut ProcessLog,
    ) -> Disposition {
        let ClaimedEvent { record, sent, token, attempt } = claimed;
        let recorded = record.event.clone();
        let result = if may_work(attempt) {
            let clients = Arc::clone(&self.clients);
            catch_panic(async move {
                let Record { event, body, .. } = record;
                let attempt = Attempt { clients: &clients, stored: &body, number: attempt, place: &place, deadline };
                steps::run(attempt, event, sent).await
            })
            .await
        } else {
            Err(Stop::GivenUp(ATTEMPTS_MAX))
        };
        let (work, outcome) = match result {
            Ok(done) => {
                line.done(&recorded, &done);
                (Work::Done, done.outcome(&recorded))
            }
            Err(stop) => (stop.into_work(), Vec::new()),
        };
        let is_contradicted = matches!(work, Work::Contradicted { .. });
        let settlement = settle(work, attempt, clock::now(), self.clients.schedule, random::fraction());
        let settled = self.clients.ledger.settle(&recorded, &token, &settlement, &outcome).await;
        line.settled(settlement, is_contradicted);
        match settled {
            Ok(SettleOutcome::Settled) => Disposition::Delete,
            Ok(SettleOutcome::ClaimLost) => {
                line.claim_lost();
                Disposition::Delete
            }
            // The lease lapses and the event comes due.
            Err(error) => {
                line.trouble(&error);
                self.return_to_queue(received, line).await
            }
        }
    }

    /// Ends an event whose claim met an error that will not pass, such as a record that cannot be read. If the claim
    /// itself had landed, the record is ours to settle; if not, it stays as it is. The message is of no more use either
    /// way.
    async fn give_up(
        &self,
        event: &Event,
        token: &str,
        received: &ReceivedMessage,
        error: &ServiceError,
        line: &mut ProcessLog,
    ) -> Disposition {
        let reason = error.to_string();
        let work = Work::Permanent { reason: reason.clone() };
        let settlement = settle(work, 1, clock::now(), self.clients.schedule, 0.0);
        if let Err(error) = self.clients.ledger.settle(event, token, &settlement, &[]).await {
            line.trouble(&error);
        }
        self.dead_letter(received, &reason, line).await
    }

    /// Leaves the message on its queue, hidden for longer each time.
    pub(crate) async fn return_to_queue(&self, received: &ReceivedMessage, line: &mut ProcessLog) -> Disposition {
        line.hidden();
        let queue = match (self.queue_of(received), &self.clients.expectations) {
            (Inbox::Expectations, Some(expectations)) => &expectations.queue,
            _ => &self.clients.events,
        };
        if let Err(error) = queue.hide(&received.receipt_handle, hide_for(received.receives())).await {
            line.trouble(&error);
        }
        Disposition::Return
    }

    /// Takes a message that nobody will ever be able to process out of the way, with the reason.
    pub(crate) async fn dead_letter(
        &self,
        received: &ReceivedMessage,
        reason: &str,
        line: &mut ProcessLog,
    ) -> Disposition {
        line.reason(reason);
        match self.clients.dead_letters.dead_letter(&received.body, reason).await {
            Ok(()) => {
                line.dead_letter();
                Disposition::Delete
            }
            // It is tried again, and counted once in the end.
            Err(error) => {
                line.trouble(&error);
                self.return_to_queue(received, line).await
            }
        }
    }
}

/// Does the work on a task of its own, so that a panic stops this event alone, and it still settles.
async fn catch_panic(
    work: impl Future<Output = Result<WorkResult, Stop>> + Send + 'static,
) -> Result<WorkResult, Stop> {
    tokio::spawn(work).await.unwrap_or(Err(Stop::Panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_stops_its_event_alone() {
        let stop = catch_panic(async { panic!("of an event's own making") }).await.unwrap_err();
        assert_eq!(stop.into_work(), Work::Retryable { reason: "the processor panicked".to_owned() });
    }
}
