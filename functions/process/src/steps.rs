//! What is done with a claimed event, step by step. Each step can be repeated without harm.
//!
//! ```text
//! body ──► Canonical ── confirm ── archive ──► Published ──► topic
//! ```
//!
//! The steps in between do what the source's options ask for: each takes the [`EventContent`] or its [`Canonical`] by
//! value and gives it back changed.

use domain::content::canonical::Canonical;
use domain::event::{Event, VerifiedBy};
use domain::message::MessageBody;
use domain::provider::Provider;
use platform::clock;

use crate::archive::archive;
use crate::attempt::{Attempt, EventContent};
use crate::confirm::confirm;
use crate::publish::{PublishResult, publish};
use crate::stop::Stop;

/// Does everything that is to be done with `event`, whose message brought `sent`.
pub(crate) async fn run(attempt: Attempt<'_>, event: Event, sent: MessageBody) -> Result<PublishResult, Stop> {
    attempt.deadline.check()?;
    let raw = attempt.read_body(&event, sent).await?;
    attempt.deadline.check()?;
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
    let content = EventContent { event, canonical, raw };
    let EventContent { event, canonical, raw } = confirm(attempt, content, sender, &config).await?;
    let options = config.options(event.provider);
    // What anybody could have planted is not fetched.
    let is_believed = event.verified_by != VerifiedBy::Token || (options.confirm.is_none() && !event.must_confirm);
    let canonical = if is_believed { archive(attempt, &event, sender, canonical, options).await? } else { canonical };
    publish(attempt, &EventContent { event, canonical, raw }).await
}
