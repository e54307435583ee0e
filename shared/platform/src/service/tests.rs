use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use expect_test::{Expect, expect};
use hyper::HeaderMap;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::service_error::ServiceError;
use crate::tls::tls;

const LIMITS: Limits = Limits { operation: Duration::from_secs(5), attempt: Duration::from_millis(300), attempts: 2 };

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Reply {
    Answers(u16, &'static str),
    /// With these headers besides.
    AnswersWith(u16, &'static str, &'static str),
    /// And hangs up once the answer has been read.
    AnswersLast,
    HangsUp,
    IsSilent,
}

use Reply::{Answers, AnswersLast, AnswersWith, HangsUp, IsSilent};

const DONE: Reply = Answers(200, "{}");

fn signer() -> Signer {
    let credentials = Credentials::new("AKIDEXAMPLE", "a secret", Some("a token".to_owned()), None, "test");
    Signer::new(credentials, "eu-central-1".to_owned(), "sqs", Arc::default())
}

fn service(url: &str, limits: Limits) -> Service {
    service_over(Arc::default(), url, limits)
}

fn service_over(network: Arc<Network>, url: &str, limits: Limits) -> Service {
    let tls = tls().with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Service::new(Endpoint::new(url, &tls.into()), network, AwsJsonService::Sqs, signer(), limits)
}

/// Sends one request after the other to a server that replies so, and tells what came of each, and then what the server
/// has seen.
async fn told(replies: &[Reply], requests: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = service(&format!("http://{}", listener.local_addr().unwrap()), LIMITS);
    let (mut told, seen) = (String::new(), Mutex::new(Vec::new()));
    let asking = async {
        for _ in 0..requests {
            let came = service.send(service.prepare("AmazonSQS.SendMessage", b"{}".to_vec())).await;
            told += &match came {
                Ok(answer) => format!("{}\n", String::from_utf8_lossy(&answer)),
                Err(error) => format!("{}\n", ServiceError::with("sqs:SendMessage", error)),
            };
        }
    };
    tokio::select! {
        () = asking => {}
        () = serve(&listener, replies, &seen) => unreachable!("it waits for more"),
    }
    told + &seen.into_inner().unwrap().join(", ")
}

async fn serve(listener: &TcpListener, mut replies: &[Reply], seen: &Mutex<Vec<&'static str>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        seen.lock().unwrap().push("a connection");
        let mut stream = BufReader::new(stream);
        while read(&mut stream).await {
            seen.lock().unwrap().push("a request");
            let Some((reply, rest)) = replies.split_first() else { break };
            replies = rest;
            match *reply {
                Answers(status, body) => answer(&mut stream, status, "", body).await,
                AnswersWith(status, headers, body) => answer(&mut stream, status, headers, body).await,
                AnswersLast => {
                    answer(&mut stream, 200, "", "{}").await;
                    break;
                }
                HangsUp => break,
                IsSilent => {}
            }
        }
    }
}

/// Reads a request, if there comes one.
async fn read(stream: &mut BufReader<TcpStream>) -> bool {
    let (mut line, mut length) = (String::new(), 0);
    while stream.read_line(&mut line).await.is_ok_and(|bytes| bytes > 2) {
        if let Some(bytes) = line.strip_prefix("content-length:") {
            length = bytes.trim().parse().unwrap();
        }
        line.clear();
    }
    length > 0 && stream.read_exact(&mut vec![0; length]).await.is_ok()
}

async fn answer(stream: &mut BufReader<TcpStream>, status: u16, headers: &str, body: &str) {
    let answer = format!("HTTP/1.1 {status} -\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}

async fn check(replies: &[Reply], requests: usize, expected: Expect) {
    expected.assert_eq(&told(replies, requests).await);
}

#[tokio::test]
async fn calls_go_by_one_connection() {
    check(
        &[DONE, DONE, DONE],
        3,
        expect![[r#"
        {}
        {}
        {}
        a connection, a request, a request, a request"#]],
    )
    .await;
}

#[tokio::test]
async fn calls_side_by_side_keep_their_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = service(&format!("http://{}", listener.local_addr().unwrap()), LIMITS);
    let seen = Mutex::new(Vec::new());
    let call = || async { service.send(service.prepare("AmazonSQS.SendMessage", b"{}".to_vec())).await.unwrap() };
    let asking = async {
        for _ in 0..3 {
            tokio::join!(call(), call());
        }
    };
    let serving = async { tokio::join!(serve(&listener, &[DONE; 3], &seen), serve(&listener, &[DONE; 3], &seen)) };
    tokio::select! {
        () = asking => {}
        _ = serving => unreachable!("they wait for more"),
    }
    let connections = seen.into_inner().unwrap().iter().filter(|seen| **seen == "a connection").count();
    assert_eq!(connections, 2);
}

#[tokio::test]
async fn a_connection_that_the_service_has_closed_is_replaced() {
    check(
        &[AnswersLast, DONE],
        2,
        expect![[r#"
        {}
        {}
        a connection, a request, a connection, a request"#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_retryable_is_tried_once_more() {
    check(
        &[Answers(500, ""), DONE],
        1,
        expect![[r#"
            {}
            a connection, a request, a connection, a request"#]],
    )
    .await;
    let throttled = r#"{"__type":"com.amazonaws.sqs#RequestThrottled","message":"slower"}"#;
    check(
        &[Answers(400, throttled), DONE],
        1,
        expect![[r#"
        {}
        a connection, a request, a request"#]],
    )
    .await;
    check(
        &[HangsUp, DONE],
        1,
        expect![[r#"
        {}
        a connection, a request, a connection, a request"#]],
    )
    .await;
    check(
        &[IsSilent, DONE],
        1,
        expect![[r#"
        {}
        a connection, a request, a connection, a request"#]],
    )
    .await;
}

#[tokio::test]
async fn nothing_is_tried_more_often_than_its_limits_say() {
    check(
        &[Answers(503, "<html>"), Answers(400, r#"{"__type":"Throttling"}"#), DONE],
        1,
        expect![[r#"
            sqs:SendMessage: Throttling: no message
            a connection, a request, a connection, a request"#]],
    )
    .await;
    check(
        &[IsSilent, IsSilent, DONE],
        1,
        expect![[r#"
        sqs:SendMessage: timed out
        a connection, a request, a connection, a request"#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_permanent_is_told_at_once() {
    let refused = r#"{"__type":"com.amazon.coral.validate#ValidationException","Message":"no such table"}"#;
    check(
        &[Answers(400, refused), DONE],
        1,
        expect![[r#"
        sqs:SendMessage: ValidationException: no such table
        a connection, a request"#]],
    )
    .await;
    let odd = r#"{"__type":"AccessDeniedException","message":null,"Message":"not you\nPOST / with a token"}"#;
    check(
        &[Answers(400, odd), DONE],
        1,
        expect![[r#"
        sqs:SendMessage: AccessDeniedException: not you
        a connection, a request"#]],
    )
    .await;
    check(
        &[Answers(403, ""), DONE],
        1,
        expect![[r#"
        sqs:SendMessage: HTTP 403: no message
        a connection, a request"#]],
    )
    .await;
}

#[tokio::test]
async fn a_service_that_is_nowhere_is_not_there() {
    let limits = Limits { attempts: 1, ..LIMITS };
    for (url, expected) in [
        ("ftp://localhost", expect!["sqs:SendMessage: its endpoint is not the URL of a server"]),
        ("not a url", expect!["sqs:SendMessage: its endpoint is not the URL of a server"]),
        ("http://127.0.0.1:1", expect!["sqs:SendMessage: Connection refused (os error 111)"]),
    ] {
        let service = service(url, limits);
        service.connect().await;
        let error = service.send(service.prepare("AmazonSQS.SendMessage", Vec::new())).await.unwrap_err();
        expected.assert_eq(&ServiceError::with("sqs:SendMessage", error).to_string());
    }
}

#[test]
fn hosts_are_named_with_the_port_that_is_not_the_usual() {
    let check = |url, expected: &str| assert_eq!(service(url, LIMITS).host(), expected);
    check("https://sqs.eu-central-1.amazonaws.com", "sqs.eu-central-1.amazonaws.com");
    check("https://localhost:443/", "localhost");
    check("http://127.0.0.1:4566", "127.0.0.1:4566");
}

/// The signature was made with Python's `hmac`, as AWS's page on creating a signed request describes it.
#[test]
fn a_request_is_signed_anew_in_the_place_of_its_earlier_signature() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "sqs.eu-central-1.amazonaws.com"),
        ("content-type", "application/x-amz-json-1.0"),
        ("user-agent", "landfall"),
        ("x-amz-target", "AmazonSQS.SendMessage"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for millis in [1_795_351_114_000, 1_440_938_160_000] {
        let at = Timestamp::from_millis(millis);
        signer().sign(&mut headers, b"{}", at);
    }
    let signed = ["x-amz-date", "x-amz-security-token", "authorization"].map(|name| headers[name].to_str().unwrap());
    expect![[r#"
        20150830T123600Z
        a token
        AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-central-1/sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=478b22f716dadeaa709ccb218ede40e4510218cab4ad660b22f7c029c9b809ac"#]]
    .assert_eq(&signed.join("\n"));
}

#[tokio::test]
async fn a_wrong_clock_is_set_by_the_service_and_the_call_tried_again() {
    const DATE: &str = "date: Wed, 21 Oct 2015 07:28:00 GMT\r\n";
    const SKEWED: Reply = AnswersWith(400, DATE, r#"{"__type":"InvalidSignatureException","message":"expired"}"#);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = service(&format!("http://{}", listener.local_addr().unwrap()), LIMITS);
    let seen = Mutex::default();
    tokio::select! {
        came = service.send(service.prepare("AmazonSQS.SendMessage", b"{}".to_vec())) => { came.unwrap(); }
        () = serve(&listener, &[SKEWED, DONE], &seen) => unreachable!("it waits for more"),
    }
    let next = service.prepare("AmazonSQS.SendMessage", Vec::new());
    let date = next.request.headers()["x-amz-date"].to_str().unwrap();
    assert!(date.starts_with("20151021T0728"), "{date}");
    // What is refused for another reason is not tried again.
    check(
        &[SKEWED, AnswersWith(400, "", r#"{"__type":"InvalidSignatureException","message":"wrong"}"#), DONE],
        1,
        expect![[r#"
            sqs:SendMessage: InvalidSignatureException: wrong
            a connection, a request, a request"#]],
    )
    .await;
}

#[tokio::test]
async fn a_code_may_stand_in_a_header() {
    const TYPE: &str = "x-amzn-errortype: com.amazonaws.sqs#QueueDoesNotExist:http://internal.amazon.com/coral/\r\n";
    check(
        &[AnswersWith(400, TYPE, "{}"), DONE],
        1,
        expect![[r#"
        sqs:SendMessage: QueueDoesNotExist: no message
        a connection, a request"#]],
    )
    .await;
}

#[test]
fn a_signer_shows_nothing_that_could_be_used() {
    expect![[r#"Signer { service: "sqs", region: "eu-central-1", .. }"#]].assert_eq(&format!("{:?}", signer()));
}

/// A network whose names are looked up by `answers`, one after the other; the last stays.
fn network(answers: Vec<std::io::Result<SocketAddr>>) -> Arc<Network> {
    let answers = Mutex::new(VecDeque::from(answers));
    Arc::new(Network::new(Arc::new(move |_, _| {
        let mut answers = answers.lock().unwrap();
        let answer = match answers.front().expect("one stays") {
            Ok(address) => Ok(vec![*address]),
            Err(error) => Err(error.kind().into()),
        };
        if answers.len() > 1 {
            answers.pop_front();
        }
        Box::pin(async { answer })
    })))
}

async fn call(service: &Service) -> String {
    match service.send(service.prepare("AmazonSQS.SendMessage", b"{}".to_vec())).await {
        Ok(answer) => String::from_utf8(answer.to_vec()).unwrap(),
        Err(error) => ServiceError::with("sqs:SendMessage", error).to_string(),
    }
}

const NAMED: &str = "http://sqs.example";

#[tokio::test]
async fn a_name_that_is_not_found_is_looked_up_again_within_the_limits() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (found, not_found) = (|| listener.local_addr(), || Err(ErrorKind::NotFound.into()));
    let seen = Mutex::default();
    let asking = async {
        let service = service_over(network(vec![not_found(), found()]), NAMED, LIMITS);
        assert_eq!(call(&service).await, "{}");
        let service = service_over(network(vec![not_found(), not_found(), found()]), NAMED, LIMITS);
        assert_eq!(call(&service).await, "sqs:SendMessage: entity not found");
        // The next call looks it up anew.
        assert_eq!(call(&service).await, "{}");
    };
    let serving = async { tokio::join!(serve(&listener, &[DONE], &seen), serve(&listener, &[DONE], &seen)) };
    tokio::select! {
        () = asking => {}
        _ = serving => unreachable!("they wait for more"),
    }
}

#[tokio::test]
async fn a_name_that_nobody_answers_for_takes_no_longer_than_the_limits() {
    let lookups = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&lookups);
    let silent = Network::new(Arc::new(move |_, _| {
        counting.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::pending())
    }));
    let service = service_over(Arc::new(silent), NAMED, LIMITS);
    assert_eq!(call(&service).await, "sqs:SendMessage: timed out");
    assert_eq!(lookups.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_service_that_has_moved_is_found_where_it_is_now() {
    /// What is seen at each place, if a server at the old one replies so.
    async fn check(old_replies: &[Reply], expected: Expect) {
        let (old, new) =
            (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let service = service_over(network(vec![old.local_addr(), new.local_addr()]), NAMED, LIMITS);
        let (seen_at_old, seen_at_new) = (Mutex::default(), Mutex::default());
        let asking = async {
            for _ in 0..3 {
                assert_eq!(call(&service).await, "{}");
            }
        };
        let serving =
            async { tokio::join!(serve(&old, old_replies, &seen_at_old), serve(&new, &[DONE; 3], &seen_at_new)) };
        tokio::select! {
            () = asking => {}
            _ = serving => unreachable!("they wait for more"),
        }
        let text = |seen: Mutex<Vec<&str>>| seen.into_inner().unwrap().join(", ");
        expected.assert_eq(&format!("old: {}\nnew: {}", text(seen_at_old), text(seen_at_new)));
    }
    check(
        &[AnswersLast],
        expect![[r#"
        old: a connection, a request
        new: a connection, a request, a request"#]],
    )
    .await;
    check(
        &[DONE, HangsUp],
        expect![[r#"
        old: a connection, a request, a request
        new: a connection, a request, a request"#]],
    )
    .await;
    check(
        &[DONE, IsSilent],
        expect![[r#"
        old: a connection, a request, a request
        new: a connection, a request, a request"#]],
    )
    .await;
    // As long as the old place answers, nobody asks for the new one.
    check(
        &[DONE, DONE, DONE],
        expect![[r#"
        old: a connection, a request, a request, a request
        new: "#]],
    )
    .await;
}

#[tokio::test]
async fn silence_of_one_service_gives_up_the_idle_connections_to_all() {
    let (first, second) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let network = Arc::new(Network::default());
    let at = |listener: &TcpListener| {
        service_over(Arc::clone(&network), &format!("http://{}", listener.local_addr().unwrap()), LIMITS)
    };
    let (services, seen) = ((at(&first), at(&second)), (Mutex::default(), Mutex::default()));
    let asking = async {
        for service in [&services.0, &services.1, &services.0, &services.1, &services.1] {
            assert_eq!(call(service).await, "{}");
        }
    };
    let replies = [DONE, IsSilent, DONE];
    let serving = async { tokio::join!(serve(&first, &replies, &seen.0), serve(&second, &[DONE; 3], &seen.1)) };
    tokio::select! {
        () = asking => {}
        _ = serving => unreachable!("they wait for more"),
    }
    let text = |seen: Mutex<Vec<&str>>| seen.into_inner().unwrap().join(", ");
    expect![[r#"
        first: a connection, a request, a request, a connection, a request
        second: a connection, a request, a connection, a request, a request"#]]
    .assert_eq(&format!("first: {}\nsecond: {}", text(seen.0), text(seen.1)));
}
