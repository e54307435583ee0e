//! Asking the sender's own API whether an event that a token alone vouches for is true.

use std::sync::Arc;

use domain::confirm::{Confirmation, ConfirmationNeed, Inquiry, need};
use domain::content::canonical::Canonical;
use domain::download::target::Loopback;
use domain::event::event_type::Status;
use domain::event::{Event, VerifiedBy};
use domain::ledger::schedule::ATTEMPTS_MAX;
use domain::provider::compiled_provider::CompiledProvider;
use domain::source::OptionsError;
use platform::clock;
use platform::service_error::ServiceError;

use crate::attempt::{Attempt, EventContent, RawBody};
use crate::memory::ANSWER_BYTES;
use crate::source_config::SourceConfig;
use crate::stop::Stop;

/// Confirms an event if it has to be. Of one that is confirmed, nothing is left that only the delivery claimed.
pub(crate) async fn confirm<'a>(
    attempt: Attempt<'a>,
    content: EventContent<'a>,
    sender: &Arc<CompiledProvider>,
    config: &SourceConfig,
) -> Result<EventContent<'a>, Stop> {
    let EventContent { event, canonical, raw } = &content;
    let is_end = matches!(canonical.status(), Some(Status::Completed | Status::Failed));
    // Whether it had to be confirmed, and the key to ask with, went with the source as it was.
    if config.is_of_other_provider(event.provider) && is_end && event.verified_by == VerifiedBy::Token {
        return Err(Stop::OtherProvider);
    }
    let access = config.options(event.provider).confirm.as_ref();
    let inquiry = match need(event, sender, canonical, raw, access, clock::now()) {
        ConfirmationNeed::None => return Ok(content),
        ConfirmationNeed::NoAccess => return Err(Stop::NoAccess),
        ConfirmationNeed::Unaskable => return Err(Stop::Unconfirmable),
        ConfirmationNeed::Ask(inquiry) => inquiry,
    };
    if access.is_some_and(|access| access.test_only_base_url.is_some()) && attempt.clients.loopback == Loopback::Refused
    {
        return Err(OptionsError::BaseUrlOutsideTests.into());
    }
    let (canonical, raw) = ask(attempt, &inquiry).await?;
    let event = Event { verified_by: VerifiedBy::Confirmed, ..content.event };
    Ok(EventContent { event, canonical, raw })
}

/// Gives the API's own account, and the answer that holds it.
async fn ask<'a>(attempt: Attempt<'a>, inquiry: &Inquiry) -> Result<(Canonical, RawBody<'a>), Stop> {
    let clients = attempt.clients;
    let mut memory = clients.memory.take(ANSWER_BYTES).await;
    attempt.deadline.check()?;
    let target = inquiry.target(clients.loopback).map_err(|refusal| {
        ServiceError::retryable("asking the sender's API", format!("its URL is refused: {refusal}"))
    })?;
    let answer = clients.provider_api.ask(&target, inquiry.request()).await?;
    memory.shrink(answer.body.len());
    match inquiry.check(&answer) {
        Confirmation::Agrees(canonical) => Ok((*canonical, RawBody::new(answer.body, memory))),
        Confirmation::NotYet { reason } => Err(Stop::NotYetConfirmed(reason)),
        Confirmation::Unknown if attempt.number < ATTEMPTS_MAX => Err(Stop::NotYetKnown),
        Confirmation::Unknown => Err(Stop::NeverKnown),
        Confirmation::Contradicts => Err(Stop::Opposite),
    }
}
