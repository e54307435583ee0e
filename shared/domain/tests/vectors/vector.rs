//! A vector, as `tests/vectors/README.md` describes them, and what Landfall makes of it.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use domain::canonical::Canonical;
use domain::delivery::Delivery;
use domain::event::{Matched, VerifiedEvent};
use domain::public_keys::PublicKeys;
use domain::published::{Carriage, publish};
use domain::request::Request;
use domain::route::{Route, route};
use domain::source::Source;
use domain::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::{Refused, verify_with};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A delivery, and what a receiver must make of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) shows: String,
    pub(crate) source: ConfiguredSource,
    #[serde(default)]
    key_set: Option<Value>,
    received_at: String,
    request: SentRequest,
    #[serde(default)]
    accepted: Option<Proof>,
    #[serde(default)]
    event: Option<EventText>,
    #[serde(default)]
    refused: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfiguredSource {
    name: String,
    pub(crate) secret: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    body_base64: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    verified_by: String,
    #[serde(default)]
    secret: Option<usize>,
    #[serde(default)]
    public_key: Option<usize>,
    #[serde(default)]
    published_key: Option<usize>,
    #[serde(default)]
    token: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventText {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
}

impl Vector {
    /// Reads a file.
    pub(crate) fn read(file: &Path) -> Vector {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// The same for a source whose operator describes the sender.
    pub(crate) fn described_by(mut self, scheme: Value) -> Vector {
        self.source.secret.remove("provider");
        self.source.secret.insert("scheme".to_owned(), scheme);
        self
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.accepted.is_some()
    }

    /// What it says, in a line.
    pub(crate) fn expected(&self) -> String {
        match (&self.accepted, &self.event, &self.refused) {
            (None, None, Some(refused)) => format!("refused: {refused}"),
            (Some(accepted), Some(EventText { id, event_type }), None) => {
                let &Proof { ref verified_by, secret, public_key, published_key, token } = accepted;
                let matched = Matched { secret, public_key, published_key, token };
                format!("{verified_by} by {} | {event_type} | {id}", proof(matched))
            }
            _ => panic!("{}: it is `accepted` with an `event`, or `refused`", self.shows),
        }
    }

    /// What Landfall makes of it, in the same words.
    pub(crate) fn found(&self) -> String {
        match self.verified(&self.source()) {
            Ok(verified) => {
                let event = verified.event();
                format!("{} by {} | {} | {}", event.verified_by, proof(verified.matched()), event.event_type, event.id)
            }
            Err(refused) => format!("refused: {}", refused.refusal),
        }
    }

    /// The event that is published of it, whole.
    pub(crate) fn published(&self) -> Value {
        let source = self.source();
        let verified = self.verified(&source).expect("a genuine delivery");
        let canonical = Canonical::of(&source.sender, &verified.event().headers, verified.body());
        let published = publish(verified.event(), &canonical, verified.body(), Carriage::Whole);
        serde_json::from_str(&published.json).expect("an event is JSON")
    }

    /// As the ingest function does it, from the event that Lambda hands to it.
    fn verified(&self, source: &Source) -> Result<VerifiedEvent, Refused> {
        let event = self.function_url_event().to_string();
        let request = Request::read(&event).expect("a function URL's event");
        let Route::Deliver { source: Some(name), token } = route(request.method(), request.path()) else {
            panic!("{} {} delivers to no source", self.request.method, self.request.url);
        };
        let (url, headers, body) = request.into_parts().expect("a body that can be taken");
        let received_at = Timestamp::parse_rfc3339(&self.received_at).expect("an instant");
        let delivery = Delivery { url, token, headers, body, received_at, request_id: "request-1".to_owned() };
        assert_eq!(name, source.name, "the URL is another source's");
        let keys = self.key_set.as_ref().map(|keys| PublicKeys::of_key_set(keys.to_string().as_bytes()));
        verify_with(delivery, source, &keys.transpose().expect("a key set").unwrap_or_default())
    }

    fn source(&self) -> Source {
        let name = SourceName::parse(&self.source.name).expect("a source's name");
        let secret = Value::Object(self.source.secret.clone()).to_string();
        Source::parse(name, &secret).unwrap_or_else(|error| panic!("{}: {error}", self.shows))
    }

    fn function_url_event(&self) -> Value {
        let SentRequest { method, url, headers, body, body_base64 } = &self.request;
        let (before_query, query) = url.split_once('?').unwrap_or((url, ""));
        let host_and_path = before_query.strip_prefix("https://").expect("an https URL");
        let (host, path) = host_and_path.split_at(host_and_path.find('/').expect("a path"));
        // Headers that were sent more than once come joined.
        let mut joined: HashMap<&str, String> = HashMap::new();
        for (name, value) in headers {
            joined.entry(name).and_modify(|known| *known = format!("{known},{value}")).or_insert_with(|| value.clone());
        }
        let (body, is_base64) = match (body, body_base64) {
            (Some(text), None) => (text, false),
            (None, Some(base64)) => (base64, true),
            _ => panic!("{}: it has `body` or `body_base64`", self.shows),
        };
        json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": joined,
            "requestContext": {"domainName": host, "http": {"method": method}},
            "body": body,
            "isBase64Encoded": is_base64,
        })
    }
}

fn proof(matched: Matched) -> String {
    let Matched { secret, public_key, published_key, token } = matched;
    let named = [("secret", secret), ("public key", public_key), ("published key", published_key), ("token", token)];
    let parts: Vec<String> =
        named.iter().filter_map(|(name, index)| index.map(|index| format!("{name} {index}"))).collect();
    parts.join(" and ")
}

/// The names of the vectors in a sender's folder, without their ending.
pub(crate) fn names(folder: &Path) -> BTreeSet<String> {
    let Ok(files) = fs::read_dir(folder) else {
        return BTreeSet::new();
    };
    let names = files.map(|file| file.expect("a readable folder").file_name().into_string().expect("a plain name"));
    // What ends in `.event.json` is what is published of the vector beside it.
    names
        .filter_map(|name| name.strip_suffix(".json").filter(|name| !name.ends_with(".event")).map(str::to_owned))
        .collect()
}
