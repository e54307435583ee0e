//! Confirming: what the sender's own API says of an event that a token alone vouches for.
//!
//! Whoever learns a source's URL can forge such an event. So what ends something is asked for at the API, and the
//! API's own account takes the place of everything that the delivery claimed.

mod csm;
mod get3w;
mod glossi;
mod modelslab;
mod request;

pub use self::request::ApiRequest;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::canonical::Canonical;
use crate::event::{Event, VerifiedBy};
use crate::event_type::{EventType, Status, Thing};
use crate::provider::Provider;
use crate::source::ApiAccess;

/// Whether an event has to be confirmed.
#[derive(Debug)]
pub enum Need {
    /// It has not: its bytes were signed, or the operator does not ask for it, or it ends nothing.
    None,
    /// Its sender is to be asked.
    Ask(Box<Inquiry>),
    /// It has, and the sender documents no way to ask. Nobody may come to believe it: else leaving out what makes an
    /// event askable would be the way to forge one.
    Unaskable,
}

/// A question to a sender's API about one event.
#[derive(Debug)]
pub struct Inquiry {
    provider: Provider,
    id: String,
    thing: Thing,
    claimed: Status,
    request: ApiRequest,
}

/// What an API answered.
#[derive(Clone)]
pub struct ApiAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What an answer makes of an event. The reasons hold nothing of what was sent or answered.
#[derive(Debug)]
pub enum Verdict {
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

/// Decides whether the event of `body` has to be confirmed.
#[must_use]
pub fn need(event: &Event, canonical: &Canonical, body: &[u8], access: Option<&ApiAccess>) -> Need {
    let (VerifiedBy::Token, Some(access)) = (event.verified_by, access) else {
        return Need::None;
    };
    let EventType::Known(thing, claimed @ (Status::Completed | Status::Failed)) = canonical.head.event_type else {
        return Need::None;
    };
    let inquiry = || {
        let id = canonical.details.job.id.clone()?;
        let body: Value = serde_json::from_slice(body).ok()?;
        let request = match event.provider {
            Provider::Csm => csm::request(&id, &body, access),
            Provider::Get3w => get3w::request(&id, access),
            Provider::Modelslab => modelslab::request(thing, &id, &body, access),
            Provider::Glossi => glossi::request(thing, &id, access),
            _ => None,
        }?;
        Some(Box::new(Inquiry { provider: event.provider, id, thing, claimed, request }))
    };
    inquiry().map_or(Need::Unaskable, Need::Ask)
}

impl Inquiry {
    /// How the API is asked.
    #[must_use]
    pub fn request(&self) -> &ApiRequest {
        &self.request
    }

    /// Decides what the answer makes of the event.
    #[must_use]
    pub fn verdict(&self, answer: &ApiAnswer) -> Verdict {
        let not_yet = |reason: &str| Verdict::NotYet { reason: reason.to_owned() };
        match answer.status {
            200 => {}
            401 | 403 => return not_yet("the sender's API refuses the key: check the source's `api_key`"),
            404 => return Verdict::Unknown,
            429 => return not_yet("the sender's API is asked too often"),
            status => return Verdict::NotYet { reason: format!("the sender's API answered {status}") },
        }
        let Ok(json) = serde_json::from_slice::<Value>(&answer.body) else {
            return not_yet("the sender's API answered something that is not JSON");
        };
        let account = match self.provider {
            Provider::Csm => csm::account(&self.id, &json),
            Provider::Get3w => get3w::account(&json),
            Provider::Modelslab => modelslab::account(self.thing, &self.id, &json),
            Provider::Glossi => glossi::account(&self.id, &json),
            _ => Account::Senseless,
        };
        match account {
            Account::Told(webhook) => self.compare(&webhook),
            Account::Unknown => Verdict::Unknown,
            Account::Senseless => not_yet("the sender's API answered something that makes no sense"),
        }
    }

    fn compare(&self, webhook: &Value) -> Verdict {
        let Some(sender) = self.provider.sender() else {
            return Verdict::NotYet { reason: "nothing is known of such a sender".to_owned() };
        };
        let told = Canonical::of(sender, &BTreeMap::new(), webhook.to_string().as_bytes());
        if told.details.job.id.as_deref().is_some_and(|id| id != self.id) {
            return Verdict::NotYet { reason: "the sender's API answered about something else".to_owned() };
        }
        match told.head.event_type {
            EventType::Known(thing, status) if thing == self.thing && status == self.claimed => {
                Verdict::Agrees(Box::new(told))
            }
            EventType::Known(thing, Status::Completed | Status::Failed) if thing == self.thing => Verdict::Contradicts,
            EventType::Known(..) | EventType::Unrecognized => {
                Verdict::NotYet { reason: "the sender's API has not come to an end yet".to_owned() }
            }
        }
    }
}

/// An API's account of a thing.
enum Account {
    /// In the form of a webhook, so that it is read as one.
    Told(Value),
    /// There is no such thing.
    Unknown,
    /// It cannot be understood.
    Senseless,
}

#[cfg(test)]
mod tests;
