//! Every recorded delivery in `tests/deliveries`, and what Landfall reads from it.
//!
//! `UPDATE_EXPECT=1` rewrites the expectations; look at the difference before believing it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::content::canonical::Canonical;
use domain::content::media::Media;
use domain::delivery::headers::Headers;
use domain::description::DefaultReport;
use domain::provider::Provider;
use expect_test::expect_file;
use testdata::delivery::{DeliveryFile, RecordedDelivery, senders};

#[test]
fn every_delivery_reads_as_expected() {
    for provider in Provider::ALL {
        let mut file = DeliveryFile::of(provider.as_str());
        for delivery in &mut file.deliveries {
            let events = read_all(provider, delivery);
            delivery.expected = events.iter().map(render).collect::<Vec<_>>().join("\n");
        }
        expect_file![DeliveryFile::path(provider.as_str())].assert_eq(&file.to_toml());
    }
}

#[test]
fn every_file_is_a_senders() {
    assert_eq!(senders(), Provider::ALL.map(|provider| provider.as_str().to_owned()).into());
}

/// What senders say, and the type that consumers are told: each is seen in at least one recorded delivery.
#[test]
fn every_word_of_a_sender_is_covered() {
    let covered = |provider: Provider, word: &str, event_type: &str| {
        DeliveryFile::of(provider.as_str()).deliveries.iter().any(|delivery| {
            read_all(provider, delivery).iter().any(|Canonical { head, .. }| {
                head.event_type.to_string() == event_type && head.key.iter().any(|component| component == word)
            })
        })
    };
    let check = |provider, words: &[&str], event_type: &str| {
        for word in words {
            assert!(covered(provider, word, event_type), "no delivery of {provider} says {word} and is {event_type}");
        }
    };
    check(Provider::Csm, &["complete", "completed"], "landfall.job.completed");
    check(Provider::Csm, &["failed"], "landfall.job.failed");
    check(Provider::Csm, &["incomplete", "predefined_done"], "landfall.job.progress");
    check(Provider::Csm, &["spin_generate_done", "preview_done", "refine_done"], "landfall.job.completed");
    check(Provider::Csm, &["spin_generate_failed", "preview_failed"], "landfall.job.failed");
    check(Provider::Csm, &["spin_generate_processing"], "landfall.job.progress");
    check(Provider::Get3w, &["completed"], "landfall.job.completed");
    check(Provider::Get3w, &["failed"], "landfall.job.failed");
    check(Provider::Get3w, &["created", "processing"], "landfall.job.progress");
    check(Provider::Modelslab, &["success"], "landfall.job.completed");
    check(Provider::Modelslab, &["failed", "error"], "landfall.job.failed");
    check(Provider::Modelslab, &["processing"], "landfall.job.progress");
    check(Provider::Modelslab, &["model_ready"], "landfall.training.completed");
    check(Provider::Modelslab, &["training_failed"], "landfall.training.failed");
    check(Provider::Modelslab, &["deploying_gpu", "training_success"], "landfall.training.progress");
    check(Provider::Modelslab, &["workflow.completed"], "landfall.workflow.completed");
    check(Provider::Modelslab, &["workflow.failed", "workflow.completed"], "landfall.workflow.failed");
    check(Provider::Glossi, &["model.processed"], "landfall.model.completed");
    check(Provider::Glossi, &["model.failed"], "landfall.model.failed");
    check(Provider::Glossi, &["project.created"], "landfall.project.created");
    check(Provider::Glossi, &["job.complete", "render.complete"], "landfall.job.completed");
    check(Provider::Glossi, &["job.failed", "render.failed"], "landfall.job.failed");
    for provider in Provider::ALL.into_iter().filter(|provider| !knows_everything(*provider)) {
        let is_unrecognized =
            |delivery: &RecordedDelivery| read_all(provider, delivery).iter().all(|event| event.status().is_none());
        let unrecognized = DeliveryFile::of(provider.as_str())
            .deliveries
            .iter()
            .any(|delivery| delivery.name.starts_with("unrecognized-") && is_unrecognized(delivery));
        assert!(unrecognized, "no delivery of {provider} has a shape that nobody knows");
    }
}

/// A body may be cut short, damaged, or sent to another sender's URL: there is always an answer, and what is recognized
/// always says what media it is about.
///
/// Whole bodies are read as every sender's. Damaged ones are read as their own sender's and as one other's, which takes
/// turns, since all of them would be hundreds of thousands of readings.
#[test]
fn damaged_bodies_are_read_too() {
    const STEP: usize = 101;
    let mut others = Provider::ALL.into_iter().cycle();
    let check = |reader: Provider, body: &[u8]| {
        let canonical = Canonical::of(reader.sender().expect("a sender of the catalogue"), &BTreeMap::new(), body);
        assert_eq!(canonical.status().is_some(), canonical.details.media.is_some(), "{}", body.escape_ascii());
    };
    let of = |provider: Provider| {
        DeliveryFile::of(provider.as_str()).deliveries.into_iter().map(move |delivery| (provider, delivery.body))
    };
    for (provider, body) in Provider::ALL.into_iter().flat_map(of) {
        Provider::ALL.into_iter().for_each(|reader| check(reader, &body));
        for at in (0..body.len()).step_by(STEP) {
            let other = others.next().expect("a cycle has no end");
            for reader in [provider, other] {
                check(reader, &body[..at]);
                for byte in [b'"', b'\\', b'[', b'9', b' ', 0xff] {
                    let mut damaged = body.clone();
                    damaged[at] = byte;
                    check(reader, &damaged);
                }
            }
        }
    }
}

/// Whether any JSON is an event of the sender's: its last shape asks nothing of a body, and always reports something.
fn knows_everything(provider: Provider) -> bool {
    let shapes = provider.description().map(|description| &*description.shapes).unwrap_or_default();
    shapes.last().is_some_and(|shape| {
        let asks_nothing = shape.when.is_empty() && shape.when_any.is_empty();
        asks_nothing && matches!(shape.otherwise, Some(DefaultReport::Report(_)))
    })
}

/// Each event of a delivery.
fn read_all(provider: Provider, delivery: &RecordedDelivery) -> Vec<Canonical> {
    let sender = provider.sender().expect("a sender of the catalogue");
    let headers = delivery.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let kept = sender.kept(&headers.collect::<Headers>());
    let bodies =
        sender.items(&delivery.body).expect("no more than can be taken").unwrap_or_else(|| vec![delivery.body.clone()]);
    bodies.iter().map(|body| Canonical::of(sender, &kept, body)).collect()
}

/// One fact a line, in the sender's own letters; a fact that the sender leaves out has no line.
fn render(canonical: &Canonical) -> String {
    let Canonical { head, details, is_json } = canonical;
    let mut lines = String::new();
    let mut fact = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            writeln!(lines, "{name:<12}{value}").expect("a string takes every line");
        }
    };
    fact("type", Some(head.event_type.to_string()));
    fact("subject", quoted(&head.subject));
    let body = if head.key_with_body { " and the body" } else { "" };
    fact("key", (!head.key.is_empty()).then(|| format!("{:?}{body}", head.key)));
    fact("json", (!is_json).then(|| "no".to_owned()));
    fact("time", details.time.map(|time| time.to_string()));
    fact("media", details.media.map(Media::as_str).map(str::to_owned));
    fact("job", quoted(&details.job.id));
    fact("kind", quoted(&details.job.kind));
    fact("model", quoted(&details.job.model));
    fact("correlation", quoted(&details.job.correlation_id));
    for asset in &details.assets {
        assert!(asset.archived.is_none() && asset.not_archived.is_none(), "nobody has been asked for it yet");
        let media_type = asset.media_type.as_deref().unwrap_or("-");
        fact("asset", Some(format!("{:<18} {:<20} {:?}", asset.role, media_type, asset.url)));
        fact("  until", asset.expires_at.clone());
    }
    if let Some(error) = &details.error {
        fact("error code", quoted(&error.code));
        fact("error", quoted(&error.message));
    }
    fact("created", quoted(&details.timings.created_at));
    fact("started", quoted(&details.timings.started_at));
    fact("completed", quoted(&details.timings.completed_at));
    fact("worked", details.timings.work_seconds.map(|seconds| format!("{seconds} s")));
    lines
}

fn quoted(text: &Option<String>) -> Option<String> {
    text.as_ref().map(|text| format!("{text:?}"))
}
