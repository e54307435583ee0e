//! Every way in which a sender's API is asked about a job of which nothing was delivered: the cases of `polls.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use domain::confirm::{ApiAnswer, ApiRequest, JobAnswer, JobInquiry};
use domain::content::canonical::Canonical;
use domain::delivery::headers::Headers;
use domain::description::Scheme;
use domain::event::event_id::EventId;
use domain::event::{Event, Origin, VerifiedBy};
use domain::expectation::ExpectationMessage;
use domain::ledger::job::Job;
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::source::{ExpectOptions, Source};
use domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use testdata::delivery::{DeliveryFile, RecordedDelivery};
use url::Url;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
/// Both halves, for senders that want a pair.
const KEY: &str = "access-1:sk-0123456789";

/// Ids that would lead the key elsewhere if they were not encoded.
const HOSTILE_IDS: [&str; 16] = [
    "../../v1/keys",
    "a/b",
    "/",
    "a?b=c",
    "a#b",
    "a&key=b",
    "a=b",
    "a+b",
    "%2e%2e",
    "%2f..%2f",
    "a\\b",
    "a b",
    "a:b@c",
    ";a",
    "é\u{202e}",
    "{id}",
];
/// Ids that no encoding keeps within a segment.
const STEPS: [&str; 2] = [".", ".."];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    provider: String,
    #[serde(default = "job")]
    thing: String,
    id: String,
    #[serde(default = "nothing")]
    options: String,
    #[serde(default = "nothing")]
    hint: String,
    asked: String,
    #[serde(default)]
    header: String,
    #[serde(default)]
    body: String,
    delivery: String,
    same_id: bool,
    #[serde(default = "yes")]
    same_assets: bool,
    done: String,
    failed: Option<String>,
    #[serde(default = "ok")]
    failed_status: u16,
    running: String,
    #[serde(default = "ok")]
    running_status: u16,
    unknown: Option<String>,
    #[serde(skip)]
    recorded: Option<RecordedDelivery>,
}

fn job() -> String {
    "job".to_owned()
}

fn nothing() -> String {
    "{}".to_owned()
}

const fn yes() -> bool {
    true
}

const fn ok() -> u16 {
    200
}

fn cases() -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/polls.toml");
    let cases: Cases = toml::from_str(&fs::read_to_string(file).expect("the cases")).expect("they are TOML");
    let mut files: BTreeMap<String, DeliveryFile> = BTreeMap::new();
    let recorded = |case: Case| {
        let file = files.entry(case.provider.clone()).or_insert_with(|| DeliveryFile::of(&case.provider));
        let delivery = file.deliveries.iter().find(|delivery| delivery.name == case.delivery).cloned();
        assert!(delivery.is_some(), "{} has no delivery {}", case.provider, case.delivery);
        Case { recorded: delivery, ..case }
    };
    cases.case.into_iter().map(recorded).collect()
}

impl Case {
    fn name(&self) -> String {
        format!("{} {} {}", self.provider, self.thing, self.asked)
    }

    fn provider(&self) -> Provider {
        self.provider.parse().expect("a sender of the catalogue")
    }

    fn source(&self) -> SourceName {
        SourceName::parse("test").expect("a name")
    }

    /// What a source with `expect` says of its sender's API.
    fn options(&self) -> ExpectOptions {
        let mut secret: Map<String, Value> = serde_json::from_str(&self.options).expect("options are JSON");
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let fields = json!({"provider": self.provider, "token_sha256": [digest], "api_key": KEY, "expect": {}});
        secret.extend(fields.as_object().cloned().expect("an object"));
        let scheme = &self.provider().description().expect("it is described").scheme;
        if !matches!(scheme, Scheme::UrlToken | Scheme::PublicKey(_)) {
            secret.insert("secrets".to_owned(), json!(["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"]));
        }
        if self.provider == "assemblyai" {
            secret.insert("token_header".to_owned(), json!("x-token"));
        }
        let source = Source::parse(self.source(), &Value::Object(secret).to_string())
            .unwrap_or_else(|error| panic!("{}: {error}", self.name()));
        let options = source.options.unwrap_or_else(|error| panic!("{}: {error}", self.name()));
        options.expect.expect("it was asked for")
    }

    /// How the API is asked about the job `id`, as an application's message has it.
    fn inquiry(&self, id: &str, hint: &Value) -> Option<JobInquiry> {
        let message = json!({"v": 1, "source": "test", "job_id": id, "thing": self.thing, "hint": hint});
        let message = ExpectationMessage::decode(&message.to_string(), NOW).ok()?;
        let ExpectationMessage::Expect(expectation) = message else { panic!("it expects a job") };
        let job = Job {
            source: self.source(),
            provider: self.provider(),
            thing: expectation.thing,
            subject: expectation.job_id,
        };
        let sender = self.provider().sender().expect("it is described");
        JobInquiry::about(&job, &expectation.hint, sender, &self.options().access, NOW)
    }

    fn hint(&self) -> Value {
        serde_json::from_str(&self.hint).expect("a hint is JSON")
    }

    /// The webhook that would have reported the end.
    fn webhook(&self) -> Canonical {
        let delivery = self.recorded.as_ref().expect("it was read");
        let sender = self.provider().sender().expect("it is described");
        let headers: Headers = delivery.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Canonical::of(sender, &sender.kept(&headers), &delivery.body)
    }

    /// An answer with parts of the webhook's body in their places.
    fn filled(&self, answer: &str) -> String {
        let body: Value =
            serde_json::from_slice(&self.recorded.as_ref().expect("it was read").body).expect("the body is JSON");
        let mut parts = answer.split("{delivery");
        let mut filled = parts.next().expect("there is a first part").to_owned();
        for part in parts {
            let (pointer, rest) = part.split_once('}').expect("the brace is closed");
            let value = body.pointer(pointer).unwrap_or_else(|| panic!("{}: no {pointer}", self.name()));
            filled.push_str(&value.to_string());
            filled.push_str(rest);
        }
        filled
    }

    fn read(&self, status: u16, answer: &str) -> JobAnswer {
        let inquiry = self.inquiry(&self.id, &self.hint()).unwrap_or_else(|| panic!("{} is not asked", self.name()));
        let answer = ApiAnswer { status, body: self.filled(answer).into_bytes(), retry_after: None };
        inquiry.read(&answer, &self.options(), NOW, "request-1")
    }

    fn ended(&self, status: u16, answer: &str) -> (Event, Canonical) {
        let JobAnswer::Ended(polled) = self.read(status, answer) else {
            panic!("{}: {status} {answer} tells of no end", self.name())
        };
        let (event, body) = polled.into_parts();
        let canonical = Canonical::of(self.provider().sender().expect("a sender"), &BTreeMap::new(), &body);
        (event, canonical)
    }

    fn not_ended(&self, status: u16, answer: &str) {
        let answered = self.read(status, answer);
        assert!(matches!(answered, JobAnswer::NotEnded), "{}: {status} {answer}: {answered:?}", self.name());
    }
}

fn urls(canonical: &Canonical) -> BTreeSet<&str> {
    canonical.details.assets.iter().map(|asset| asset.url.as_str()).collect()
}

#[test]
fn each_is_asked_as_its_documentation_says() {
    for case in cases() {
        let inquiry = case.inquiry(&case.id, &case.hint()).unwrap_or_else(|| panic!("{} is not asked", case.name()));
        assert!(!format!("{inquiry:?}").contains("sk-0123456789"), "{} shows its key", case.name());
        let ApiRequest { method, url, headers, body } = inquiry.request();
        assert_eq!(format!("{method} {url}"), case.asked);
        assert_eq!(body.replace(KEY, "{key}"), case.body, "{}", case.name());
        let own = headers.iter().filter(|(name, _)| !["accept", "user-agent", "content-type"].contains(&name.as_str()));
        let own: Vec<String> = own.map(|(name, value)| format!("{name}: {}", shown(value))).collect();
        assert_eq!(own.join("\n"), case.header, "{}", case.name());
    }
}

/// A header's value without the key, or what was signed with it.
fn shown(value: &str) -> String {
    match value.strip_prefix("Bearer ") {
        Some(token) if token.split('.').count() == 3 => "Bearer {jwt}".to_owned(),
        _ => value.replace(KEY, "{key}"),
    }
}

#[test]
fn an_end_that_is_asked_for_reads_as_its_webhook() {
    for case in cases() {
        let (webhook, (event, told)) = (case.webhook(), case.ended(200, &case.done));
        let name = case.name();
        assert_eq!(event.event_type, webhook.head.event_type, "{name}");
        assert_eq!((event.origin, event.verified_by), (Origin::Poll, VerifiedBy::Confirmed), "{name}");
        assert_eq!(event.subject, webhook.head.subject, "{name}");
        assert_eq!(told.details.job.id, webhook.details.job.id, "{name}");
        if case.same_assets {
            assert_eq!(urls(&told), urls(&webhook), "{name}");
        }
        let id_of_webhook = EventId::new(&case.source(), webhook.head.key.iter().map(String::as_str));
        assert_eq!(event.id == id_of_webhook, case.same_id, "{name}: {} and {id_of_webhook}", event.id);
        // A second answer makes the same event.
        assert_eq!(case.ended(200, &case.done).0.id, event.id, "{name}");
    }
}

#[test]
fn a_failure_that_is_asked_for_reads_as_one() {
    for case in cases() {
        let Some(failed) = &case.failed else { continue };
        let (event, _) = case.ended(case.failed_status, failed);
        let expected = case.webhook().head.event_type.to_string().replace(".completed", ".failed");
        assert_eq!(event.event_type.to_string(), expected, "{}", case.name());
        assert_eq!(event.subject.as_deref(), Some(&*case.id), "{}", case.name());
    }
}

#[test]
fn what_goes_on_or_is_not_known_has_not_ended() {
    for case in cases() {
        case.not_ended(case.running_status, &case.running);
        if let Some(unknown) = &case.unknown {
            case.not_ended(200, unknown);
        }
        for status in [204, 301, 404, 410] {
            case.not_ended(status, &case.done);
        }
        for senseless in ["", "null", "[]", "{}", r#"{"data":null}"#, "<html>", r#""done""#] {
            // Of what is no object, a result could be one: fal's applications answer as they like.
            if case.provider != "fal" {
                case.not_ended(200, senseless);
            }
        }
        for status in [401, 403, 408, 429, 500, 502, 503] {
            let answered = case.read(status, &case.done);
            assert!(matches!(answered, JobAnswer::Trouble { .. }), "{}: {status}", case.name());
        }
    }
}

/// An answer about another job ends nothing, wherever an answer names its job.
#[test]
fn an_answer_about_another_job_ends_nothing() {
    let names_none = ["fal", "elevenlabs"];
    for case in cases().into_iter().filter(|case| !names_none.contains(&&*case.provider)) {
        let answer = case.filled(&case.done).replace(&case.id, "another-0000-0000-0000-000000000000");
        case.not_ended(200, &answer);
    }
}

/// The origin, the length of the path, and the names of the query.
fn shape(url: &str) -> (String, usize, Vec<String>) {
    let url = Url::parse(url).expect("a URL");
    let names = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    (url.origin().ascii_serialization(), url.path_segments().map_or(0, Iterator::count), names)
}

impl Case {
    fn url(&self) -> &str {
        self.asked.split_once(' ').expect("a method and a URL").1
    }
}

#[test]
fn no_id_leads_a_key_elsewhere() {
    let cases = cases();
    for case in &cases {
        // What an id is like can decide which of a sender's polls is taken.
        let usual: Vec<_> =
            cases.iter().filter(|other| other.provider == case.provider).map(|other| shape(other.url())).collect();
        for id in HOSTILE_IDS {
            let Some(inquiry) = case.inquiry(id, &case.hint()) else { continue };
            let asked = &inquiry.request().url;
            assert!(usual.contains(&shape(asked)), "{}: {id} leads to {asked}", case.name());
            assert_eq!(Url::parse(asked).expect("a URL").as_str(), asked, "{}: {id} is not rewritten", case.name());
        }
        for step in STEPS {
            let in_path = Url::parse(case.url()).expect("a URL").path().contains(&*case.id);
            let asked = case.inquiry(step, &case.hint());
            assert!(asked.is_none() || !in_path, "{}: {step} leads to {asked:?}", case.name());
        }
    }
}

/// What a hint fills in is held to the same.
#[test]
fn no_hint_leads_a_key_elsewhere() {
    for case in cases() {
        let hint = case.hint();
        let Some((first, _)) = hint["body"].as_object().and_then(|members| members.iter().next()) else { continue };
        for hostile in HOSTILE_IDS.iter().chain(&STEPS).chain(&[""]) {
            let mut hint = hint.clone();
            hint["body"][first] = json!(hostile);
            let Some(inquiry) = case.inquiry(&case.id, &hint) else { continue };
            let asked = &inquiry.request().url;
            assert_eq!(shape(asked), shape(case.url()), "{}: {hostile} leads to {asked}", case.name());
        }
    }
}

#[test]
fn no_family_leads_a_key_elsewhere() {
    for case in cases() {
        for family in ["", "..", "../v1", "a/../b", "/a", "a/", "A", "a?b", "a%2fb", "a/b/c/d", "a b"] {
            let hint = json!({"family": family, "body": case.hint().get("body").cloned().unwrap_or_else(|| json!({}))});
            assert!(case.inquiry(&case.id, &hint).is_none(), "{}: {family}", case.name());
        }
    }
    let by_provider = |name: &str| cases().into_iter().find(|case| case.provider == name).expect("a case");
    // Of the applications of fal, only those that the source lists; of the endpoints of Kling, those of its description.
    let check = |provider: &str, family: &str, expected: bool| {
        let case = by_provider(provider);
        let asked = case.inquiry(&case.id, &json!({ "family": family }));
        assert_eq!(asked.is_some(), expected, "{provider}: {family}");
    };
    check("fal", "workflows/fal-ai/sdxl-sticker", true);
    check("fal", "fal-ai/kling-video", false);
    check("fal", "fal-ai", false);
    check("kling", "image2video", true);
    check("kling", "account", false);
    check("shotstack", "stage", true);
    check("shotstack", "v2", false);
    check("modelslab", "a/b", false);
}

#[test]
fn every_poll_of_the_catalogue_has_a_case() {
    let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
    for case in cases() {
        let url = Url::parse(case.url()).expect("a URL");
        asked.insert((case.provider.clone(), format!("{}{}", url.host_str().unwrap_or_default(), url.path())));
    }
    for provider in Provider::ALL {
        let polls = provider.description().map(|description| description.polls.len()).unwrap_or_default();
        let tried = asked.iter().filter(|(name, _)| name == provider.as_str()).count();
        assert!(tried >= polls, "{provider} has {polls} polls, of which {tried} are tried");
    }
}
