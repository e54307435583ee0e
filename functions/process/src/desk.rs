//! The way of a message: decode, claim, act, settle.

use std::sync::Arc;
use std::time::Duration;

use domain::archive::ASSETS_AT_ONCE;
use domain::download::target::Loopback;
use domain::ledger::claim::ClaimRequest;
use domain::ledger::record::Record;
use domain::ledger::schedule::{ATTEMPTS_MAX, Schedule};
use domain::ledger::settle::{Settlement, Work, may_work, settle};
use domain::message::{Message, MessageBody};
use domain::time::Timestamp;
use platform::assets::Assets;
use platform::bodies::Bodies;
use platform::download::Downloads;
use platform::ledger::{Ledger, SettleOutcome};
use platform::provider_api::ProviderApi;
use platform::queue::Queue;
use platform::service_error::{ServiceError, ServiceErrorKind};
use platform::topic::Topic;
use platform::{clock, random};
use tokio::sync::Semaphore;

use crate::act::{Acted, act};
use crate::batch::{Received, Verdict};
use crate::claim::Claimed;
use crate::process_log::ProcessLog;
use crate::settings::Settings;
use crate::source_options::SourceOptions;

/// A message that must stay is hidden for this long, doubled for every time it was received before ...
const HIDE_FIRST: Duration = Duration::from_secs(5);
/// ... up to this.
const HIDE_MAX: Duration = Duration::from_secs(15 * 60);

/// Everything that an instance works with.
pub(crate) struct Desk {
    pub(crate) options: SourceOptions,
    pub(crate) assets: Assets,
    /// One for each asset that may be copied at the same time.
    pub(crate) asset_turns: Semaphore,
    pub(crate) bodies: Bodies,
    pub(crate) downloads: Downloads,
    pub(crate) ledger: Ledger,
    pub(crate) topic: Topic,
    pub(crate) inline_body_bytes: usize,
    pub(crate) provider_api: ProviderApi,
    pub(crate) loopback: Loopback,
    events: Queue,
    dead_letters: Queue,
    schedule: Schedule,
}

impl Desk {
    pub(crate) fn new(settings: Settings) -> Desk {
        Desk {
            options: SourceOptions::new(settings.sources),
            assets: settings.assets,
            asset_turns: Semaphore::new(ASSETS_AT_ONCE),
            bodies: settings.bodies,
            downloads: settings.downloads,
            ledger: settings.ledger,
            topic: settings.topic,
            inline_body_bytes: settings.inline_body_bytes,
            provider_api: ProviderApi::default(),
            loopback: settings.loopback,
            events: settings.events,
            dead_letters: settings.dead_letters,
            schedule: settings.schedule,
        }
    }

    /// Handles one message of a batch, in the invocation `request_id` of a function that ends at `deadline`.
    pub(crate) async fn handle(self: Arc<Desk>, received: Received, request_id: &str, deadline: Timestamp) -> Verdict {
        let mut line = ProcessLog::begin(request_id, &received.message_id, received.trace().as_ref());
        let verdict = self.work(received, deadline, &mut line).await;
        line.end();
        verdict
    }

    async fn work(self: &Arc<Desk>, received: Received, deadline: Timestamp, line: &mut ProcessLog) -> Verdict {
        let message = match Message::decode(&received.body) {
            Ok(message) => message,
            Err(undecodable) => return self.put_away(&received, &undecodable.to_string(), line).await,
        };
        line.event(&message.event);
        let request = ClaimRequest {
            token: random::token(),
            now: clock::now(),
            lease_until: self.schedule.lease_until(deadline),
            schedule: self.schedule,
        };
        match self.claim(&message, &request).await {
            Ok(Claimed::Ours(record)) => {
                self.process(*record, message.body, request.token, deadline, &received, line).await
            }
            Ok(Claimed::Refused(reason)) => {
                line.outcome(reason.as_str());
                Verdict::Delete
            }
            // What stands beside a failed event has an id that no other body has.
            Ok(Claimed::Beside) => self.put_away(&received, "nothing can stand beside such an event", line).await,
            Ok(Claimed::Absent) => self.put_away(&received, "the ledger has no such event", line).await,
            Ok(Claimed::Contended) => {
                line.outcome("contended");
                self.keep(&received, line).await
            }
            Err(trouble) => match trouble.kind() {
                ServiceErrorKind::Retryable => {
                    line.trouble(&trouble);
                    self.keep(&received, line).await
                }
                ServiceErrorKind::Permanent => self.give_up(&message, &request.token, &received, &trouble, line).await,
            },
        }
    }

    /// Works on an event that is ours, and settles it.
    async fn process(
        self: &Arc<Desk>,
        record: Record,
        sent: MessageBody,
        token: String,
        deadline: Timestamp,
        received: &Received,
        line: &mut ProcessLog,
    ) -> Verdict {
        let (recorded, attempts) = (record.event.clone(), record.lifecycle.attempts);
        line.claimed(&record);
        let (work, outcome) = if may_work(attempts) {
            let desk = Arc::clone(self);
            apart(async move { act(&desk, record, sent, deadline).await }).await
        } else {
            let reason = format!("given up after {ATTEMPTS_MAX} attempts, the last of which never ended");
            (Work::Permanent { reason }, None)
        };
        let is_contradicted = matches!(work, Work::Contradicted { .. });
        let settlement = settle(work, attempts, clock::now(), self.schedule, random::fraction());
        line.settled(&settlement, outcome.as_ref());
        line.contradicted(is_contradicted);
        let outcome = outcome.map(|acted| acted.outcome(&recorded)).unwrap_or_default();
        match self.ledger.settle(&recorded.id, &token, &settlement, &outcome).await {
            Ok(SettleOutcome::Settled) => Verdict::Delete,
            Ok(SettleOutcome::ClaimLost) => {
                line.claim_lost();
                Verdict::Delete
            }
            // The lease lapses and the event comes due.
            Err(trouble) => {
                line.trouble(&trouble);
                self.keep(received, line).await
            }
        }
    }

    /// Ends an event whose claim met trouble that will not pass, such as a record that cannot be read. If the claim
    /// itself had landed, the record is ours to settle; if not, it stays as it is. The message is put away either way.
    async fn give_up(
        &self,
        message: &Message,
        token: &str,
        received: &Received,
        trouble: &ServiceError,
        line: &mut ProcessLog,
    ) -> Verdict {
        let reason = trouble.to_string();
        let settlement = settle(Work::Permanent { reason: reason.clone() }, 1, clock::now(), self.schedule, 0.0);
        if let Err(trouble) = self.ledger.settle(&message.event.id, token, &settlement, &[]).await {
            line.trouble(&trouble);
        }
        self.put_away(received, &reason, line).await
    }

    /// Leaves the message on its queue, hidden for longer each time.
    async fn keep(&self, received: &Received, line: &mut ProcessLog) -> Verdict {
        line.hidden();
        let doublings = received.receives().saturating_sub(1).min(8);
        let wait = HIDE_MAX.min(HIDE_FIRST * 2_u32.pow(doublings));
        if let Err(trouble) = self.events.hide(&received.receipt_handle, wait).await {
            line.trouble(&trouble);
        }
        Verdict::Keep
    }

    /// Takes a message that nobody will ever be able to process out of the way, with the reason.
    async fn put_away(&self, received: &Received, reason: &str, line: &mut ProcessLog) -> Verdict {
        line.put_away(reason);
        match self.dead_letters.put_away(&received.body, reason).await {
            Ok(()) => Verdict::Delete,
            Err(trouble) => {
                line.trouble(&trouble);
                self.keep(received, line).await
            }
        }
    }
}

/// Does the work on a task of its own, so that a panic is this event's passing trouble and still settles.
async fn apart(work: impl Future<Output = Result<Acted, Work>> + Send + 'static) -> (Work, Option<Acted>) {
    match tokio::spawn(work).await {
        Ok(Ok(acted)) => (Work::Done, Some(acted)),
        Ok(Err(trouble)) => (trouble, None),
        Err(_) => (Work::Retryable { reason: "the processor panicked".to_owned() }, None),
    }
}

/// Sorts trouble of a step: whoever settles must know whether to try again.
pub(crate) fn as_work(trouble: &ServiceError) -> Work {
    let reason = trouble.to_string();
    match trouble.kind() {
        ServiceErrorKind::Retryable => Work::Retryable { reason },
        ServiceErrorKind::Permanent => Work::Permanent { reason },
    }
}

impl ProcessLog {
    fn settled(&mut self, settlement: &Settlement, acted: Option<&Acted>) {
        match settlement {
            Settlement::Done { .. } => self.done(),
            Settlement::Again { at, reason, .. } => self.again(*at, reason),
            Settlement::Failed { reason, .. } => self.failed(reason),
        }
        if let Some(acted) = acted {
            self.published(acted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_the_events_passing_trouble() {
        let (work, acted) = apart(async { panic!("of an event's own making") }).await;
        assert_eq!(work, Work::Retryable { reason: "the processor panicked".to_owned() });
        assert!(acted.is_none());
    }
}
