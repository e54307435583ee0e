//! What Lambda itself does with a function's role: it polls the queue, ships the log, sends what X-Ray samples.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use serde_json::{Value, json};
use tests::aws::Aws;
use tests::clock::now_millis;
use tests::http::Http;
use tests::stack::REGION;

use crate::world::{Outage, World};

/// The queues that process reads, by their ids in the template.
pub(crate) const EVENTS: &str = "EventsQueue";
pub(crate) const EXPECTATIONS: &str = "ExpectQueue";

impl World {
    /// Polls the events queue once, lets process handle what comes, and deletes what need not come again, all by the
    /// role of process. Says what came of it.
    pub(crate) async fn process(&self, outage: Outage) -> String {
        self.process_from(EVENTS, outage).await
    }

    /// The same with another queue.
    pub(crate) async fn process_from(&self, queue: &str, outage: Outage) -> String {
        let messages = match self.poll(queue).await {
            Ok(messages) => messages,
            Err(refused) => return refused,
        };
        let kept = self.handle(queue, &messages, outage).await;
        let refused = self.delete(queue, &messages, &kept.ids).await;
        let refused = if refused { ", not deleted" } else { "" };
        format!("{} received, {} kept{}{refused}", messages.len(), kept.ids.len(), kept.troubles)
    }

    /// Receives a batch, or says what Lambda may not do. Lambda asks for the queue's attributes before it polls.
    pub(crate) async fn poll(&self, queue: &str) -> Result<Vec<Message>, String> {
        let (aws, url) = (self.lambda("Process"), self.queue_url(queue));
        let attributes = aws.sqs.get_queue_attributes().queue_url(&url);
        if let Err(error) = attributes.attribute_names(QueueAttributeName::VisibilityTimeout).send().await {
            return Err(told(error.code(), "the queue is not polled"));
        }
        let receive = aws.sqs.receive_message().queue_url(url).max_number_of_messages(10);
        let received = receive.message_system_attribute_names(MessageSystemAttributeName::All).send().await;
        let received = received.map_err(|error| told(error.code(), "nothing can be received"))?;
        let messages = received.messages.unwrap_or_default();
        for receipt in messages.iter().filter_map(Message::receipt_handle) {
            self.note_received(queue, receipt);
        }
        Ok(messages)
    }

    /// Lets process handle a batch.
    pub(crate) async fn handle(&self, queue: &str, messages: &[Message], outage: Outage) -> BatchResult {
        let records = messages.iter().map(|message| as_lambda_has_it(message, queue));
        let event = json!({"Records": records.collect::<Vec<_>>()});
        let invocation = self.invoke("Process", outage, event).await;
        let troubles = invocation.troubles();
        let ids = match invocation.answer {
            Ok(answer) => {
                let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
                failures.iter().filter_map(|failure| Some(failure["itemIdentifier"].as_str()?.to_owned())).collect()
            }
            // Then Lambda keeps them all.
            Err(_) => messages.iter().filter_map(|message| message.message_id.clone()).collect(),
        };
        BatchResult { ids, troubles }
    }

    /// Deletes those of `messages` that are not kept; `true` if that was refused.
    pub(crate) async fn delete(&self, queue: &str, messages: &[Message], kept: &[String]) -> bool {
        let (aws, url) = (self.lambda("Process"), self.queue_url(queue));
        let mut is_refused = false;
        let done = |message: &&Message| !kept.iter().any(|id| message.message_id() == Some(id));
        for message in messages.iter().filter(done) {
            let receipt = message.receipt_handle().unwrap_or_default();
            match aws.sqs.delete_message().queue_url(&url).receipt_handle(receipt).send().await {
                Ok(_) => {}
                Err(error) => {
                    told(error.code(), "");
                    is_refused = true;
                }
            }
        }
        is_refused
    }

    /// Lets `function` handle `event` and ships what it logs, and what X-Ray samples if the template says so. Says what
    /// became of both.
    pub(crate) async fn observe(&self, function: &str, event: Value) -> String {
        let lines = self.invoke(function, Outage::None, event).await.log_lines;
        let properties = self.account.template.resource(function).unwrap_or_default();
        let group = properties["LoggingConfig"]["LogGroup"].as_str().expect("a function names its log group");
        let aws = self.lambda(function);
        // Of a stream that is there already, Lambda learns by the same call.
        let stream = format!("{:08x}", fastrand::u32(..));
        let make = json!({"logGroupName": group, "logStreamName": stream});
        let is_made = call(&aws, "logs", "/", Some("Logs_20140328.CreateLogStream"), &make).await;
        let events: Vec<Value> = lines.iter().map(|line| json!({"timestamp": now_millis(), "message": line})).collect();
        let put = json!({"logGroupName": group, "logStreamName": stream, "logEvents": events});
        let is_shipped = is_made && call(&aws, "logs", "/", Some("Logs_20140328.PutLogEvents"), &put).await;
        let log = match (is_made, is_shipped) {
            (true, true) => "logged",
            (true, false) => "the log is empty",
            (false, _) => "there is no log",
        };
        if properties["TracingConfig"]["Mode"] != "Active" {
            return log.to_owned();
        }
        let segments = json!({"TraceSegmentDocuments": [json!({
            "trace_id": "1-5bef4de7-ad49b0e87f6ef6c87fc2e700", "id": "9a9197af755a6419", "name": function,
            "start_time": 1.0, "end_time": 2.0,
        }).to_string()]});
        let is_traced = call(&aws, "xray", "/TraceSegments", None, &segments).await;
        let records = json!({"TelemetryRecords": [{"Timestamp": 1.0}]});
        let is_counted = call(&aws, "xray", "/TelemetryRecords", None, &records).await;
        let (traced, counted) =
            (if is_traced { "traced" } else { "not traced" }, if is_counted { "counted" } else { "not counted" });
        format!("{log}, {traced}, {counted}")
    }

    fn lambda(&self, function: &str) -> Aws {
        let endpoint = &self.account.services.others;
        Aws::signed_in(Http::default(), Some(endpoint), self.account.credentials(function).clone(), REGION.to_owned())
    }
}

/// The messages that come again.
pub(crate) struct BatchResult {
    pub(crate) ids: Vec<String>,
    pub(crate) troubles: String,
}

/// `consequence`, if the refusal is that of a missing permission.
fn told(code: Option<&str>, consequence: &str) -> String {
    assert!(matches!(code, Some("AccessDeniedException" | "AccessDenied")), "Lambda's own call failed: {code:?}");
    consequence.to_owned()
}

/// Calls a service; `false` if it may not.
async fn call(aws: &Aws, service: &str, path: &str, target: Option<&str>, body: &Value) -> bool {
    let target = target.map(|target| ("x-amz-target", target));
    let headers: Vec<_> = [("content-type", "application/x-amz-json-1.1")].into_iter().chain(target).collect();
    let answer = aws.ask(service, "POST", path, &headers, body.to_string().into()).await;
    assert!(
        answer.status == 200 || answer.text().contains("AccessDenied"),
        "{service}: {} {}",
        answer.status,
        answer.text()
    );
    answer.status == 200
}

fn as_lambda_has_it(message: &Message, queue: &str) -> Value {
    let attributes = message.attributes.iter().flatten();
    let attributes: serde_json::Map<String, Value> =
        attributes.map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:us-east-1:123456789012:{queue}"),
        "awsRegion": REGION,
    })
}
