//! The worst batch, in the memory of the smallest function that the template allows: the binary itself, with everything
//! around it played by one server.

#![cfg(test)]

mod server;

use std::process::{Child, Command};
use std::time::Duration;

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::{EventType, Status, Thing};
use domain::event::{Event, Origin, VerifiedBy};
use domain::ledger::record::BodyRef;
use domain::message::{BodyLocation, encode};
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use serde_json::json;

use self::server::{Server, StoredEvent};

const MIB: usize = 1024 * 1024;
const BODY_BYTES: usize = 4 * MIB;
/// The least of the template's `ProcessMemory`. What is limited is all that the process can write to.
const MEMORY_KIB: usize = 512 * 1024;
const BOUND: Duration = Duration::from_secs(300);

/// Pads `json`, which ends in `}`, with a member of the same text over and over.
fn filled(json: &str, open: &str, piece: &str, close: &str) -> Vec<u8> {
    let head = format!("{},{open}{piece}", json.strip_suffix('}').unwrap());
    let times = (BODY_BYTES - head.len() - close.len() - 1) / (piece.len() + 1);
    format!("{head}{}{close}}}", format!(",{piece}").repeat(times)).into_bytes()
}

/// A job with as many links as a body can hold.
fn links(id: &str) -> Vec<u8> {
    let head = format!(r#"{{"id":"{id}","status":"completed","outputs":["#);
    let mut body = head.into_bytes();
    for number in 0.. {
        let link = format!(r#""http://a/{number}","#);
        if body.len() + link.len() + 2 > BODY_BYTES {
            break;
        }
        body.extend_from_slice(link.as_bytes());
    }
    body.pop();
    body.extend_from_slice(b"]}");
    body
}

fn event(source: &str, id: &str, body: &[u8], verified_by: VerifiedBy) -> StoredEvent {
    let source = SourceName::parse(source).unwrap();
    let event = Event {
        id: EventId::new(&source, [id, "completed"]),
        source,
        provider: Provider::Get3w,
        event_type: EventType::Known(Thing::Job, Status::Completed),
        subject: Some(id.to_owned()),
        verified_by,
        key_meaning: domain::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: Timestamp::from_millis(1_700_000_000_000),
        recorded_by: "delivery".to_owned(),
        headers: std::collections::BTreeMap::new(),
        body_sha256: Digest::of(body),
    };
    let reference = BodyRef::of("bucket", &event, body.len() as u64);
    let message = encode(&event, body, BodyLocation::Bucket(&reference));
    StoredEvent { event, reference, message, body: body.to_vec() }
}

struct Function(Child);

impl Drop for Function {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the function against `server`, with no more memory than it may have.
fn start(server: &Server) -> Function {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -d {MEMORY_KIB} && exec \"$0\""), env!("CARGO_BIN_EXE_process")]);
    let url = format!("http://{}", server.address);
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", server.address.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", "process".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "group".to_owned()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_ENDPOINT_URL", url.clone()),
        ("SOURCES_PREFIX", "landfall".to_owned()),
        ("BUCKET", "bucket".to_owned()),
        ("LEDGER_TABLE", "ledger".to_owned()),
        ("EVENTS_QUEUE_URL", format!("{url}/events")),
        ("DEAD_LETTER_QUEUE_URL", format!("{url}/dead")),
        ("TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:topic".to_owned()),
        ("TEST_ONLY_ALLOW_LOOPBACK", "1".to_owned()),
    ];
    Function(command.env_clear().envs(variables).spawn().expect("the function starts"))
}

/// Processes `events`, all of which must end as done.
fn check(events: Vec<StoredEvent>, answer: Vec<u8>) {
    let server = Server::start(events, answer);
    let function = start(&server);
    let answer = server.answer_within(BOUND);
    drop(function);
    assert_eq!(answer, json!({"batchItemFailures": []}), "{:?}", server.settled());
    for (id, state) in server.settled() {
        assert_eq!(state, "done", "{id}");
    }
}

#[test]
fn five_events_of_as_many_links_as_fit_end_as_done_in_the_least_memory() {
    let events = (0..5).map(|number| format!("pred_{number}"));
    check(events.map(|id| event("signed", &id, &links(&id), VerifiedBy::Signature)).collect(), Vec::new());
}

#[test]
fn the_worst_answer_of_an_api_harms_no_neighbour_in_the_least_memory() {
    let small = r#"{"id":"pred_0","status":"completed","outputs":[]}"#;
    let mut events = vec![event("confirmed", "pred_0", small.as_bytes(), VerifiedBy::Token)];
    let neighbours = (1..5).map(|number| format!("pred_{number}"));
    events.extend(neighbours.map(|id| event("signed", &id, &links(&id), VerifiedBy::Signature)));
    // Of all JSON of its size, this has the largest tree.
    let worst = filled(small, r#""x":["#, r#"{"":0}"#, "]");
    check(events, worst);
}
