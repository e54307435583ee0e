//! That the harness works, with those two contenders that need nothing to be installed. `make test` builds Landfall
//! before; the figures are of no account here.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use benches::contender::{Contender, Places, SOURCES_PREFIX};
use benches::delivery::{Authenticity, SOURCE, delivery, secret_value};
use benches::processor::ProcessorLoad;
use benches::scenario::{Kind, Scenario, Testbed, Transport, check_effects};
use benches::services::{Delays, State};
use benches::tls::Authority;

#[expect(clippy::disallowed_methods, reason = "`make test` says by the environment where its functions lie")]
fn testbed(name: &str) -> Testbed {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target directory");
    // With the local profile, `make test` says where its functions lie as if they were Lambda's.
    let target = std::env::var_os("HARNESS_FUNCTIONS").map_or_else(|| target.to_owned(), PathBuf::from);
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

/// The quickest after some freezes counts: this machine may be slow for a moment, but two waits for nothing are always too
/// long.
const FREEZES: u64 = 3;

/// Freezes an instance whose connections are all in use, and gives what its first delivery takes afterwards: the requests
/// that nobody answered, and the calls. The freeze is shorter than the pools let a connection idle, as if the clock had
/// stood still meanwhile: after a longer one, connections are not even tried.
fn first_delivery_after_freeze(lost: Lost, body_bytes: usize) -> String {
    let testbed = testbed(&format!("freeze-{lost:?}-{body_bytes}"));
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
    let (latency, counts) = freezes.iter().min().expect("there were some");
    assert!(*latency < Duration::from_secs(1), "{freezes:?}");
    counts.clone()
}

#[test]
fn the_first_delivery_after_a_freeze_is_answered_within_a_second_and_sent_once() {
    let check = |lost, body_bytes, expected| assert_eq!(first_delivery_after_freeze(lost, body_bytes), expected);
    const SMALL: usize = 2 * 1024;
    const LARGE: usize = 200 * 1024;
    check(Lost::Closed, SMALL, r#"0 unanswered; {"dynamodb:PutItem": 1, "sqs:SendMessage": 1}"#);
    check(Lost::Closed, LARGE, r#"0 unanswered; {"dynamodb:PutItem": 1, "s3:PutObject": 1, "sqs:SendMessage": 1}"#);
    check(Lost::Forgotten, SMALL, r#"1 unanswered; {"dynamodb:PutItem": 1, "sqs:SendMessage": 1}"#);
    check(Lost::Forgotten, LARGE, r#"1 unanswered; {"dynamodb:PutItem": 1, "s3:PutObject": 1, "sqs:SendMessage": 1}"#);
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
