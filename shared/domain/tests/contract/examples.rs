//! `examples/events.json`: one event of each type and form, as the real code writes it of a recorded delivery.
//!
//! `UPDATE_EXPECT=1` rewrites them; read the difference before you commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::content::asset::StoredCopy;
use domain::content::canonical::Canonical;
use domain::description::DefaultReport;
use domain::digest::Digest;
use domain::event::event_type::{EventType, Status, Thing};
use domain::event::{Event, Origin};
use domain::expectation::Hint;
use domain::expectation::job_expired::{self, ExpiryReason, expired};
use domain::ledger::job::{Job, JobRecord, JobState};
use domain::ledger::record::BodyRef;
use domain::provider::Provider;
use domain::published::{PayloadPlacement, PublishedEvent, assets_object, publish};
use expect_test::expect_file;
use serde_json::{Map, Value, json};

use crate::layout::laid_out;
use crate::recorded::{self, BUCKET};
use crate::schema::Schema;

/// How an example differs from what the recorded delivery alone would give.
enum Form {
    Whole,
    /// An operator had it processed again.
    Replayed,
    /// The first asset has a copy in the bucket.
    StoredCopy,
    BodyByReference,
    AllByReference,
    /// The webhook never came, and the sender's API reported no end.
    Expired,
}

/// Name of the example, recorded delivery, form.
const EXAMPLES: [(&str, &str, Form); 21] = [
    ("job-created", "firecrawl/crawl-started", Form::Whole),
    ("job-progress", "get3w/v3-processing", Form::Whole),
    ("job-completed", "get3w/v3-completed", Form::Whole),
    ("job-completed-replayed", "get3w/v3-completed", Form::Replayed),
    ("job-completed-archived", "csm/text-to-image-complete", Form::StoredCopy),
    ("job-completed-body-by-reference", "modelslab/video-success", Form::BodyByReference),
    ("job-completed-all-by-reference", "get3w/v3-completed-two-videos", Form::AllByReference),
    ("job-failed", "glossi/job-failed", Form::Whole),
    ("job-expired", "csm/image-to-3d-complete", Form::Expired),
    ("training-progress", "modelslab/training-deploying-gpu", Form::Whole),
    ("training-completed", "modelslab/training-model-ready", Form::Whole),
    ("training-failed", "modelslab/training-failed", Form::Whole),
    ("workflow-completed", "modelslab/workflow-completed", Form::Whole),
    ("workflow-failed", "modelslab/workflow-failed", Form::Whole),
    ("model-completed", "glossi/model-processed", Form::Whole),
    ("model-failed", "glossi/model-failed", Form::Whole),
    ("project-created", "glossi/project-created", Form::Whole),
    ("event-occurred", "stripe/setup-intent-created", Form::Whole),
    ("unrecognized", "glossi/unrecognized-event", Form::Whole),
    ("unrecognized-text", "get3w/not-json", Form::Whole),
    ("unrecognized-base64", "glossi/not-utf8", Form::Whole),
];

#[test]
fn the_examples_are_what_the_code_writes() {
    let schema = Schema::load("published-event");
    let mut examples = Vec::new();
    for (name, delivery, form) in &EXAMPLES {
        let (published, objects) = example(delivery, form);
        let value: Value = serde_json::from_str(&published.json).expect("an event is JSON");
        assert_eq!(schema.faults(&value), Vec::<String>::new(), "{name}");
        assert!(published.fits(), "{name}");
        let attributes = Value::Object(attributes(&published));
        let objects = objects.into_iter().map(|(what, bytes)| {
            let text = String::from_utf8(bytes).expect("these bodies are text");
            format!(r#","{what}":{}"#, Value::String(text))
        });
        let objects: String = objects.collect();
        examples.push(format!(r#""{name}":{{"event":{},"attributes":{attributes}{objects}}}"#, published.json));
    }
    expect_file![folder().join("events.json")].assert_eq(&laid_out(&format!("{{{}}}", examples.join(","))));
}

/// The consumers' shared case of that name is about all of them.
#[test]
fn consumers_try_every_example() {
    let cases = fs::read_to_string(folder().join("consumers/cases.json")).expect("the cases");
    let cases: Value = serde_json::from_str(&cases).expect("the cases are JSON");
    let records = cases["every-example"]["batches"][0]["records"].as_array().expect("a list of messages");
    let tried: BTreeSet<&str> = records.iter().filter_map(|record| record["example"].as_str()).collect();
    assert_eq!(tried, EXAMPLES.iter().map(|(name, ..)| *name).collect());
}

#[test]
fn there_is_an_example_of_each_type_that_the_catalogue_reports() {
    let descriptions = Provider::ALL.into_iter().filter_map(Provider::description);
    let reports = descriptions.flat_map(|description| description.shapes.iter()).flat_map(|shape| {
        let otherwise = match shape.otherwise {
            Some(DefaultReport::Report(report)) => Some(report),
            Some(DefaultReport::Unrecognized) | None => None,
        };
        shape.report.iter().map(|rule| rule.is).chain(otherwise)
    });
    let types = reports.map(EventType::from).chain([EventType::Expired(Thing::Job), EventType::Unrecognized]);
    let seen = EXAMPLES.iter().map(|(_, delivery, form)| type_of(&example(delivery, form).0));
    assert_eq!(seen.collect::<BTreeSet<_>>(), types.map(|of| of.to_string()).collect());
}

/// An operator's own description can report more than the catalogue does.
#[test]
fn the_schema_knows_each_type_that_a_description_can_report() {
    let every = Thing::ALL.into_iter().flat_map(|thing| Status::ALL.map(|status| EventType::Known(thing, status)));
    // What does not go together is not read back.
    let every = every.chain(Thing::ALL.map(EventType::Expired)).chain([EventType::Unrecognized]);
    let every = every.filter(|of| EventType::parse(&of.to_string()) == *of);
    let schema = Schema::load("published-event");
    let types = schema.text["properties"]["type"]["enum"].as_array().expect("a list of types");
    let known: BTreeSet<String> = types.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    assert_eq!(known, every.map(|of| of.to_string()).collect());
}

fn type_of(published: &PublishedEvent) -> String {
    let event: Value = serde_json::from_str(&published.json).expect("an event is JSON");
    event["type"].as_str().expect("an event has a type").to_owned()
}

/// The example's event, and what of it lies in the bucket.
fn example(delivery: &str, form: &Form) -> (PublishedEvent, Vec<(&'static str, Vec<u8>)>) {
    let verified = recorded::event(delivery);
    let (event, body) = (verified.event(), verified.body());
    let mut canonical = Canonical::of(recorded::sender(event), &event.headers, body);
    let body_ref = BodyRef::of(BUCKET, event, body.len() as u64);
    match form {
        Form::Whole => (publish(event, &canonical, body, PayloadPlacement::Whole), Vec::new()),
        Form::Replayed => {
            let event = Event { replay: 1, origin: Origin::Replay, ..event.clone() };
            (publish(&event, &canonical, body, PayloadPlacement::Whole), Vec::new())
        }
        Form::StoredCopy => {
            let copy = Digest::of(b"what the sender's URL gave");
            let asset = canonical.details.assets.first_mut().expect("the delivery has an asset");
            asset.archived = Some(StoredCopy {
                bucket: BUCKET.to_owned(),
                key: format!("assets/{}/2025-09-01/{}/0-image.png", event.source, event.id.digest()),
                size: 26,
                sha256: copy.to_string(),
            });
            (publish(event, &canonical, body, PayloadPlacement::Whole), Vec::new())
        }
        Form::Expired => {
            let record = JobRecord {
                job: Job {
                    source: event.source.clone(),
                    provider: event.provider,
                    thing: Thing::Job,
                    subject: event.subject.clone().expect("the delivery names its job"),
                },
                state: JobState::Waiting,
                submitted_at: Some(event.received_at - Duration::from_secs(24 * 60 * 60)),
                hint: Hint::default(),
                sweeps: 9,
                give_up_at: Some(event.received_at),
                expired_at: None,
                completed: None,
                failed: None,
                expires_at_seconds: None,
            };
            let (expired, body) = expired(&record, ExpiryReason::NotEnded, event.received_at, &event.recorded_by);
            let canonical = job_expired::canonical(Thing::Job, &body);
            (publish(&expired, &canonical, &body, PayloadPlacement::Whole), Vec::new())
        }
        Form::BodyByReference => (
            publish(event, &canonical, body, PayloadPlacement::BodyByReference(&body_ref)),
            vec![("body", body.to_vec())],
        ),
        Form::AllByReference => {
            let (assets, assets_ref) = assets_object(event, &canonical, BUCKET);
            let carriage = PayloadPlacement::AllByReference { body: &body_ref, assets: &assets_ref };
            (publish(event, &canonical, body, carriage), vec![("body", body.to_vec()), ("assets", assets)])
        }
    }
}

/// The attributes as `aws sns publish` and `aws sqs send-message` take them.
fn attributes(published: &PublishedEvent) -> Map<String, Value> {
    let attribute = |(name, value): &(&'static str, String)| {
        ((*name).to_owned(), json!({"DataType": "String", "StringValue": value}))
    };
    published.attributes.iter().map(attribute).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}
