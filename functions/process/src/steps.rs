//! What is done with a claimed event, step by step. Each step can be repeated without harm.
//!
//! ```text
//! body ──► Canonical ── confirm ── end of its job ── archive ──► PublishedEvent ──► topic
//! ```
//!
//! The steps in between do what the source's options ask for: each takes the [`EventContent`] or its [`Canonical`] by
//! value and gives it back changed.

use std::time::Duration;

use domain::content::canonical::Canonical;
use domain::event::event_type::{EventType, Status};
use domain::event::{Event, VerifiedBy};
use domain::expectation::job_expired;
use domain::message::MessageBody;
use domain::provider::Provider;
use domain::source::Order;
use platform::clock;

use crate::archive::archive;
use crate::attempt::{Attempt, EventContent};
use crate::confirm::confirm;
use crate::job::{JobNote, JobVerdict, end_before, expect_end, give_up, tell_end};
use crate::publish::{PublishResult, publish};
use crate::stop::Stop;

/// How long publishing progress is waited for after the end of its job was looked for. What SNS has been asked by then it may
/// still publish, within the time-out of a call.
const PUBLISH_AFTER_LOOK: Duration = Duration::from_secs(10);

/// What came of the work on an event that is done.
#[derive(Debug)]
pub(crate) enum WorkResult {
    /// It was published.
    Published(PublishResult, JobNote),
    /// Another event tells the same end of its job: the one with this id.
    Superseded(String, JobNote),
    /// It tells progress of a job whose end is published, by the event with this id.
    Suppressed(String),
}

impl WorkResult {
    /// What is written of it into the record: what `recorded` does not say already.
    pub(crate) fn outcome(&self, recorded: &Event) -> Vec<(&'static str, String)> {
        match self {
            WorkResult::Published(result, _) => result.outcome(recorded),
            WorkResult::Superseded(id, _) => vec![("superseded_by", id.clone())],
            WorkResult::Suppressed(id) => vec![("suppressed", id.clone())],
        }
    }
}

/// Does everything that is to be done with `event`, whose message brought `sent`.
pub(crate) async fn run(attempt: Attempt<'_>, event: Event, sent: MessageBody) -> Result<WorkResult, Stop> {
    attempt.deadline.check()?;
    let raw = attempt.read_body(&event, sent).await?;
    attempt.deadline.check()?;
    if let EventType::Expired(thing) = event.event_type {
        let canonical = job_expired::canonical(thing, &raw);
        return match give_up(attempt.clients, &event).await? {
            JobVerdict::Superseded(by, note) => Ok(WorkResult::Superseded(by, note)),
            JobVerdict::Publish(note) => {
                let content = EventContent { event, canonical, raw };
                Ok(WorkResult::Published(publish(attempt, &content).await?, note))
            }
        };
    }
    let sources = &attempt.clients.sources;
    let config = sources.find(&event.source, clock::now()).await?;
    let sender = config.sender(event.provider).ok_or(Stop::Undescribed)?;
    let canonical = Canonical::of(sender, &event.headers, &raw);
    // What is remembered of the source may be older than what ingest knew. Once it has been read anew, it counts.
    let may_be_outdated = event.provider == Provider::Custom && attempt.number == 1;
    if may_be_outdated && canonical.head.event_type != event.event_type {
        sources.invalidate(&event.source);
        return Err(Stop::ReadOtherwise);
    }
    let delivered_at = canonical.details.time;
    let content = EventContent { event, canonical, raw };
    let EventContent { event, canonical, raw } = confirm(attempt, content, sender, &config).await?;
    let options = config.options(event.provider);
    let note = match tell_end(attempt, &event, options, delivered_at).await? {
        JobVerdict::Superseded(by, note) => return Ok(WorkResult::Superseded(by, note)),
        JobVerdict::Publish(note) => note,
    };
    // What anybody could have planted is not fetched.
    let is_believed = event.verified_by != VerifiedBy::Token || (options.confirm.is_none() && !event.must_confirm);
    let canonical = if is_believed { archive(attempt, &event, sender, canonical, options).await? } else { canonical };
    expect_end(attempt, &event, sender, options).await?;
    let content = EventContent { event, canonical, raw };
    if let Some(end) = end_before(attempt, &content.event, options).await? {
        return Ok(WorkResult::Suppressed(end));
    }
    let is_overtakable = content.event.event_type.status() == Some(Status::Progress);
    let published = if options.order == Order::EndWins && is_overtakable {
        tokio::time::timeout(PUBLISH_AFTER_LOOK, publish(attempt, &content)).await.map_err(|_| Stop::Overtaken)?
    } else {
        publish(attempt, &content).await
    };
    Ok(WorkResult::Published(published?, note))
}
