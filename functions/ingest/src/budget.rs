//! What a delivery may take. Counts, not times: they are the same on every machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};
use std::thread;

use allocation_counter::{AllocationInfo, measure};
use domain::digest::Digest;
use lambda_runtime::{Context, LambdaEvent};
use platform::env::Env;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use testdata::delivery::recorded;
use tokio::runtime::{Builder, Runtime};

use crate::receiver::Receiver;
use crate::{respond, settings};

/// For an accepted event of 2.6 KiB, with its log line: allocations, and the KiB of all of them together. Some fifty
/// allocations are each of the two signatures, which the SDK's own signer makes.
const ALLOCATIONS: u64 = 355;
const ALLOCATED_KIB: u64 = 106;
/// How far the counts may be from the budget before somebody has to look, in percent.
const SLACK_PERCENT: u64 = 8;

const TOKEN: &str = "6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7";
/// A recorded delivery, and what is another one in each event.
const DELIVERY: &str = "csm/image-to-3d-complete";
const SESSION: &str = "SESSION_1756711515_3265503";

static PORT: OnceLock<u16> = OnceLock::new();

#[test]
fn a_delivery_stays_within_its_budget() -> Result<(), String> {
    PORT.set(start_services()).expect("one test has services");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let receiver = Arc::new(Receiver::new(settings::read(Env::of(lookup)).unwrap()));
    // The first ones read the secret, open connections and build what is built once.
    let deliveries: Vec<AllocationInfo> = (0..6).map(|number| deliver(&runtime, &receiver, number)).collect();
    let warm = &deliveries[3..];
    let least = |count: fn(&AllocationInfo) -> u64| warm.iter().map(count).min().unwrap_or_default();
    check("allocations", least(|info| info.count_total), ALLOCATIONS)?;
    check("KiB allocated", least(|info| info.bytes_total / 1024), ALLOCATED_KIB)
}

/// An error and no panic: the log's hook for panics tells nobody what they say.
fn check(what: &str, counted: u64, budget: u64) -> Result<(), String> {
    let (told, slack) = (format!("an accepted event takes {counted} {what}"), budget * SLACK_PERCENT / 100);
    if counted > budget + slack {
        return Err(format!(
            "{told}, its budget is {budget}. `make instructions` and callgrind_annotate show where they come from, under \
             the callers of malloc. If it is worth it, set the constant in {} to {counted}.",
            file!()
        ));
    }
    if counted + slack < budget {
        return Err(format!("{told}, its budget is {budget}: lower the constant in {} to keep it so.", file!()));
    }
    Ok(())
}

/// Delivers an event of its own, and gives what the thread on which everything runs has allocated over it.
fn deliver(runtime: &Runtime, receiver: &Arc<Receiver>, number: u32) -> AllocationInfo {
    let body = String::from_utf8(recorded(DELIVERY).body).unwrap().replace(SESSION, &format!("SESSION_{number}"));
    let event = json!({
        "rawPath": format!("/hooks/csm-prod/{TOKEN}"),
        "headers": {"content-type": "application/json", "user-agent": "axios/1.6.8"},
        "requestContext": {"http": {"method": "POST"}},
        "body": body,
        "isBase64Encoded": false,
    });
    let payload: Box<RawValue> = to_raw_value(&event).unwrap();
    let mut context = Context::default();
    context.request_id = format!("8476a536-e9f4-11e8-9739-{number:012x}");
    let (mut event, mut response) = (Some(LambdaEvent { payload, context }), None);
    let info = measure(|| {
        response = event.take().map(|event| runtime.block_on(respond(Arc::clone(receiver), event)));
    });
    let response = response.unwrap().unwrap();
    assert!(response.body.contains(r#""status":"accepted""#), "{response:?}");
    info
}

fn lookup(name: &str) -> Option<String> {
    let endpoint = || Some(format!("http://127.0.0.1:{}", PORT.get()?));
    match name {
        "AWS_ENDPOINT_URL" => endpoint(),
        "EVENTS_QUEUE_URL" => Some(format!("{}/000000000000/events", endpoint()?)),
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_SESSION_TOKEN" => Some("t".repeat(900)),
        "AWS_ACCESS_KEY_ID"
        | "AWS_SECRET_ACCESS_KEY"
        | "AWS_LAMBDA_FUNCTION_NAME"
        | "BUCKET"
        | "LEDGER_TABLE"
        | "SOURCES_PREFIX" => Some("budget".to_owned()),
        _ => None,
    }
}

/// Starts what answers every call with success, on threads of its own, whose allocations do not count.
fn start_services() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve(stream.unwrap()));
        }
    });
    port
}

fn serve(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let (mut length, mut target, mut line) = (0, String::new(), String::new());
        while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 2) {
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            } else if let Some(value) = lower.strip_prefix("x-amz-target:") {
                value.trim().clone_into(&mut target);
            }
            line.clear();
        }
        let mut body = vec![0; length];
        if target.is_empty() || reader.read_exact(&mut body).is_err() {
            return;
        }
        let secret = json!({"provider": "csm", "token_sha256": [Digest::of(TOKEN.as_bytes()).to_string()]});
        let answer = match target.rsplit('.').next().unwrap_or_default() {
            "getsecretvalue" => json!({"SecretString": secret.to_string()}),
            "sendmessage" => json!({"MessageId": "1"}),
            _ => json!({}),
        };
        let answer = answer.to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.len());
        stream.write_all([head.as_bytes(), answer.as_bytes()].concat().as_slice()).unwrap();
    }
}
