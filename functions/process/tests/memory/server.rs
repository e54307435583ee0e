//! Everything around the function: Lambda's runtime interface, the AWS services, and a sender's API.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use domain::event::Event;
use domain::ledger::record::BodyRef;
use platform::clock;
use serde_json::{Value, json};

/// An event whose record and body stand.
pub(crate) struct StoredEvent {
    pub(crate) event: Event,
    pub(crate) reference: BodyRef,
    pub(crate) message: String,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<ServerState>,
    answers: mpsc::Receiver<Value>,
}

struct ServerState {
    address: SocketAddr,
    events: Vec<StoredEvent>,
    api_answer: Vec<u8>,
    settled: Mutex<BTreeMap<String, String>>,
    answers: Mutex<mpsc::Sender<Value>>,
}

struct Request {
    method: String,
    path: String,
    target: String,
    body: Vec<u8>,
}

impl Server {
    pub(crate) fn start(events: Vec<StoredEvent>, api_answer: Vec<u8>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, answers) = mpsc::channel();
        let shared = Arc::new(ServerState {
            address,
            events,
            api_answer,
            settled: Mutex::default(),
            answers: Mutex::new(sender),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                // Whatever ends a connection, the function sees it.
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Server { address, shared, answers }
    }

    /// What the function answers to the batch by which all are done, or to one that did not go well.
    pub(crate) fn answer_within(&self, bound: Duration) -> Value {
        self.answers.recv_timeout(bound).unwrap_or_else(|_| json!("there was no answer"))
    }

    /// How each event was settled.
    pub(crate) fn settled(&self) -> BTreeMap<String, String> {
        self.shared.settled.lock().unwrap().clone()
    }
}

impl ServerState {
    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut stream = stream;
        loop {
            let request = Request::read(&mut reader)?;
            let (status, headers, body) = self.answer(&request);
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
            stream.write_all(head.as_bytes()).ok()?;
            if request.method != "HEAD" {
                stream.write_all(&body).ok()?;
            }
        }
    }

    /// The messages of all events that are not done. Where a machine is slow, calls time out, and it takes more than one
    /// batch.
    fn batch(&self) -> Vec<Value> {
        let settled = self.settled.lock().unwrap();
        let is_open = |stored: &&StoredEvent| settled.get(stored.event.id.as_str()).is_none_or(|state| state != "done");
        let messages = self.events.iter().filter(is_open).map(|stored| {
            json!({"messageId": stored.event.id.as_str(), "receiptHandle": "r", "body": stored.message,
                "attributes": {"ApproximateReceiveCount": "1"}})
        });
        messages.collect()
    }

    fn answer(&self, request: &Request) -> (&'static str, String, Vec<u8>) {
        let ok = |body: Vec<u8>| ("200 OK", String::new(), body);
        let path = request.path.as_str();
        if path.ends_with("/invocation/next") {
            let batch = self.batch();
            if batch.is_empty() {
                // All is done: whoever waits for more is ended.
                std::thread::park();
            }
            let headers = format!(
                "lambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: {}\r\n\
                 lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:000000000000:function:process\r\n",
                (clock::now() + Duration::from_secs(300)).as_millis()
            );
            return ("200 OK", headers, json!({ "Records": batch }).to_string().into_bytes());
        }
        if path.ends_with("/invocation/1/response") || path.ends_with("/error") {
            let answer = serde_json::from_slice(&request.body).unwrap();
            if answer != json!({"batchItemFailures": []}) || self.batch().is_empty() {
                self.answers.lock().unwrap().send(answer).unwrap();
            }
            return ("202 Accepted", String::new(), Vec::new());
        }
        match request.target.as_str() {
            "DynamoDB_20120810.UpdateItem" => return ok(self.update(&request.body)),
            "secretsmanager.GetSecretValue" => return ok(self.secret(&request.body)),
            "" => {}
            target => panic!("{target} is not played here"),
        }
        if path.starts_with("/api/v3/predictions/") {
            return ok(self.api_answer.clone());
        }
        if let Some(key) = path.strip_prefix("/bucket/") {
            let key = key.split('?').next().unwrap();
            let stored = self.events.iter().find(|stored| stored.reference.key == key);
            return match (request.method.as_str(), stored) {
                ("PUT", _) => ok(Vec::new()),
                ("GET", Some(stored)) => ok(stored.body.clone()),
                _ => ("404 Not Found", String::new(), Vec::new()),
            };
        }
        ok(published(&request.body).into_bytes())
    }

    fn update(&self, body: &[u8]) -> Vec<u8> {
        let update: Value = serde_json::from_slice(body).unwrap();
        let id = update["Key"]["id"]["S"].as_str().unwrap();
        let StoredEvent { event, reference, .. } =
            self.events.iter().find(|stored| stored.event.id.as_str() == id).unwrap();
        if assigned(&update, "lease_until").is_null() {
            let state = assigned(&update, "#state")["S"].as_str().unwrap();
            let reason = assigned(&update, "last_error")["S"].as_str();
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            self.settled.lock().unwrap().insert(id.to_owned(), format!("{state}{reason}"));
            return b"{}".to_vec();
        }
        let item = json!({
            "id": {"S": id},
            "source": {"S": event.source.as_str()},
            "provider": {"S": event.provider.as_str()},
            "type": {"S": event.event_type.to_string()},
            "subject": {"S": event.subject},
            "verified_by": {"S": event.verified_by.as_str()},
            "origin": {"S": event.origin.as_str()},
            "received_at": {"N": event.received_at.as_millis().to_string()},
            "delivery": {"S": event.recorded_by},
            "headers": {"M": {}},
            "body_sha256": {"S": event.body_sha256.to_string()},
            "body_ref": {"M": {
                "bucket": {"S": reference.bucket},
                "key": {"S": reference.key},
                "sha256": {"S": reference.sha256},
                "size": {"N": reference.size.to_string()},
            }},
            "state": {"S": "processing"},
            "attempts": {"N": "1"},
            "claimed_by": assigned(&update, "claimed_by"),
            "lease_until": assigned(&update, "lease_until"),
            "due_at": {"N": "9999999999999"},
        });
        json!({ "Attributes": item }).to_string().into_bytes()
    }

    fn secret(&self, body: &[u8]) -> Vec<u8> {
        let request: Value = serde_json::from_slice(body).unwrap();
        let id = request["SecretId"].as_str().unwrap();
        let source = if id.ends_with("/confirmed") {
            json!({
                "provider": "get3w",
                "token_sha256": ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
                "confirm": true,
                "api_key": "sk-0123456789",
                "api_base_url": format!("http://{}", self.address),
            })
        } else {
            json!({"provider": "get3w", "secrets": ["0123456789abcdef01234567"]})
        };
        json!({"ARN": "arn", "Name": id, "SecretString": source.to_string()}).to_string().into_bytes()
    }
}

impl Request {
    fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let (mut length, mut target) = (0, String::new());
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().ok()?,
                "x-amz-target" => value.clone_into(&mut target),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Request { method, path, target, body })
    }
}

/// What SNS answers to an event, or to several together.
fn published(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    if !body.starts_with("Action=PublishBatch&") {
        return "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>".to_owned();
    }
    let ids = body.split('&').filter(|field| field.starts_with("PublishBatchRequestEntries."));
    let ids = ids.filter_map(|field| field.split_once(".Id=")).map(|(_, id)| id);
    let members = ids.map(|id| format!("<member><Id>{id}</Id><MessageId>1</MessageId></member>"));
    let members: String = members.collect();
    format!(
        "<PublishBatchResponse><PublishBatchResult><Successful>{members}</Successful></PublishBatchResult></PublishBatchResponse>"
    )
}

/// What an update sets `attribute` to; null if it does not.
fn assigned<'a>(update: &'a Value, attribute: &str) -> &'a Value {
    let expression = update["UpdateExpression"].as_str().unwrap();
    let name = expression.split([' ', ',']).skip_while(|word| *word != attribute).nth(2);
    name.map_or(&Value::Null, |name| &update["ExpressionAttributeValues"][name])
}
