//! What the stubs hold, and how they answer.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};

use crate::digest::hex;
use crate::http::{Request, unchunk};
use crate::{Error, Result, update, write_units};

/// A DynamoDB item, as its JSON protocol writes it.
type Item = Map<String, Value>;

/// What the stubs hold.
#[derive(Default)]
pub struct State {
    /// By table and id.
    pub items: HashMap<(String, String), Item>,
    /// All queues' messages.
    pub messages: Vec<String>,
    /// Objects by path, the bucket first.
    pub objects: HashMap<String, Vec<u8>>,
    /// The number of messages published.
    pub published: usize,
    /// Secrets by name.
    pub secrets: HashMap<String, String>,
    /// What was asked so far.
    pub counts: Counts,
    /// What a stub could not do for a caller; it ends the run.
    pub failures: Vec<String>,
}

/// What was asked of the stubs.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Calls by operation, in the words of IAM.
    pub calls: BTreeMap<String, u64>,
    /// Requests that came over forgotten connections; they are no calls, and nobody sees an answer.
    pub unanswered: u64,
    /// What DynamoDB bills for the writes.
    pub write_units: u64,
    /// The time for which the stubs kept their callers waiting.
    pub held: Duration,
    /// Bytes sent to queues and topics, in steps of 64 KiB, as they are billed.
    pub message_units: u64,
}

/// An answer of a stub.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

impl Answer {
    fn json(status: u16, body: &Value) -> Answer {
        Answer { status, content_type: "application/x-amz-json-1.0", body: body.to_string().into_bytes() }
    }
}

const MESSAGE_ID: &str = "d1b0c2f4-0000-4000-8000-000000000000";
const BILLED_MESSAGE_BYTES: usize = 64 * 1024;

impl State {
    /// An empty account with one secret.
    #[must_use]
    pub fn with_secret(name: &str, value: &str) -> State {
        State { secrets: HashMap::from([(name.to_owned(), value.to_owned())]), ..State::default() }
    }

    /// Takes the counts since the last time.
    pub fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    pub(super) fn fail(&mut self, failure: String) {
        self.failures.push(failure);
    }

    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        let operation = operation(request);
        *self.counts.calls.entry(operation.clone()).or_default() += 1;
        let is_signed =
            request.message.header("authorization").is_some_and(|text| text.starts_with("AWS4-HMAC-SHA256 "));
        let answer = if is_signed { self.perform(&operation, request) } else { Err("it is not signed".into()) };
        answer.unwrap_or_else(|error| {
            self.fail(format!("{operation}: {error}"));
            Answer::json(400, &json!({"__type": "ValidationException", "message": error.to_string()}))
        })
    }

    fn perform(&mut self, operation: &str, request: &Request) -> Result<Answer> {
        let json = || serde_json::from_slice::<Value>(&request.message.body);
        match operation {
            // The directory of sources, which no sweep has written here.
            "dynamodb:GetItem" => Ok(Answer::json(200, &json!({}))),
            "dynamodb:PutItem" => self.put_item(json()?),
            "dynamodb:UpdateItem" => self.update_item(&json()?),
            "sqs:SendMessage" => self.send_message(&json()?),
            "secretsmanager:GetSecretValue" => self.get_secret_value(&json()?),
            "s3:PutObject" => {
                let path = request.path.split('?').next().unwrap_or_default();
                let body = &request.message.body;
                let is_chunked = request.message.header("content-encoding") == Some("aws-chunked");
                let body = if is_chunked { unchunk(body)?.ok_or("an object that breaks off")?.0 } else { body.clone() };
                self.objects.insert(path.to_owned(), body);
                Ok(Answer { status: 200, content_type: "application/xml", body: Vec::new() })
            }
            "s3:GetObject" => {
                let path = request.path.split('?').next().unwrap_or_default();
                let body = self.objects.get(path).ok_or("no such object")?.clone();
                Ok(Answer { status: 200, content_type: "application/octet-stream", body })
            }
            "sns:Publish" => {
                self.published += 1;
                self.counts.message_units += message_units(request.message.body.len());
                let body = format!(
                    "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>\
                     {MESSAGE_ID}</MessageId></PublishResult></PublishResponse>"
                );
                Ok(Answer { status: 200, content_type: "text/xml", body: body.into_bytes() })
            }
            "sns:PublishBatch" => {
                let body = String::from_utf8_lossy(&request.message.body);
                let ids = body.split('&').filter(|field| field.contains("Id=") && field.starts_with("PublishBatch"));
                let ids: Vec<&str> = ids.filter_map(|field| field.split('=').nth(1)).collect();
                self.published += ids.len();
                self.counts.message_units += message_units(body.len());
                let entry = |id: &&str| format!("<member><Id>{id}</Id><MessageId>{MESSAGE_ID}</MessageId></member>");
                let entries: String = ids.iter().map(entry).collect();
                let body = format!(
                    "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishBatchResult>\
                     <Successful>{entries}</Successful></PublishBatchResult></PublishBatchResponse>"
                );
                Ok(Answer { status: 200, content_type: "text/xml", body: body.into_bytes() })
            }
            _ => Err("no stub knows this operation".into()),
        }
    }

    fn put_item(&mut self, mut request: Value) -> Result<Answer> {
        let key = key(&request, &request["Item"])?;
        let standing = self.items.get(&key);
        let condition = request["ConditionExpression"].as_str().unwrap_or_default();
        // All conditional puts here are for what does not stand yet; none of the items expires during a run.
        if condition.contains("attribute_not_exists")
            && let Some(item) = standing
        {
            // A refused write is billed as well.
            self.counts.write_units += write_units::write_units(Some(item), item);
            return Ok(condition_failed(&request, item));
        }
        let Value::Object(item) = request["Item"].take() else { return Err("a put without an item".into()) };
        self.counts.write_units += write_units::write_units(standing, &item);
        self.items.insert(key, item);
        Ok(Answer::json(200, &json!({})))
    }

    fn update_item(&mut self, request: &Value) -> Result<Answer> {
        let key = key(request, &request["Key"])?;
        let old = self.items.get(&key).cloned();
        let mut item = old.clone().or_else(|| request["Key"].as_object().cloned()).unwrap_or_default();
        update::apply(request, &mut item)?;
        self.counts.write_units += write_units::write_units(old.as_ref(), &item);
        let answer = match request["ReturnValues"].as_str() {
            Some("ALL_NEW") => json!({"Attributes": item}),
            _ => json!({}),
        };
        self.items.insert(key, item);
        Ok(Answer::json(200, &answer))
    }

    fn send_message(&mut self, request: &Value) -> Result<Answer> {
        let message = request["MessageBody"].as_str().ok_or("a message without a body")?;
        let md5 = hex(&Md5::digest(message));
        self.counts.message_units += message_units(message.len());
        self.messages.push(message.to_owned());
        Ok(Answer::json(200, &json!({"MessageId": MESSAGE_ID, "MD5OfMessageBody": md5})))
    }

    fn get_secret_value(&self, request: &Value) -> Result<Answer> {
        let name = request["SecretId"].as_str().unwrap_or_default();
        let value = self.secrets.get(name).ok_or_else(|| Error::from(format!("no secret {name}")))?;
        Ok(Answer::json(200, &json!({"Name": name, "SecretString": value})))
    }
}

fn message_units(bytes: usize) -> u64 {
    bytes.div_ceil(BILLED_MESSAGE_BYTES).max(1) as u64
}

/// The table and the id of what a request is about.
fn key(request: &Value, item: &Value) -> Result<(String, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok((text(&request["TableName"]).ok_or("no table")?, text(&item["id"]["S"]).ok_or("no id")?))
}

fn condition_failed(request: &Value, item: &Item) -> Answer {
    let mut body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
    });
    if request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD" {
        body["Item"] = Value::Object(item.clone());
    }
    Answer::json(400, &body)
}

/// What is asked for, in the words of IAM.
fn operation(request: &Request) -> String {
    if let Some((service, action)) = request.message.header("x-amz-target").and_then(|target| target.rsplit_once('.')) {
        let service = match service {
            "AmazonSQS" => "sqs",
            "DynamoDB_20120810" => "dynamodb",
            other => other,
        };
        return format!("{service}:{action}");
    }
    match request.method.as_str() {
        "POST" if request.message.body.starts_with(b"Action=Publish&") => "sns:Publish".to_owned(),
        "POST" if request.message.body.starts_with(b"Action=PublishBatch&") => "sns:PublishBatch".to_owned(),
        "PUT" => "s3:PutObject".to_owned(),
        "GET" => "s3:GetObject".to_owned(),
        method => format!("unknown:{method}"),
    }
}
