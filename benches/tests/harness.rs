//! That the harness works, with those two contenders that need nothing to be installed. `make test` builds Landfall
//! before; the figures are of no account here.
#![expect(clippy::print_stdout, reason = "what a freeze costs in time is told, and not held")]

use std::fs;
use std::path::{Path, PathBuf};

use benches::contender::{Contender, Places, SOURCES_PREFIX};
use benches::delivery::{Authenticity, SOURCE, delivery, secret_value};
use benches::processor::ProcessorLoad;
use benches::scenario::{Kind, Scenario, Testbed, Transport, check_effects};
use benches::services::{Delays, State};
use benches::tls::Authority;
use serde_json::Value;

/// Where `make test` has laid out functions that are not built as they are for Lambda, as with the local profile.
#[expect(clippy::disallowed_methods, reason = "`make test` says by the environment where its functions lie")]
fn functions_of_make_test() -> Option<PathBuf> {
    std::env::var_os("HARNESS_FUNCTIONS").map(PathBuf::from)
}

fn testbed(name: &str) -> Testbed {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target directory");
    let target = functions_of_make_test().unwrap_or_else(|| target.to_owned());
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).expect("the target directory can be written to");
    let places = Places {
        target,
        floor: PathBuf::from(env!("CARGO_BIN_EXE_floor")),
        contenders: PathBuf::new(),
        python: PathBuf::new(),
    };
    Testbed {
        places,
        authority: Authority::make(&directory).expect("a run has a certificate"),
        directory,
        settings: Vec::new(),
    }
}

#[test]
fn landfall_has_its_connections_open_before_the_first_event() {
    let testbed = testbed("connections");
    let state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), &secret_value());
    // The directory is there before the secret beside which it is read, so that the record finds its connection free.
    let delays = Delays { dynamodb_millis: 0, s3_millis: 50, other_millis: 50 };
    let mut started = testbed.start(Contender::Landfall, state, Transport::Tls, delays).expect("it starts");
    let before = started.services.connections();
    started.instance.handle([delivery(0, 2048, Authenticity::Genuine).payload]).expect("it answers");
    assert_eq!((before, started.services.connections()), (3, 3));
    let calls = started.services.state().counts.calls.clone();
    let expected = ["dynamodb:GetItem", "dynamodb:PutItem", "secretsmanager:GetSecretValue", "sqs:SendMessage"];
    assert_eq!(calls, expected.map(|call| (call.to_owned(), 1)).into(), "its calls and no more");
}

/// What becomes of connections while an instance is frozen.
#[derive(Clone, Copy, Debug)]
enum Lost {
    /// The services close them.
    Closed,
    /// Something in between forgets them and tells nobody.
    Forgotten,
}

/// The quickest after some freezes counts: this machine may be slow for a moment.
const FREEZES: u64 = 3;

/// Freezes an instance whose connections are all in use, and gives what its first delivery takes afterwards: the requests
/// that nobody answered, and the calls. No time is asserted: each request that nobody answers costs the time of one try
/// (`functions/ingest/src/settings.rs`), and the time that it took is printed. The freeze is shorter than the pools let a
/// connection idle, as if the clock had stood still meanwhile: after a longer one, connections are not even tried.
fn first_delivery_after_freeze(lost: Lost, body_bytes: usize) -> String {
    let name = format!("freeze-{lost:?}-{body_bytes}");
    let testbed = testbed(&name);
    let state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), &secret_value());
    let started = testbed.start(Contender::Landfall, state, Transport::Tls, Delays::NONE).expect("it starts");
    let (mut instance, services) = (started.instance, started.services);
    let deliveries: Vec<_> = (0..=FREEZES).map(|number| delivery(number, body_bytes, Authenticity::Genuine)).collect();
    instance.handle([deliveries[0].payload.clone()]).expect("it answers");
    let mut freezes = Vec::new();
    for delivery in &deliveries[1..] {
        instance.freeze().expect("it can be stopped");
        services.state().take_counts();
        match lost {
            Lost::Closed => services.close_connections().expect("they are open"),
            Lost::Forgotten => services.forget_connections(),
        }
        let outcome = instance.thaw(delivery.payload.clone()).expect("it answers");
        let counts = services.state().take_counts();
        let answer = String::from_utf8(outcome.answer).expect("it is JSON");
        assert!(answer.contains(r#""statusCode":200"#), "{answer}");
        freezes.push((outcome.latency, format!("{} unanswered; {:?}", counts.unanswered, counts.calls)));
    }
    check_effects(&services.state(), &deliveries).expect("each is recorded and was sent once");
    let (latency, counts) = freezes.into_iter().min().expect("there were some");
    println!("{name}: {} ms", latency.as_millis());
    counts
}

#[test]
fn the_first_delivery_after_a_freeze_waits_for_nothing_more_than_once_and_is_sent_once() {
    let check = |lost, body_bytes, expected| assert_eq!(first_delivery_after_freeze(lost, body_bytes), expected);
    const SMALL: usize = 2 * 1024;
    const LARGE: usize = 200 * 1024;
    check(Lost::Closed, SMALL, r#"0 unanswered; {"dynamodb:PutItem": 1, "sqs:SendMessage": 1}"#);
    check(Lost::Closed, LARGE, r#"0 unanswered; {"dynamodb:PutItem": 1, "s3:PutObject": 1, "sqs:SendMessage": 1}"#);
    check(Lost::Forgotten, SMALL, r#"1 unanswered; {"dynamodb:PutItem": 1, "sqs:SendMessage": 1}"#);
    check(Lost::Forgotten, LARGE, r#"1 unanswered; {"dynamodb:PutItem": 1, "s3:PutObject": 1, "sqs:SendMessage": 1}"#);
}

/// Delivers one body, and gives the answer's status, what the log says went wrong, and the calls.
fn deliver(testbed: &Testbed, delays: Delays, body_bytes: usize) -> String {
    let state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), &secret_value());
    let mut started = testbed.start(Contender::Landfall, state, Transport::Plain, delays).expect("it starts");
    let delivery = delivery(0, body_bytes, Authenticity::Genuine);
    let outcomes = started.instance.handle([delivery.payload.clone()]).expect("it answers");
    let answer: Value = serde_json::from_slice(&outcomes[0].answer).expect("it is JSON");
    let log = started.instance.log().expect("it logs");
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let trouble: Vec<String> = lines.filter_map(|line| Some(line["trouble"].as_str()?.to_owned())).collect();
    let state = started.services.state();
    if !state.items.is_empty() {
        check_effects(&state, [&delivery]).expect("record, object and message are whole");
    }
    let calls: Vec<String> = state.counts.calls.iter().map(|(call, count)| format!("{call} {count}")).collect();
    [answer["statusCode"].to_string(), trouble.join(", "), calls.join(", ")].join("; ")
}

/// By memory, and with S3 taking ever longer, it is part of the benchmark.
#[test]
fn the_largest_body_is_accepted_while_the_bucket_takes_300_ms() {
    if functions_of_make_test().is_some() {
        println!("left out: without optimisation, a body of 4 MiB takes most of a try's time by itself");
        return;
    }
    let delays = Delays { s3_millis: 300, ..Delays::NONE };
    // The best of three counts: this machine may be slow for a moment.
    let best = (0..3).map(|_| deliver(&testbed("slow-bucket"), delays, 4 * 1024 * 1024)).min();
    let calls =
        "dynamodb:GetItem 1, dynamodb:PutItem 1, s3:PutObject 1, secretsmanager:GetSecretValue 1, sqs:SendMessage 1";
    assert_eq!(best, Some(format!("200; ; {calls}")));
}

/// The SDK's way to the bucket; the services that are called without it have tests of their own.
#[test]
fn while_the_buckets_name_cannot_be_resolved_a_body_is_accepted_if_a_message_holds_it() {
    let nowhere = vec![("AWS_ENDPOINT_URL_S3", "http://bucket.invalid".to_owned())];
    let testbed = Testbed { settings: nowhere, ..testbed("unresolvable") };
    // What a resolver says of a name that does not exist, differs by machine.
    let told = |body_bytes| {
        let told = deliver(&testbed, Delays::NONE, body_bytes);
        let (status, rest) = told.split_once("; s3:PutObject: ").expect("the bucket is in trouble");
        format!("{status}; {}", rest.rsplit_once("; ").expect("the calls").1)
    };
    let reads = "dynamodb:GetItem 1, secretsmanager:GetSecretValue 1";
    assert_eq!(told(200 * 1024), format!("200; {reads}, sqs:SendMessage 1"));
    assert_eq!(told(2 * 1024 * 1024), format!("503; {reads}"));
}

/// Runs a contender through every kind of delivery, and gives the calls to AWS that an event took.
fn check(contender: Contender, transport: Transport, expected: [f64; 4]) {
    let testbed = testbed(&format!("{contender:?}-{transport:?}"));
    let calls = [Kind::Accepted, Kind::Duplicate, Kind::Repeat, Kind::Refused].map(|kind| {
        let scenario = Scenario { transport, delays: Delays::NONE, body_bytes: 2048, kind, events: 5 };
        testbed.run(contender, &scenario, None).expect("the contender does what it should").calls
    });
    assert_eq!(calls, expected);
}

#[test]
fn landfall_calls_aws_no_more_often_than_promised() {
    check(Contender::Landfall, Transport::Plain, [2.0, 1.0, 0.0, 0.0]);
    check(Contender::Landfall, Transport::Tls, [2.0, 1.0, 0.0, 0.0]);
}

#[test]
fn the_floor_has_the_same_effects() {
    check(Contender::Floor, Transport::Plain, [2.0, 1.0, 1.0, 0.0]);
    check(Contender::Floor, Transport::Tls, [2.0, 1.0, 1.0, 0.0]);
}

#[test]
fn bodies_of_all_sizes_arrive_whole() {
    let testbed = testbed("sizes");
    for body_bytes in [512, 20 * 1024, 200 * 1024, 1024 * 1024] {
        for contender in [Contender::Landfall, Contender::Floor] {
            let (transport, delays, kind) = (Transport::Plain, Delays::NONE, Kind::Accepted);
            testbed.run(contender, &Scenario { transport, delays, body_bytes, kind, events: 1 }, None).unwrap();
        }
    }
}

#[test]
fn the_processor_finishes_every_message() {
    let processing = ProcessorLoad { batch: 10, batches: 2, transport: Transport::Tls, delays: Delays::NONE };
    let processed = testbed("processor").process(2048, &processing).unwrap();
    let calls = &processed.counts.calls;
    let updates = calls.get("dynamodb:UpdateItem").copied().unwrap_or_default();
    assert_eq!(updates, 2 * 20, "a claim and a settling each: {calls:?}");
    // What is ready within a few milliseconds is published together.
    let publications = calls.values().sum::<u64>() - updates;
    assert!((2..=20).contains(&publications), "{calls:?}");
}

/// Spoils what a receiver did, and gives what the harness makes of it.
fn spoilt(spoil: impl FnOnce(&mut State)) -> String {
    let testbed = testbed("spoilt");
    let state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), &secret_value());
    let mut floor = testbed.start(Contender::Floor, state, Transport::Plain, Delays::NONE).expect("the floor starts");
    let delivery = delivery(1, 2048, Authenticity::Genuine);
    floor.instance.handle([delivery.payload.clone()]).expect("it answers");
    let mut state = floor.services.into_state();
    check_effects(&state, [&delivery]).expect("it has done everything");
    spoil(&mut state);
    check_effects(&state, [&delivery]).expect_err("something is missing").to_string()
}

#[test]
fn a_receiver_that_leaves_something_out_fails_the_run() {
    let id = "bench/pred_00000001/completed";
    let item = |state: &mut State, name: &str| {
        state.items.values_mut().next().unwrap().remove(name);
    };
    assert_eq!(spoilt(|state| state.items.clear()), format!("no record of {id}"));
    assert_eq!(spoilt(|state| item(state, "due_at")), format!("{id} is not due"));
    assert_eq!(spoilt(|state| item(state, "body")), format!("the record of {id} has no body"));
    assert_eq!(spoilt(|state| state.messages.clear()), format!("0 messages of {id}"));
    assert_eq!(spoilt(|state| state.messages.extend(state.messages.clone())), format!("2 messages of {id}"));
    let other = |state: &mut State| state.messages[0] = state.messages[0].replace("81734", "81735");
    assert_eq!(spoilt(other), format!("the body of {id} is not the one that was sent"));
}
