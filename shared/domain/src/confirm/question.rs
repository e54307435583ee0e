//! A question to a sender's API about one thing.

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use super::account::Account;
use super::answer::ApiAnswer;
use super::request::{ApiRequest, RequestFields};
use crate::content::canonical::Canonical;
use crate::content::lenient;
use crate::content::parsed_delivery::ParsedDelivery;
use crate::description::{Poll, RequestText};
use crate::download::FetchRefusal;
use crate::download::target::{Loopback, Target};
use crate::event::event_type::Thing;
use crate::provider::compiled_provider::CompiledProvider;
use crate::source::ApiAccess;
use crate::time::Timestamp;

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
    /// The question that is put at `now` about the thing `id` of which an unsigned `body` tells; none if the API cannot be
    /// asked about it. It is asked by that id alone: another place of such a body could name another thing.
    pub(super) fn about(
        sender: &Arc<CompiledProvider>,
        thing: Thing,
        id: String,
        access: &ApiAccess,
        body: &ParsedDelivery<'_>,
        now: Timestamp,
    ) -> Option<Question> {
        let polls = &sender.description().polls;
        let asks_by_id = |poll: &Poll| poll.texts().any(|text| *text == RequestText::Id);
        let poll = polls.iter().position(|poll| asks_by_id(poll) && fits(poll, thing, body, access))?;
        Question::by(sender, poll, thing, id, access, body, now)
    }

    /// The question that the poll number `poll` (from 0) puts.
    pub(super) fn by(
        sender: &Arc<CompiledProvider>,
        poll: usize,
        thing: Thing,
        id: String,
        access: &ApiAccess,
        body: &ParsedDelivery<'_>,
        now: Timestamp,
    ) -> Option<Question> {
        let rules = sender.description().polls.get(poll)?;
        let request = ApiRequest::of(rules, &RequestFields { id: &id, body, access, now })?;
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
        Target::at(&self.request.url, loopback, |host| self.rules().is_some_and(|poll| poll.url.host == host))
    }

    /// Whether an answer with this HTTP status tells of the thing.
    pub(super) fn is_told_by(&self, status: u16) -> bool {
        let failed = self.rules().and_then(|poll| poll.answer.failed.as_ref());
        status == 200 || failed.is_some_and(|failed| failed.statuses.contains(&status))
    }

    /// What an answer tells of the thing.
    pub(super) fn account(&self, answer: &ApiAnswer) -> Account {
        let Some(json) = lenient::tree(&answer.body) else {
            return Account::NotJson;
        };
        self.rules().map_or(Account::Senseless, |poll| Account::of(&poll.answer, &self.id, answer.status, &json))
    }

    fn rules(&self) -> Option<&Poll> {
        self.sender.description().polls.get(self.poll)
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
