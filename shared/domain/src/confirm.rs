//! Confirming: what the sender's own API says of an event that a token alone vouches for.
//!
//! Whoever learns a source's URL can forge such an event. So what ends something is asked for at the API, and the
//! API's own account takes the place of everything that the delivery claimed.

mod account;
mod answer;
mod job_inquiry;
mod question;
mod request;
mod signed_token;

pub use self::answer::ApiAnswer;
pub use self::job_inquiry::{JobAnswer, JobInquiry, JobStanding, PolledEvent};
pub use self::request::ApiRequest;

use std::sync::Arc;

use self::question::{Account, Question};
use crate::content::canonical::{Canonical, is_json};
use crate::content::lenient;
use crate::content::parsed_delivery::ParsedDelivery;
use crate::download::FetchRefusal;
use crate::download::target::{Loopback, Target};
use crate::event::event_type::{EventType, Status};
use crate::event::{Event, VerifiedBy};
use crate::provider::compiled_provider::CompiledProvider;
use crate::source::ApiAccess;
use crate::time::Timestamp;

/// Whether an event has to be confirmed.
#[derive(Debug)]
pub enum ConfirmationNeed {
    /// It has not: its bytes were signed, or the operator does not ask for it, or it ends nothing.
    None,
    /// Its sender is to be asked.
    Ask(Box<Inquiry>),
    /// It has, since its source asked for that when it arrived, and the source can no longer say how. What was forged
    /// must not come to be believed because the operator has removed the source.
    NoAccess,
    /// It has, and the sender documents no way to ask. Nobody may come to believe it: else leaving out what makes an
    /// event askable would be the way to forge one.
    Unaskable,
}

/// A question to a sender's API about one event.
#[derive(Debug)]
pub struct Inquiry {
    question: Question,
    claimed: Status,
}

/// What an answer makes of an event. The reasons hold nothing of what was sent or answered.
#[derive(Debug)]
pub enum Confirmation {
    /// The API tells of the same end; this is its own account of it.
    Agrees(Box<Canonical>),
    /// It may agree later.
    NotYet {
        /// Why it does not now.
        reason: String,
    },
    /// It knows no such thing. A webhook may run ahead of the API, but not for hours.
    Unknown,
    /// It tells of the opposite end.
    Contradicts,
}

/// Decides at `now` whether the event of `body` has to be confirmed.
#[must_use]
pub fn need(
    event: &Event,
    sender: &Arc<CompiledProvider>,
    canonical: &Canonical,
    body: &[u8],
    access: Option<&ApiAccess>,
    now: Timestamp,
) -> ConfirmationNeed {
    let is_wanted = event.must_confirm || access.is_some();
    if event.verified_by != VerifiedBy::Token || !is_wanted {
        return ConfirmationNeed::None;
    }
    let EventType::Known(thing, claimed @ (Status::Completed | Status::Failed)) = canonical.head.event_type else {
        return ConfirmationNeed::None;
    };
    let Some(access) = access else {
        return ConfirmationNeed::NoAccess;
    };
    let inquiry = || {
        let id = canonical.details.job.id.clone()?;
        let description = sender.description();
        let value = lenient::tree(&sender.readable(body))?;
        let body = ParsedDelivery { value: &value, headers: &event.headers, ids: description.scheme.id_headers() };
        let question = Question::about(sender, thing, id, access, &body, now)?;
        Some(Box::new(Inquiry { question, claimed }))
    };
    inquiry().map_or(ConfirmationNeed::Unaskable, ConfirmationNeed::Ask)
}

impl Inquiry {
    /// How the API is asked.
    #[must_use]
    pub fn request(&self) -> &ApiRequest {
        self.question.request()
    }

    /// Where the API is asked: at its own host, or at that of a test.
    ///
    /// # Errors
    /// If it would be a test's own server, and this is no test.
    pub fn target(&self, loopback: Loopback) -> Result<Target, FetchRefusal> {
        self.question.target(loopback)
    }

    /// Decides what the answer makes of the event.
    #[must_use]
    pub fn check(&self, answer: &ApiAnswer) -> Confirmation {
        let not_yet = |reason: &str| Confirmation::NotYet { reason: reason.to_owned() };
        match answer.status {
            status if self.question.is_told_by(status) => {}
            401 | 403 => return not_yet("the sender's API refuses the key: check the source's `api_key`"),
            404 => return Confirmation::Unknown,
            429 => return not_yet("the sender's API was called too often"),
            status => return Confirmation::NotYet { reason: format!("the sender's API answered {status}") },
        }
        match self.question.account(answer) {
            Account::Webhook(webhook) => self.compare(&webhook, &answer.body),
            Account::Unknown => Confirmation::Unknown,
            Account::NotJson => not_yet("the sender's API answered something that is not JSON"),
            Account::Senseless => not_yet("the sender's API answered something that makes no sense"),
        }
    }

    fn compare(&self, webhook: &[u8], answer: &[u8]) -> Confirmation {
        let told = self.question.read(webhook);
        // What is published beside it is the answer.
        let told = Canonical { is_json: is_json(answer), ..told };
        if told.details.job.id.as_deref().is_some_and(|id| id != self.question.id()) {
            return Confirmation::NotYet { reason: "the sender's API answered about something else".to_owned() };
        }
        let asked = self.question.thing();
        match told.head.event_type {
            EventType::Known(thing, status) if thing == asked && status == self.claimed => {
                Confirmation::Agrees(Box::new(told))
            }
            EventType::Known(thing, Status::Completed | Status::Failed) if thing == asked => Confirmation::Contradicts,
            EventType::Known(..) | EventType::Expired(_) | EventType::Unrecognized => {
                Confirmation::NotYet { reason: "the sender's API says that it has not ended yet".to_owned() }
            }
        }
    }
}

#[cfg(test)]
mod tests;
