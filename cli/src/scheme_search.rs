//! How recorded deliveries are proven, found by trying: the senders of the catalogue, and the usual forms.

use serde_json::{Map, Value, json};

use crate::sample::Sample;
use crate::scheme_form::SchemeForm;
use crate::sender::Sender;

/// What was found out about recorded deliveries.
#[derive(Clone, Debug, Default)]
pub struct SchemeSearch {
    /// The senders of the catalogue that prove theirs so, those first that read the bodies.
    pub senders: Vec<Match>,
    /// A description that needs no sender of the catalogue, in TOML.
    pub description: Option<String>,
    /// Whether there were more forms than may be tried.
    pub was_cut: bool,
}

/// A sender of the catalogue as which all deliveries are proven.
#[derive(Clone, Debug)]
pub struct Match {
    /// The sender.
    pub sender: Sender,
    /// What the first delivery is read as; none if it was late.
    pub event_type: Option<String>,
}

/// More forms than this are not tried.
const FORMS_MAX: usize = 6_000;
/// Nor more than so many bytes of bodies are signed in trying.
const SIGNED_BYTES_MAX: usize = 1 << 30;
/// How old a delivery may be where nothing is known but that its time is signed, as Standard Webhooks have it.
const LIMIT_SECONDS: u64 = 300;
/// Where bodies usually say what they are about.
const TYPES: [&str; 5] = ["/type", "/event", "/event_type", "/topic", "/action"];

impl SchemeSearch {
    /// Searches for what all `samples` are proven by with `secret`, and where a sender needs more, with what is `known`: the
    /// `account` and the `token_header` of a source's secret.
    #[must_use]
    pub fn of(samples: &[Sample], secret: &str, known: &Map<String, Value>) -> SchemeSearch {
        let Some(first) = samples.first() else { return SchemeSearch::default() };
        let body_bytes = samples.iter().map(|sample| sample.delivery().body.len()).sum::<usize>().max(1);
        let forms_max = FORMS_MAX.min(SIGNED_BYTES_MAX / body_bytes);
        let mut forms = SchemeForm::of(first, secret);
        let form = forms.by_ref().take(forms_max).find(|form| are_proven(samples, &form.toml(None), secret));
        let was_cut = form.is_none() && forms.next().is_some();
        let description = form.and_then(|form| {
            // A limit that the recorded deliveries do not hold is none of the sender's.
            let limits = [form.is_timed().then_some(LIMIT_SECONDS), None];
            let written = limits.map(|limit| description(&form, limit, first));
            written.into_iter().find(|text| are_taken(samples, text, secret))
        });
        SchemeSearch { senders: matches(samples, secret, known), description, was_cut }
    }

    /// Whether nothing fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.senders.is_empty() && self.description.is_none()
    }
}

/// The senders of the catalogue as which all samples are proven.
fn matches(samples: &[Sample], secret: &str, known: &Map<String, Value>) -> Vec<Match> {
    let senders = Sender::names().into_iter().filter_map(|name| Sender::parse(name).ok());
    let mut matches: Vec<Match> = senders
        .filter_map(|sender| {
            let mut content = with_secret(sender.first_content(), sender.shared()?.as_str(), secret);
            let fields = [("account", sender.account_place().is_some()), ("token_header", sender.leaves_header_out())];
            for (field, _) in fields.into_iter().filter(|(_, is_needed)| *is_needed) {
                content.extend(known.get(field).map(|value| (field.to_owned(), value.clone())));
            }
            let sources = samples.iter().map(|sample| sample.source(&content).map(|source| (sample, source)));
            let sources: Vec<_> = sources.collect::<Option<_>>()?;
            let event_type = || sources.first().and_then(|(sample, source)| sample.event_type(source));
            let is_proven = sources.iter().all(|(sample, source)| sample.is_proven(source));
            is_proven.then(|| Match { event_type: event_type(), sender })
        })
        .collect();
    matches.sort_by_key(|found| !found.reads_body());
    matches
}

impl Match {
    /// Whether the sender's bodies look like this.
    #[must_use]
    pub fn reads_body(&self) -> bool {
        self.event_type.as_deref().is_some_and(|event_type| event_type != "landfall.unrecognized")
    }
}

fn with_secret(mut content: Map<String, Value>, field: &str, secret: &str) -> Map<String, Value> {
    content.insert(field.to_owned(), json!([secret]));
    content
}

/// The secret of a source with this description; none if it makes no sense.
fn described(toml: &str, secret: &str) -> Option<Map<String, Value>> {
    let scheme: Map<String, Value> = toml::from_str(toml).ok()?;
    Some(with_secret(Map::from_iter([("scheme".to_owned(), Value::Object(scheme))]), "secrets", secret))
}

fn are_proven(samples: &[Sample], toml: &str, secret: &str) -> bool {
    // What stands before a signature is shown, so it must not be the secret.
    let content = described(toml, secret).filter(|_| !toml.contains(secret));
    content.is_some_and(|content| {
        samples.iter().all(|sample| sample.source(&content).is_some_and(|source| sample.is_proven(&source)))
    })
}

/// Whether the source takes all of them, as ingest would.
fn are_taken(samples: &[Sample], toml: &str, secret: &str) -> bool {
    described(toml, secret).is_some_and(|content| {
        samples.iter().all(|sample| sample.source(&content).is_some_and(|source| sample.event_type(&source).is_some()))
    })
}

fn description(form: &SchemeForm, limit_seconds: Option<u64>, sample: &Sample) -> String {
    let body: Value = serde_json::from_slice(&sample.delivery().body).unwrap_or_default();
    let job_type = TYPES.into_iter().find(|place| body.pointer(place).is_some_and(Value::is_string));
    let mut text = form.toml(limit_seconds);
    if form.signs_url() {
        text.insert_str(
            0,
            "# It signs its URL: where that is not the function's own, the source needs `public_url`.\n",
        );
    }
    if limit_seconds.is_some() {
        text.insert_str(0, "# Take the limits out if the sender's retries have the time of the first attempt.\n");
    }
    text.push_str("\n# What its bodies hold comes next.\n[[shape]]\n");
    if form.has_id() {
        text.push_str("key = \"id\"\nnames = \"event\"\n");
    }
    text.push_str("otherwise = \"event.occurred\"\n");
    if let Some(place) = job_type {
        text.push_str(&format!("details.job_type = \"{place}\"\n"));
    }
    text
}

#[cfg(test)]
mod tests;
