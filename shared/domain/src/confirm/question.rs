//! A question to a sender's API about one thing.

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use super::account::Account;
use super::request::{ApiRequest, RequestFields};
use crate::content::canonical::Canonical;
use crate::content::lenient;
use crate::content::parsed_delivery::ParsedDelivery;
use crate::description::Poll;
use crate::download::FetchRefusal;
use crate::download::target::{Loopback, Target};
use crate::event::event_type::Thing;
use crate::provider::compiled_provider::CompiledProvider;
use crate::source::ApiAccess;

/// A question to a sender's API about one thing.
#[derive(Debug)]
pub(super) struct Question {
    sender: Arc<CompiledProvider>,
    poll: usize,
    id: String,
    thing: Thing,
    request: ApiRequest,
}

impl Question {
    /// The question about the thing `id` of which `body` tells; none if the API cannot be asked about it.
    pub(super) fn about(
        sender: &Arc<CompiledProvider>,
        thing: Thing,
        id: String,
        access: &ApiAccess,
        body: &ParsedDelivery<'_>,
    ) -> Option<Question> {
        let polls = &sender.description().polls;
        let poll = polls.iter().position(|poll| fits(poll, thing, body, access))?;
        Question::by(sender, poll, thing, id, access, body)
    }

    /// The question that the poll number `poll` (from 0) puts.
    pub(super) fn by(
        sender: &Arc<CompiledProvider>,
        poll: usize,
        thing: Thing,
        id: String,
        access: &ApiAccess,
        body: &ParsedDelivery<'_>,
    ) -> Option<Question> {
        let rules = sender.description().polls.get(poll)?;
        let request = ApiRequest::of(rules, &RequestFields { id: &id, body, access })?;
        Some(Question { sender: Arc::clone(sender), poll, id, thing, request })
    }

    pub(super) fn request(&self) -> &ApiRequest {
        &self.request
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn thing(&self) -> Thing {
        self.thing
    }

    pub(super) fn target(&self, loopback: Loopback) -> Result<Target, FetchRefusal> {
        let poll = self.sender.description().polls.get(self.poll);
        Target::at(&self.request.url, loopback, |host| poll.is_some_and(|poll| poll.url.host == host))
    }

    /// What an answer tells of the thing.
    pub(super) fn account(&self, answer: &[u8]) -> Account {
        let Some(json) = lenient::tree(answer) else {
            return Account::NotJson;
        };
        let poll = self.sender.description().polls.get(self.poll);
        poll.map_or(Account::Senseless, |poll| Account::of(&poll.answer, &self.id, &json))
    }

    /// Reads an account in the form of a webhook. A header of a delivery is only what the delivery claimed.
    pub(super) fn read(&self, webhook: &[u8]) -> Canonical {
        Canonical::of(&self.sender, &BTreeMap::new(), webhook)
    }
}

/// Whether `poll` knows of the thing that `body` tells of.
pub(super) fn fits(poll: &Poll, thing: Thing, body: &ParsedDelivery<'_>, access: &ApiAccess) -> bool {
    let family = access.family.as_deref();
    (poll.things.is_empty() || poll.things.contains(&thing))
        && (poll.families.is_empty() || poll.families.iter().any(|known| Some(&**known) == family))
        && poll.when.iter().all(|condition| body.satisfies(condition))
}
