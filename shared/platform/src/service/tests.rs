use std::sync::Mutex;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use expect_test::{Expect, expect};
use hyper::HeaderMap;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::aws::Keys;
use crate::service_error::ServiceError;
use crate::tls::tls;

const LIMITS: Limits = Limits { operation: Duration::from_secs(5), attempt: Duration::from_millis(300), attempts: 2 };

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Reply {
    Answers(u16, &'static str),
    /// And hangs up once the answer has been read.
    AnswersLast,
    HangsUp,
    IsSilent,
}

use Reply::{Answers, AnswersLast, HangsUp, IsSilent};

const DONE: Reply = Answers(200, "{}");

fn signer() -> Signer {
    let (access_key_id, secret_access_key) = ("AKIDEXAMPLE".to_owned(), "a secret".to_owned());
    let keys = Keys { access_key_id, secret_access_key, session_token: Some("a token".to_owned()) };
    Signer::new(keys, "eu-central-1".to_owned(), "sqs")
}

fn service(url: &str, limits: Limits) -> Service {
    let tls = tls().with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Service::new(Endpoint::new(url, &tls.into()), AwsJsonService::Sqs, signer(), limits)
}

/// Sends one request after the other to a server that replies so, and tells what came of each, and then what the server
/// has seen.
async fn told(replies: &[Reply], requests: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = service(&format!("http://{}", listener.local_addr().unwrap()), LIMITS);
    let (mut told, seen) = (String::new(), Mutex::new(Vec::new()));
    let asking = async {
        for _ in 0..requests {
            let came = service.send(&service.prepare("AmazonSQS.SendMessage", b"{}".to_vec())).await;
            told += &match came {
                Ok(answer) => format!("{}\n", String::from_utf8_lossy(&answer)),
                Err(failure) => format!("{}\n", ServiceError::with("sqs:SendMessage", &failure)),
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
                Answers(status, body) => answer(&mut stream, status, body).await,
                AnswersLast => {
                    answer(&mut stream, 200, "{}").await;
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

async fn answer(stream: &mut BufReader<TcpStream>, status: u16, body: &str) {
    let answer = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n{body}", body.len());
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
    let call = || async { service.send(&service.prepare("AmazonSQS.SendMessage", b"{}".to_vec())).await.unwrap() };
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
async fn what_may_pass_is_tried_once_more() {
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
async fn what_will_not_pass_is_told_at_once() {
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
        ("ftp://localhost", expect!["sqs:SendMessage: its endpoint is no URL of a server"]),
        ("not a url", expect!["sqs:SendMessage: its endpoint is no URL of a server"]),
        ("http://127.0.0.1:1", expect!["sqs:SendMessage: Connection refused (os error 111)"]),
    ] {
        let service = service(url, limits);
        service.connect().await;
        let failure = service.send(&service.prepare("AmazonSQS.SendMessage", Vec::new())).await.unwrap_err();
        expected.assert_eq(&ServiceError::with("sqs:SendMessage", &failure).to_string());
    }
}

#[test]
fn hosts_are_named_with_the_port_that_is_not_the_usual() {
    let check = |url, expected: &str| assert_eq!(service(url, LIMITS).host(), expected);
    check("https://sqs.eu-central-1.amazonaws.com", "sqs.eu-central-1.amazonaws.com");
    check("https://localhost:443/", "localhost");
    check("http://127.0.0.1:4566", "127.0.0.1:4566");
}

/// The SDK's own signer is the oracle.
#[test]
fn requests_are_signed_as_the_sdk_signs_them() {
    let credentials = Credentials::new("AKIDEXAMPLE", "a secret", Some("a token".to_owned()), None, "test").into();
    let signer = signer();
    // A day's key is kept, and made anew for another day.
    for millis in [1_440_938_160_000, 1_440_938_161_999, 1_795_351_114_000] {
        let mut headers = HeaderMap::new();
        for (name, value) in [("host", "sqs.eu-central-1.amazonaws.com"), ("x-amz-target", "AmazonSQS.SendMessage")] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let asked: Vec<(String, String)> =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        signer.sign(&mut headers, b"{}", domain::time::Timestamp::from_millis(millis));

        let asked = asked.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request =
            SignableRequest::new("POST", "https://sqs.eu-central-1.amazonaws.com/", asked, SignableBody::Bytes(b"{}"));
        let parameters = v4::SigningParams::builder()
            .identity(&credentials)
            .region("eu-central-1")
            .name("sqs")
            .time(std::time::UNIX_EPOCH + Duration::from_millis(millis.unsigned_abs()))
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let (instructions, _) = sign(request.unwrap(), &parameters.into()).unwrap().into_parts();
        for (name, value) in instructions.headers() {
            assert_eq!(headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{name} at {millis}");
        }
    }
}

#[test]
fn a_signer_shows_nothing_that_could_be_used() {
    expect![[r#"Signer { service: "sqs", region: "eu-central-1", .. }"#]].assert_eq(&format!("{:?}", signer()));
}
