//! What a run writes tells what happened, and nothing that anybody could use.

use std::time::Duration;

use domain::metric::Metric;
use domain::provider::Provider;
use serde_json::json;
use tests::clock::Stopwatch;
use tests::confidential::{self, Place};
use tests::forgery::Forgery;
use tests::ledger::Record;
use tests::measured::measured;
use tests::observe::until_within;
use tests::sender;
use tests::source::Source;
use tests::story::Story;
use tests::tool::{self, Trace, landfall_on};
use tests::world::{World, run};

/// Long enough for every other test.
const REST_WITHIN: Duration = Duration::from_secs(600);
/// Between two tests of one thread there is a moment in which none runs.
const QUIET_FOR: Duration = Duration::from_secs(2);

/// Waits until no other test runs, so that the logs are those of the whole run.
async fn rest(world: &World) {
    let mut alone_since = Stopwatch::start();
    until_within(REST_WITHIN, "the other tests to end", async || {
        if world.running() > 1 {
            alone_since = Stopwatch::start();
        }
        if alone_since.elapsed() > QUIET_FOR { Ok(()) } else { Err(format!("{} tests run", world.running())) }
    })
    .await;
}

#[test]
fn no_token_secret_or_signature_is_anywhere_and_no_body_where_it_does_not_belong() {
    run(async |world| {
        let stack = &world.stack;
        let groups = [&stack.ingest_log_group, &stack.process_log_group, &stack.sweep_log_group].map(String::as_str);
        let (mut expected, mut accepted) = (Vec::new(), Vec::new());
        for (provider, forgeries) in [(Provider::Glossi, &Forgery::OF_SIGNED[..]), (Provider::Csm, &Forgery::OF_TOKEN)]
        {
            let mut story = Story::begin(world, provider).await;
            let marker = confidential::random();
            confidential::keep_content("marker in a body", &marker);
            let body = format!(r#"{{"marker":"{marker}","secret_of_the_sender":"{marker}"}}"#).into_bytes();
            let delivery = story.delivery(&body).with_header("authorization", &format!("Bearer {marker}"));
            let id = story.send(&delivery).await.event_id().expect("a genuine delivery is accepted");
            for forgery in forgeries {
                world.deliver(&forgery.of(&world.stack, &story.source, &body)).await;
            }
            story.settle().await;
            accepted.push((story.source.name.clone(), id.clone()));
            // Ingest and the processor each name the event.
            expected.extend([
                format!(r#""event_id":"{id}""#),
                r#""outcome":"accepted""#.into(),
                r#""outcome":"done""#.into(),
            ]);
        }
        let signed = Source::new(Provider::Glossi).with_fresh_token().with_option("quarantine", json!({}));
        let source = world.set_up(signed).await;
        for forgery in [Forgery::WrongSecret, Forgery::WrongToken] {
            world.deliver(&forgery.of(&world.stack, &source, b"{}")).await;
        }
        let reasons = [
            "unknown_source",
            "token_missing",
            "token_wrong",
            "signature_missing",
            "signature_wrong",
            "signature_doubled",
            "signature_malformed",
        ];
        expected.extend(reasons.map(|reason| format!(r#""refusal":"{reason}""#)));
        rest(world).await;
        // A search that finds nothing proves nothing unless it would have found something.
        let logs = until_within(REST_WITHIN, "the log lines of these deliveries", async || {
            // What a function wrote last may be collected only when it is called again.
            world.send(&tests::http::Request::new("GET", health(world))).await;
            let logs = world.logs(&groups).await.join("\n");
            match expected.iter().find(|expected| !logs.contains(expected.as_str())) {
                Some(missing) => Err(format!("no {missing} in {} bytes of logs", logs.len())),
                None => Ok(logs),
            }
        })
        .await;
        for line in logs.lines().filter(|line| line.contains(r#""_aws""#)) {
            let measured = measured(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let unknown = measured.iter().find(|it| it.metric.parse::<Metric>().is_err());
            assert!(unknown.is_none(), "{unknown:?} is no metric: {line}");
        }
        let confidential = confidential::all();
        assert!(confidential.count() > 20, "the harness hands in what it makes");
        let told = told(world).await;
        let held = held(world).await;
        for (texts, what) in [(&told, "attributes, names and metadata"), (&held, "items, messages and objects")] {
            assert!(texts.len() > 3, "only {} {what} were found", texts.len());
        }
        let bytes = |texts: &'static str, place, all: &[Vec<u8>]| {
            let found = confidential.found(place, all.iter().map(Vec::as_slice));
            assert!(found.is_empty(), "{texts}: {}", found.join("\n"));
        };
        bytes("logs", Place::Tells, &[logs.into_bytes()]);
        bytes("attributes, names and metadata", Place::Tells, &told);
        bytes("items, messages and objects", Place::Holds, &held);

        for (source, id) in &accepted {
            show(world, source, id).await;
        }
        // What `landfall sign` writes to standard output is a signature.
        let traces = tool::traces();
        let is_sign = |trace: &Trace| trace.command_line.split(|byte| *byte == 0).any(|word| word == b"sign");
        let commands: Vec<_> = traces.iter().map(|trace| trace.command_line.clone()).collect();
        let words: Vec<_> = traces.iter().map(|trace| trace.words.clone()).collect();
        let data: Vec<_> = traces.into_iter().filter(|trace| !is_sign(trace)).map(|trace| trace.data).collect();
        for (texts, place, shown) in [
            ("command lines of the tool", Place::Tells, &commands),
            ("words of the tool", Place::Tells, &words),
            ("data of the tool", Place::Holds, &data),
        ] {
            for (_, id) in &accepted {
                let is_seen = shown.iter().any(|text| String::from_utf8_lossy(text).contains(id));
                assert!(is_seen, "{id} is not in the {texts}");
            }
            bytes(texts, place, shown);
        }
        let refused = refused(world).await;
        assert!(refused.len() > 3, "only {} refused deliveries were found", refused.len());
        bytes("refused deliveries", Place::Refused, &refused);
    });
}

/// Has the tool show all that it knows of an event and its source.
async fn show(world: &World, source: &str, id: &str) {
    let unknown = format!("{id}-unknown");
    for (arguments, code) in [
        (&["source", "list"][..], 0),
        (&["source", "show", source], 0),
        (&["events", "list", "--source", source], 0),
        (&["events", "get", id], 0),
        (&["events", "get", &unknown], 5),
    ] {
        let run = landfall_on(&world.stack_file(), &[arguments, &["--output", "json"]].concat(), "").await;
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.told());
    }
}

/// All that tells of events besides the logs: attributes of published events and of dead letters, keys and metadata of
/// objects, and of the ledger's items all but the body and what the body itself names.
async fn told(world: &World) -> Vec<Vec<u8>> {
    let mut told = Vec::new();
    for message in world.consumer.all(|_| true).iter().chain(&world.dead_letters.all(|_| true)) {
        told.extend(message.attributes.iter().map(|(name, value)| format!("{name}={value}").into_bytes()));
    }
    for mut record in world.all_records().await {
        record.0.remove("body");
        told.push(format!("{record:?}").into_bytes());
    }
    for key in world.keys("").await {
        let head = world.aws.s3.head_object().bucket(&world.stack.bucket).key(&key).send().await;
        let head = head.unwrap_or_else(|error| panic!("asking about {key}: {error:?}"));
        told.push(format!("{key} {:?} {:?}", head.content_type(), head.metadata()).into_bytes());
    }
    told
}

/// All that holds bodies: the ledger, published events, dead letters, large bodies and events. Copies of assets are bytes
/// of the tests' own.
async fn held(world: &World) -> Vec<Vec<u8>> {
    let messages = world.consumer.all(|_| true).into_iter().chain(world.dead_letters.all(|_| true));
    let mut held: Vec<Vec<u8>> = messages.map(|message| message.body.clone().into_bytes()).collect();
    for record in world.all_records().await {
        held.extend(record.inline_body());
    }
    for prefix in ["bodies/", "events/"] {
        for key in world.keys(prefix).await {
            held.push(world.object(&world.stack.bucket, &key).await);
        }
    }
    held
}

/// What is stored of refused deliveries: each item, and its body by itself.
async fn refused(world: &World) -> Vec<Vec<u8>> {
    let items = world.all_refused().await;
    let bodies = items.iter().filter_map(Record::inline_body);
    bodies.chain(items.iter().map(|item| format!("{item:?}").into_bytes())).collect()
}

#[test]
fn nothing_that_proves_a_delivery_is_kept_or_published() {
    run(async |world| {
        for provider in [Provider::Csm, Provider::Get3w] {
            let source = world.set_up(Source::new(provider).with_fresh_token()).await;
            let body = br#"{"id":"a","status":"completed"}"#;
            let marker = confidential::random();
            let delivery = world
                .delivery(&source, body)
                .with_header("authorization", &format!("Bearer {marker}"))
                .with_header("cookie", &marker)
                .with_header("x-api-key", &marker);
            let id = world.deliver(&delivery).await.event_id().expect("a genuine delivery is accepted");
            let record = format!("{:?}", world.finished(&id).await);
            let event = world.event(&source, &id).await.json.to_string();
            assert!(record.contains("user-agent"), "some headers are kept: {record}");
            let signature = sender::signature_header(provider).and_then(|header| delivery.header(header));
            for proof in
                source.secrets.iter().chain(&source.token).map(String::as_str).chain(signature).chain([marker.as_str()])
            {
                assert!(!record.contains(proof) && !event.contains(proof), "{proof} in {record} or {event}");
            }
        }
    });
}

fn health(world: &World) -> String {
    format!("{}/health", world.stack.function_url)
}
