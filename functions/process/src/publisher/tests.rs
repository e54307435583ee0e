//! Which events go together, and what becomes of each.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::OnceLock;

use platform::aws::{Aws, Limits};
use platform::env::Env;

use super::*;

/// Events of these sizes are added to a group with so many places; an `x` gives a place up. A group is told when it is
/// sent, by its sizes.
fn check(open_places: usize, added: &[&str], expected: &[&[usize]]) {
    let mut group = Group { open_places, ..Group::default() };
    let mut sent = Vec::new();
    for size in added {
        let groups = match size.parse::<usize>() {
            Ok(bytes) => {
                let event = PublishedEvent { json: "x".repeat(bytes), attributes: Vec::new() };
                let (full, complete, _) = group.add(PendingEvent { event, result: oneshot::channel().0 });
                vec![full, complete]
            }
            Err(_) => vec![group.close_place()],
        };
        let sizes = groups.iter().filter(|group| !group.is_empty());
        sent.extend(sizes.map(|group| group.iter().map(|waiting| waiting.event.bytes()).collect::<Vec<_>>()));
    }
    assert_eq!(sent, expected, "{open_places} places, {added:?}");
}

#[test]
fn what_comes_together_is_sent_when_nothing_more_can_come() {
    check(1, &["5"], &[&[5]]);
    check(3, &["1", "2", "3"], &[&[1, 2, 3]]);
    check(3, &["1", "2"], &[]);
    check(3, &["1", "x", "3"], &[&[1, 3]]);
    check(3, &["1", "2", "x"], &[&[1, 2]]);
    check(2, &["x", "x"], &[]);
}

#[test]
fn no_group_is_larger_than_sns_takes() {
    let ones = ["1"; 11];
    check(11, &ones, &[&[1; 10], &[1]]);
    let half = (PUBLISHED_MAX_BYTES / 2).to_string();
    let bytes = PUBLISHED_MAX_BYTES / 2;
    check(3, &[&half, &half, &half], &[&[bytes, bytes], &[bytes]]);
    check(2, &[&PUBLISHED_MAX_BYTES.to_string(), "1"], &[&[PUBLISHED_MAX_BYTES], &[1]]);
}

/// SNS as it refuses what holds the word `bad`: the whole batch, or the event alone. `torn` tears the connection.
fn sns() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("it listens"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or_default() <= 2 {
                    break;
                }
                if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap_or_default();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("the whole body");
            let body = String::from_utf8_lossy(&body);
            let (status, answer) = if body.contains("torn") {
                continue;
            } else if body.contains("bad") {
                let error = "<Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>no</Message></Error>";
                (400, format!("<ErrorResponse>{error}</ErrorResponse>"))
            } else if body.contains("Action=PublishBatch") {
                let members = "<member><Id>1</Id><MessageId>together</MessageId></member>";
                (
                    200,
                    format!(
                        "<PublishBatchResponse><PublishBatchResult><Successful>{members}</Successful></PublishBatchResult></PublishBatchResponse>"
                    ),
                )
            } else {
                (
                    200,
                    "<PublishResponse><PublishResult><MessageId>alone</MessageId></PublishResult></PublishResponse>"
                        .to_owned(),
                )
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status} x\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
                answer.len()
            );
        }
    });
    endpoint
}

fn topic() -> Topic {
    static ENDPOINT: OnceLock<String> = OnceLock::new();
    fn lookup(name: &str) -> Option<String> {
        match name {
            "AWS_ENDPOINT_URL" => Some(ENDPOINT.get_or_init(sns).clone()),
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            _ => None,
        }
    }
    let mut env = Env::of(lookup);
    let aws = Aws::from_env(&mut env);
    Topic::new(&aws, "arn:aws:sns:us-east-1:1:Topic".to_owned(), Limits::PATIENT)
}

/// Publishes these at the same time, and says what became of each.
async fn check_published(messages: &[&str], expected: &[&str]) {
    let publisher = Publisher::new(topic());
    let places: Vec<PublishPlace> = messages.iter().map(|_| publisher.place()).collect();
    let told =
        join_all(places.iter().zip(messages).map(|(place, message)| {
            place.publish(PublishedEvent { json: (*message).to_owned(), attributes: Vec::new() })
        }));
    let told: Vec<String> = told
        .await
        .into_iter()
        .map(|told| match told {
            Ok(id) => id,
            Err(error) if error.kind() == ServiceErrorKind::Permanent => "refused".to_owned(),
            Err(_) => "trouble".to_owned(),
        })
        .collect();
    assert_eq!(told, expected, "{messages:?}");
}

#[tokio::test]
async fn each_event_has_its_own_result() {
    check_published(&["one"], &["alone"]).await;
    // An event that the answer leaves out may have been published or not.
    check_published(&["one", "two"], &["trouble", "together"]).await;
    // A call that is refused as a whole is made for each alone.
    check_published(&["one", "bad", "three"], &["alone", "refused", "alone"]).await;
    // One without an answer is trouble for all.
    check_published(&["one", "torn"], &["trouble", "trouble"]).await;
}
