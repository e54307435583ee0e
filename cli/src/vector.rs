//! Recorded requests, in the format of the conformance vectors (tests/vectors/README.md), and what ingest makes of them.
//!
//! The requests go through the code that ingest runs, and nothing goes over a network.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use domain::delivery::Delivery;
use domain::delivery::front::OriginGuard;
use domain::delivery::recorded_request::RecordedRequest;
use domain::delivery::request::Request;
use domain::description::ChallengeMethod;
use domain::receive::answer::{Answer, Response};
use domain::receive::{Acceptance, Reception, accept, receive};
use domain::source::Source;
use domain::source::key_set::KeyDocument;
use domain::source::public_keys::PublicKeys;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::{Refusal, answer_unsigned, published_at};
use serde_json::{Map, Value};
use vectors::{Case, Expected, Group, ReplyText, SentRequest, VectorFile};

use crate::error::{Error, Result};
use crate::verdict::{DUPLICATE, Verdict, proof};

/// A recorded request, with the source that it came to and what is expected of it.
#[derive(Clone, Debug)]
pub struct Vector {
    /// Its name in the file.
    pub name: String,
    /// The name of the source.
    pub source: SourceName,
    /// What the source's secret says, as JSON.
    pub secret: Map<String, Value>,
    key_set: Option<Value>,
    certificates: BTreeMap<String, String>,
    received_at: Timestamp,
    request: SentRequest,
    /// The request that came before, whose event is not finished.
    before: Option<Box<Vector>>,
    expected: Expected,
    /// The event that is expected to be published.
    published_event: Option<Value>,
}

/// The case of which a file has the published event.
const PUBLISHED_CASE: &str = "genuine";

impl Vector {
    /// All of a file.
    ///
    /// # Errors
    /// If it cannot be read, or is not of the format.
    pub fn read(file: &Path) -> Result<Vec<Vector>> {
        let text = fs::read_to_string(file).map_err(|error| Error::NotFound(format!("{}: {error}", file.display())))?;
        Vector::parse(&text).map_err(|fault| Error::Usage(format!("{}: {fault}", file.display())))
    }

    fn parse(text: &str) -> std::result::Result<Vec<Vector>, String> {
        let VectorFile { number_of_cases, groups, published_event, .. } =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut vectors: Vec<Vector> = Vec::new();
        for Group { source, key_set, certificates, cases } in groups {
            let name = SourceName::parse(&source.name).map_err(|error| format!("source {:?}: {error}", source.name))?;
            for Case { name: case, after, received_at, request, expected, .. } in cases {
                let before = after.map(|after| {
                    let found = vectors.iter().find(|vector| vector.name == after).cloned();
                    found.map(Box::new).ok_or_else(|| format!("{case}: there is no case {after} before it"))
                });
                let at = Timestamp::parse_rfc3339(&received_at);
                let published = Some(&published_event).filter(|event| case == PUBLISHED_CASE && !event.is_null());
                vectors.push(Vector {
                    source: name.clone(),
                    secret: source.secret.clone(),
                    key_set: key_set.clone(),
                    certificates: certificates.clone(),
                    received_at: at.ok_or_else(|| format!("{case}: `received_at` is no instant by RFC 3339"))?,
                    request,
                    before: before.transpose()?,
                    expected,
                    published_event: published.cloned(),
                    name: case,
                });
            }
        }
        match number_of_cases {
            Some(number) if number != vectors.len() => {
                Err(format!("it has {} cases, and `number_of_cases` says {number}", vectors.len()))
            }
            _ => Ok(vectors),
        }
    }

    /// The same for a sender that `scheme` describes. What is published then names another provider, so it is not compared.
    pub fn describe(&mut self, scheme: &Map<String, Value>) {
        self.secret.remove("provider");
        self.secret.insert("scheme".to_owned(), Value::Object(scheme.clone()));
        self.published_event = None;
        if let Some(before) = &mut self.before {
            before.describe(scheme);
        }
    }

    /// The delivery that it is.
    ///
    /// # Errors
    /// If it is none, or its body cannot be read.
    pub fn delivery(&self) -> Result<Delivery> {
        let event = self.function_url_event()?;
        let request = Request::read(&event).map_err(|error| self.fault(&error))?;
        match receive(request, &OriginGuard::default(), self.received_at, REQUEST_ID) {
            Reception::Delivery { delivery, .. } => Ok(delivery),
            Reception::Question { .. } => Err(self.fault(&"it is a question about the URL, and no delivery")),
            Reception::Answer(answer) => {
                Err(self.fault(&format!("it is no delivery, and answered {}", answer.outcome())))
            }
            Reception::Refusal(refusal) => Err(self.fault(&refusal)),
            Reception::Fault(fault) => Err(self.fault(&fault)),
        }
    }

    /// The keys that the sender publishes, for a source whose secret says `secret`.
    ///
    /// # Errors
    /// If a key set has none of its algorithm.
    pub fn published_keys(&self, secret: &str) -> Result<PublicKeys> {
        let Ok(source) = Source::parse(self.source.clone(), secret) else {
            return Ok(PublicKeys::default());
        };
        let delivery = self.delivery().ok();
        let Some(address) = delivery.as_ref().and_then(|delivery| published_at(delivery, &source)) else {
            return Ok(PublicKeys::default());
        };
        let read = |document: &str| PublicKeys::of_document(&address, document.as_bytes(), self.received_at);
        match address.document() {
            KeyDocument::KeySet => {
                let keys = self.key_set.as_ref().map(|keys| read(&keys.to_string())).transpose();
                keys.map(Option::unwrap_or_default).map_err(|error| self.fault(&format!("`key_set`: {error}")))
            }
            // One that is of no use proves nothing.
            KeyDocument::Certificate => {
                let certificate = self.certificates.get(address.url());
                Ok(certificate.and_then(|text| read(text).ok()).unwrap_or_default())
            }
        }
    }

    /// What the source's secret says.
    #[must_use]
    pub fn secret_json(&self) -> String {
        Value::Object(self.secret.clone()).to_string()
    }

    /// What ingest makes of it, where nothing is known but the request before and everything works.
    ///
    /// # Errors
    /// If the source cannot be used, or the request cannot be one.
    pub fn verdict(&self) -> Result<Verdict> {
        let event = self.function_url_event()?;
        let request = Request::read(&event).map_err(|error| self.fault(&error))?;
        Ok(match receive(request, &OriginGuard::default(), self.received_at, REQUEST_ID) {
            Reception::Answer(answer) => Verdict::answered(None, &answer),
            Reception::Refusal(refusal) => Verdict::refused(refusal),
            Reception::Fault(_) => Verdict::answered(None, &Answer::Unavailable),
            Reception::Question { source, .. } if source != self.source => Verdict::refused(Refusal::UnknownSource),
            Reception::Question { question, allow, .. } => {
                match answer_unsigned(&question, ChallengeMethod::Get, &self.parse_source()?) {
                    None => Verdict::answered(None, &Answer::Ready { allow }),
                    Some(Ok(reply)) => Verdict::answered(None, &Answer::Challenge(reply)),
                    Some(Err(refusal)) => Verdict::answered(Some(refusal), &Answer::Ready { allow }),
                }
            }
            Reception::Delivery { source, .. } if source.as_ref() != Some(&self.source) => {
                Verdict::refused(Refusal::UnknownSource)
            }
            Reception::Delivery { delivery, .. } => {
                let source = self.parse_source()?;
                let before = self.before.as_ref().map(|before| before.verdict()).transpose()?;
                let before = before.map(|before| before.events).unwrap_or_default();
                match accept(delivery, &source, &self.published_keys(&self.secret_json())?) {
                    Ok(Acceptance::Reply(reply)) => Verdict::answered(None, &Answer::Challenge(reply)),
                    Ok(Acceptance::Event(verified)) => Verdict::event(*verified, &source, &before),
                    Ok(Acceptance::Batch(events)) => Verdict::batch(events, &source, &before),
                    Ok(Acceptance::TooManyEvents) => Verdict::answered(None, &Answer::TooManyEvents),
                    Err(rejection) => Verdict::refused(rejection.refusal),
                }
            }
        })
    }

    /// What of `verdict` is not as it is expected, in words; nothing if nothing is expected.
    #[must_use]
    pub fn differences(&self, verdict: &Verdict) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, expected: String, found: String| {
            if expected != found {
                differences.push(format!("{what}: {found}, and not {expected}"));
            }
        };
        let Expected { accepted, event, events, repeat, answered, unanswered, refused } = &self.expected;
        if let Some(refused) = refused {
            compare("refusal", refused.clone(), verdict.word());
        }
        if *repeat {
            compare("verdict", DUPLICATE.to_owned(), verdict.word());
        }
        if let Some(ReplyText { status, media_type, headers, body }) = answered {
            compare("answer", answer(*status, media_type, headers, body), answer_of(&verdict.response));
        }
        if *unanswered {
            let is_probe = verdict.refusal.is_none() && verdict.response.headers.contains_key("allow");
            compare("is a probe", true.to_string(), is_probe.to_string());
        }
        if let Some(accepted) = accepted {
            let found = verdict.events.first().map(|event| proof(&event.verified));
            compare("proof", accepted.to_string(), found.map_or_else(|| verdict.word(), |proof| proof.to_string()));
        }
        if event.is_some() && verdict.events.len() != 1 {
            compare("event", "one".to_owned(), verdict.word());
        } else if !events.is_empty() && verdict.events.len() != events.len() {
            compare("events", events.len().to_string(), verdict.events.len().to_string());
        } else {
            for (expected, found) in
                event.iter().chain(events).zip(verdict.events.iter().map(|event| event.verified.event()))
            {
                compare("event id", expected.id.clone(), found.id.to_string());
                compare("event type", expected.event_type.clone(), found.event_type.to_string());
            }
        }
        if self
            .published_event
            .as_ref()
            .is_some_and(|expected| verdict.events.first().and_then(|event| event.published.as_ref()) != Some(expected))
        {
            differences.push("the published event is another one".to_owned());
        }
        differences
    }

    fn parse_source(&self) -> Result<Source> {
        Source::parse(self.source.clone(), &self.secret_json()).map_err(|error| self.fault(&error))
    }

    fn fault(&self, fault: &dyn std::fmt::Display) -> Error {
        Error::Usage(format!("{}: {fault}", self.name))
    }

    /// The event that Lambda would hand to ingest.
    fn function_url_event(&self) -> Result<String> {
        let SentRequest { method, url, headers, .. } = &self.request;
        let body = self.request.body().map_err(|error| self.fault(&error))?;
        let request = RecordedRequest { method, url, headers, body: &body };
        request.function_url_event().ok_or_else(|| self.fault(&"`url` must be a whole URL"))
    }
}

/// The invocation that no recorded request has; with `dedupe` off it is part of the event's id.
const REQUEST_ID: &str = "request-1";

/// An answer to a challenge, in words.
fn answer(status: u16, media_type: &str, headers: &[(String, String)], body: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!(" {name}: {value}")).collect();
    format!("{status} {media_type}{headers} {body}")
}

fn answer_of(response: &Response) -> String {
    let own = |name: &str| !["content-type", "x-content-type-options"].contains(&name);
    let headers = response.headers.iter().filter(|(name, _)| own(name));
    let headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let media_type = response.headers.get("content-type").map_or("", |text| text);
    answer(response.status_code, media_type, &headers, &response.body)
}

#[cfg(test)]
mod tests;
