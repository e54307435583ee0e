//! A vector, as `tests/vectors/README.md` describes them, and what Landfall makes of it.

use std::collections::BTreeMap;

use domain::content::canonical::Canonical;
use domain::delivery::Delivery;
use domain::delivery::recorded_request::RecordedRequest;
use domain::delivery::reply::Reply;
use domain::delivery::request::Request;
use domain::delivery::route::{Route, route};
use domain::description::ChallengeMethod;
use domain::event::Event;
use domain::ledger::admit::{Admission, admit_after};
use domain::ledger::schedule::Schedule;
use domain::published::{PayloadPlacement, publish};
use domain::source::Source;
use domain::source::public_keys::PublicKeys;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use domain::verify::{MatchedCredentials, Rejection, VerifiedEvent, answer_unsigned, published_at, verify_with};
use serde_json::Value;
use testdata::vector::{Case, ConfiguredSource, EventText, Expected, Group, Proof, ReplyText, SentRequest, VectorFile};

/// A delivery, and what a receiver must make of it.
pub(crate) struct Vector {
    pub(crate) source: ConfiguredSource,
    key_set: Option<Value>,
    certificates: BTreeMap<String, String>,
    case: Case,
    before: Option<Case>,
}

impl Vector {
    /// Those of a file.
    pub(crate) fn all(file: &VectorFile) -> impl Iterator<Item = Vector> {
        file.cases().map(|(group, case)| Vector::of(file, group, case))
    }

    /// The one that every sender has.
    pub(crate) fn genuine(file: &VectorFile) -> Vector {
        let (group, case) = case(file, "genuine");
        Vector::of(file, group, case)
    }

    fn of(file: &VectorFile, group: &Group, of: &Case) -> Vector {
        let before = of.after.as_deref().map(|name| case(file, name).1.clone());
        Vector {
            source: group.source.clone(),
            key_set: group.key_set.clone(),
            certificates: group.certificates.clone(),
            case: of.clone(),
            before,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.case.name
    }

    /// The same for a source whose operator describes the sender.
    pub(crate) fn described_by(mut self, scheme: Value) -> Vector {
        self.source.secret.remove("provider");
        self.source.secret.insert("scheme".to_owned(), scheme);
        self
    }

    /// What it says, in a line.
    pub(crate) fn expected(&self) -> String {
        let Expected { accepted, event, events, repeat, answered, unanswered, refused } = &self.case.expected;
        if let (Some(accepted), None, [_, ..]) = (accepted, event, &**events) {
            let events = events.iter().map(|EventText { id, event_type }| format!(" | {event_type} | {id}"));
            return format!("{}{}", proven(accepted), events.collect::<String>());
        }
        match (accepted, event, repeat, answered, unanswered, refused) {
            (None, None, false, None, false, Some(refused)) => format!("refused: {refused}"),
            (None, None, false, Some(ReplyText { status, media_type, headers, body }), false, None) => {
                answer_text(*status, media_type, headers, body)
            }
            (None, None, false, None, true, None) => UNANSWERED.to_owned(),
            (Some(accepted), None, true, None, false, None) if self.before.is_some() => {
                format!("{} | a repeat", proven(accepted))
            }
            (Some(accepted), Some(EventText { id, event_type }), false, None, false, None) => {
                format!("{} | {event_type} | {id}", proven(accepted))
            }
            _ => panic!(
                "{}: it is `accepted` with an `event`, with `events` or as a `repeat`, `answered`, `unanswered`, or `refused`",
                self.name()
            ),
        }
    }

    /// What Landfall makes of it, in the same words.
    pub(crate) fn found(&self) -> String {
        let source = self.source();
        let (method, delivery) = self.delivery(&self.case);
        match answer_unsigned(&delivery, method, &source) {
            Some(Ok(reply)) => return reply_text(&reply),
            Some(Err(refusal)) => return format!("refused: {refusal}"),
            None if method == ChallengeMethod::Get => return UNANSWERED.to_owned(),
            None => {}
        }
        let verified = match self.verified(&source, &self.case) {
            Ok(verified) => verified,
            Err(refused) => return format!("refused: {}", refused.refusal),
        };
        if let Some(reply) = verified.challenge() {
            return reply_text(reply);
        }
        let proof = format!("{} by {}", verified.event().verified_by, proof(verified.matched()));
        let events = match verified.items(&source) {
            Ok(events) => events.unwrap_or_else(|| vec![verified]),
            Err(too_many) => return too_many.to_string(),
        };
        let before = self.before(&source);
        let own: Vec<String> =
            events.into_iter().filter_map(|event| beside(&before, event)).map(|own| listed(&own)).collect();
        if own.is_empty() { format!("{proof} | a repeat") } else { format!("{proof}{}", own.concat()) }
    }

    /// The events of the delivery before it.
    pub(crate) fn before(&self, source: &Source) -> Vec<Event> {
        let Some(before) = &self.before else {
            return Vec::new();
        };
        let verified = self.verified(source, before);
        let verified = verified.unwrap_or_else(|refused| panic!("{}: {refused:?} before", self.name()));
        let items = verified.items(source).expect("no more than can be taken");
        items.unwrap_or_else(|| vec![verified]).iter().map(|verified| verified.event().clone()).collect()
    }

    /// The event that is published of it, whole; of several, the first.
    pub(crate) fn published(&self) -> Value {
        let source = self.source();
        let verified = self.verified(&source, &self.case).expect("a genuine delivery");
        let items = verified.items(&source).expect("no more than can be taken");
        let verified = items.and_then(|items| items.into_iter().next()).unwrap_or(verified);
        let canonical = Canonical::of(&source.sender, &verified.event().headers, verified.body());
        let published = publish(verified.event(), &canonical, verified.body(), PayloadPlacement::Whole);
        serde_json::from_str(&published.json).expect("an event is JSON")
    }

    /// As the ingest function reads it, from the event that Lambda hands to it.
    fn delivery(&self, case: &Case) -> (ChallengeMethod, Delivery) {
        let SentRequest { method, url, headers, .. } = &case.request;
        let request = RecordedRequest { method, url, headers, body: &case.request.body().expect("a body") };
        let event = request.function_url_event().expect("a whole URL");
        let request = Request::read(&event).expect("a function URL's event");
        let (method, name, token) = match route(request.method(), request.path()) {
            Route::Deliver { source: Some(name), token } => (ChallengeMethod::Post, name, token),
            Route::Ask { source, token, .. } => (ChallengeMethod::Get, source, token),
            _ => panic!("{} {} is about no source", case.request.method, case.request.url),
        };
        assert_eq!(name.as_str(), self.source.name, "the URL is another source's");
        let (url, headers, body) = request.into_parts().expect("a body that can be taken");
        let received_at = Timestamp::parse_rfc3339(&case.received_at).expect("an instant");
        let token = token.map(Into::into);
        (method, Delivery { url, token, headers, body, received_at, request_id: "request-1".to_owned() })
    }

    fn verified(&self, source: &Source, case: &Case) -> Result<VerifiedEvent, Rejection> {
        let (_, delivery) = self.delivery(case);
        if let Some(address) = published_at(&delivery, source).filter(|_| self.key_set.is_none()) {
            // One that cannot be had, or is of no use, proves nothing.
            let certificate = self.certificates.get(address.url());
            let keys = certificate.and_then(|text| {
                PublicKeys::of_certificate(address.algorithm(), text.as_bytes(), delivery.received_at).ok()
            });
            drop(address);
            return verify_with(delivery, source, &keys.unwrap_or_default());
        }
        let keys = self.key_set.as_ref().map(|keys| {
            let address = source.credentials.key_set().expect("a sender that publishes its keys");
            PublicKeys::of_key_set(address.algorithm(), keys.to_string().as_bytes()).expect("a key set")
        });
        verify_with(delivery, source, &keys.unwrap_or_default())
    }

    pub(crate) fn source(&self) -> Source {
        let name = SourceName::parse(&self.source.name).expect("a source's name");
        let secret = Value::Object(self.source.secret.clone()).to_string();
        Source::parse(name, &secret).unwrap_or_else(|error| panic!("{}: {error}", self.name()))
    }
}

fn case<'f>(file: &'f VectorFile, name: &str) -> (&'f Group, &'f Case) {
    file.case(name).unwrap_or_else(|| panic!("{} has no vector `{name}`", file.sender))
}

/// An event that comes while those `before` are not finished; nothing if it is a repeat of one of them.
fn beside(before: &[Event], second: VerifiedEvent) -> Option<VerifiedEvent> {
    let mut admissions =
        before.iter().filter_map(|first| admit_after(first, second.event(), Schedule::at(TimeScale::REAL)));
    match admissions.next() {
        None => Some(second),
        Some(Admission::Beside) => Some(second.with_body_digest()),
        Some(Admission::Duplicate { .. }) => None,
        Some(admission) => panic!("{admission:?} of a fresh record"),
    }
}

fn listed(verified: &VerifiedEvent) -> String {
    format!(" | {} | {}", verified.event().event_type, verified.event().id)
}

fn proven(proof_of: &Proof) -> String {
    let &Proof { ref verified_by, secret, public_key, published_key, token } = proof_of;
    format!("{verified_by} by {}", proof(MatchedCredentials { secret, public_key, published_key, token }))
}

/// What is found of a question that nobody answers: it is a probe.
const UNANSWERED: &str = "unanswered";

fn reply_text(reply: &Reply) -> String {
    answer_text(reply.status, reply.media_type, &reply.headers, &reply.body)
}

fn answer_text(status: u16, media_type: &str, headers: &[(String, String)], body: &str) -> String {
    format!("answered: {status} {media_type} {headers:?} {body}")
}

fn proof(matched: MatchedCredentials) -> String {
    let MatchedCredentials { secret, public_key, published_key, token } = matched;
    let named = [("secret", secret), ("public key", public_key), ("published key", published_key), ("token", token)];
    let parts: Vec<String> =
        named.iter().filter_map(|(name, index)| index.map(|index| format!("{name} {index}"))).collect();
    parts.join(" and ")
}
