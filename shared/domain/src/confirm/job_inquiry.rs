//! Asking a sender's API how a job stands whose webhook did not come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::answer::ApiAnswer;
use super::question::{Account, Question, fits};
use super::request::ApiRequest;
use crate::content::canonical::Canonical;
use crate::content::parsed_delivery::ParsedDelivery;
use crate::description::{Pointer, RequestText, UnpromptedField};
use crate::digest::Digest;
use crate::download::FetchRefusal;
use crate::download::target::{Loopback, Target};
use crate::event::event_id::EventId;
use crate::event::event_type::{EventType, Status};
use crate::event::{Event, Origin, VerifiedBy};
use crate::expectation::Hint;
use crate::ledger::job::Job;
use crate::provider::compiled_provider::CompiledProvider;
use crate::source::{ApiAccess, ExpectOptions};
use crate::time::Timestamp;

/// A question about a job of which nothing was delivered.
#[derive(Debug)]
pub struct JobInquiry {
    question: Question,
    job: Job,
}

/// What an answer says of a job.
#[derive(Debug)]
pub enum JobAnswer {
    /// It has ended: here is the event that the webhook would have been.
    Ended(Box<PolledEvent>),
    /// It has not, or the API does not know it, or the answer makes no sense.
    NotEnded,
    /// The API is in trouble, or refuses the key: no job can be asked about now.
    Trouble {
        /// What happened; holds nothing of what was sent or answered.
        reason: String,
        /// How long the API wants to be left alone.
        retry_after: Option<Duration>,
    },
}

/// How a job stands, by an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobStanding {
    /// It has ended: with what its webhook would have been.
    Ended(EventType),
    /// It has not, or the API does not know it, or the answer makes no sense.
    NotEnded,
    /// The API is in trouble, or refuses the key.
    Trouble(String),
}

/// An event that a sender's API tells of. Only the answer to a question makes one.
#[derive(Debug)]
pub struct PolledEvent {
    event: Event,
    body: Vec<u8>,
}

impl JobInquiry {
    /// The question about `job` that is put at `now`; none if the API cannot be asked about it.
    #[must_use]
    pub fn about(
        job: &Job,
        hint: &Hint,
        sender: &Arc<CompiledProvider>,
        access: &ApiAccess,
        now: Timestamp,
    ) -> Option<JobInquiry> {
        let access = match &hint.family {
            Some(family) => access.in_family(family)?,
            None => access.clone(),
        };
        let (ids, headers) = (sender.description().scheme.id_headers(), BTreeMap::new());
        let question = sender.description().polls.iter().enumerate().find_map(|(number, poll)| {
            let value = unprompted_body(poll.unprompted.as_deref()?, &job.subject, hint);
            let body = ParsedDelivery { value: &value, headers: &headers, ids };
            if !fits(poll, job.thing, &body, &access) {
                return None;
            }
            Question::by(sender, number, job.thing, job.subject.clone(), &access, &body, now)
        });
        Some(JobInquiry { question: question?, job: job.clone() })
    }

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

    /// Reads the answer that came at `answered_at` to an invocation with the id `request_id`.
    #[must_use]
    pub fn read(
        &self,
        answer: &ApiAnswer,
        options: &ExpectOptions,
        answered_at: Timestamp,
        request_id: &str,
    ) -> JobAnswer {
        let (told, body) = match self.told(answer) {
            Ok(told) => told,
            Err(answer) => return answer,
        };
        let body_sha256 = Digest::of(&body);
        let mut head = told.head;
        let (key, key_meaning) = head.take_key(body_sha256, options.key_rules);
        let event = Event {
            id: EventId::new(&self.job.source, key.iter().map(String::as_str)),
            source: self.job.source.clone(),
            provider: self.job.provider,
            event_type: head.event_type,
            subject: Some(self.job.subject.clone()),
            verified_by: VerifiedBy::Confirmed,
            key_meaning,
            must_confirm: false,
            origin: Origin::Poll,
            replay: 0,
            received_at: answered_at,
            recorded_by: request_id.to_owned(),
            headers: BTreeMap::new(),
            body_sha256,
        };
        JobAnswer::Ended(Box::new(PolledEvent { event, body }))
    }

    /// How the job stands by the answer, of which no event is to be made.
    #[must_use]
    pub fn standing(&self, answer: &ApiAnswer) -> JobStanding {
        match self.told(answer) {
            Ok((told, _)) => JobStanding::Ended(told.head.event_type),
            Err(JobAnswer::Trouble { reason, .. }) => JobStanding::Trouble(reason),
            Err(JobAnswer::Ended(_) | JobAnswer::NotEnded) => JobStanding::NotEnded,
        }
    }

    /// The end that the answer tells, and the body that its webhook would have had.
    fn told(&self, answer: &ApiAnswer) -> Result<(Canonical, Vec<u8>), JobAnswer> {
        let trouble =
            |reason: &str| Err(JobAnswer::Trouble { reason: reason.to_owned(), retry_after: answer.retry_after });
        match answer.status {
            status if self.question.is_told_by(status) => {}
            401 | 403 => return trouble("the sender's API refuses the key: check the source's `api_key`"),
            429 => return trouble("the sender's API was called too often"),
            408 | 500.. => return trouble(&format!("the sender's API answered {}", answer.status)),
            // Of one odd job there are others to ask about.
            _ => return Err(JobAnswer::NotEnded),
        }
        let Account::Webhook(body) = self.question.account(answer) else {
            return Err(JobAnswer::NotEnded);
        };
        let told = self.question.read(&body);
        let names_other = |id: Option<&str>| id.is_some_and(|id| id != self.job.subject);
        let is_other = names_other(told.details.job.id.as_deref()) || names_other(told.head.subject.as_deref());
        match told.head.event_type {
            EventType::Known(thing, Status::Completed | Status::Failed) if thing == self.job.thing && !is_other => {
                Ok((told, body))
            }
            _ => Err(JobAnswer::NotEnded),
        }
    }
}

impl PolledEvent {
    /// The event, and the body that its webhook would have had.
    #[must_use]
    pub fn into_parts(self) -> (Event, Vec<u8>) {
        (self.event, self.body)
    }
}

/// The body that a delivery would have had, as far as it is known.
fn unprompted_body(fields: &[UnpromptedField], id: &str, hint: &Hint) -> Value {
    let mut body = Value::Object(Map::new());
    for field in fields {
        let text = match &field.to {
            RequestText::Literal(text) => text.as_str(),
            // The check of a description leaves nothing else.
            RequestText::Id
            | RequestText::Family
            | RequestText::FamilyPath
            | RequestText::Key(_)
            | RequestText::Jwt(_)
            | RequestText::Body(_) => id,
        };
        set(&mut body, &field.set, text);
    }
    if let Value::Object(members) = &mut body {
        members.extend(hint.body.clone());
    }
    body
}

fn set(body: &mut Value, place: &Pointer, text: &str) {
    let mut value = body;
    for segment in &place.0 {
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        let Value::Object(members) = value else { return };
        value = members.entry(segment.clone()).or_insert(Value::Null);
    }
    *value = Value::String(text.to_owned());
}
