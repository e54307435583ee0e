//! Events as a Lambda function gets them from SQS, and what its answer says of them.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::MessageAttributeValue;
use serde_json::{Map, Value, json};

use crate::local_event::LocalEvent;

/// What Lambda invokes a function with that has a mapping to the queue `queue_arn`.
#[must_use]
pub fn invocation(events: &[LocalEvent], queue_arn: &str) -> Value {
    let region = queue_arn.split(':').nth(3).unwrap_or_default();
    let records = events.iter().map(|LocalEvent { text, message, .. }| {
        let attributes = message.attributes().into_iter().flatten();
        let attributes: Map<String, Value> =
            attributes.map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
        let message_attributes = message.message_attributes().into_iter().flatten();
        let message_attributes: Map<String, Value> =
            message_attributes.map(|(name, value)| (name.clone(), attribute(value))).collect();
        json!({
            "messageId": message.message_id(),
            "receiptHandle": message.receipt_handle(),
            "body": text,
            "attributes": attributes,
            "messageAttributes": message_attributes,
            "md5OfBody": message.md5_of_body(),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": region,
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// Which of the events with these message ids failed, by the function's answer; `Err` says why all did. The rules are those of
/// a mapping with `ReportBatchItemFailures`.
///
/// # Errors
/// If the function failed, or names what is no message of the batch.
pub fn failures(answer: &str, message_ids: &[&str]) -> Result<BTreeSet<String>, String> {
    if answer.trim().is_empty() {
        return Ok(BTreeSet::new());
    }
    let answer: Value = serde_json::from_str(answer).map_err(|_| "its answer is no JSON".to_owned())?;
    if let Some(message) = answer.get("errorMessage") {
        return Err(format!("the function failed: {}", message.as_str().unwrap_or_default()));
    }
    let failures = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return Ok(BTreeSet::new()),
        Some(failures) => failures.as_array().ok_or("its batchItemFailures are no list")?,
    };
    let ids = failures.iter().map(|failure| match failure["itemIdentifier"].as_str() {
        Some(id) if message_ids.contains(&id) => Ok(id.to_owned()),
        Some(id) => Err(format!("its batchItemFailures name {id:?}, which is no message of the batch")),
        None => Err("its batchItemFailures lack an itemIdentifier".to_owned()),
    });
    ids.collect()
}

fn attribute(value: &MessageAttributeValue) -> Value {
    json!({
        "stringValue": value.string_value(),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value.data_type(),
    })
}

#[cfg(test)]
mod tests {
    use super::failures;

    #[test]
    fn an_answer_says_which_events_come_again() {
        let check = |answer: &str, expected: Result<&[&str], &str>| {
            let found = failures(answer, &["a", "b"]);
            let found: Result<Vec<&str>, &str> = match &found {
                Ok(ids) => Ok(ids.iter().map(String::as_str).collect()),
                Err(reason) => Err(reason.as_str()),
            };
            assert_eq!(found, expected.map(<[&str]>::to_vec), "{answer}");
        };
        for answer in ["", "null", "{}", "\"ok\"", r#"{"batchItemFailures": null}"#, r#"{"batchItemFailures": []}"#] {
            check(answer, Ok(&[]));
        }
        check(r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#, Ok(&["b"]));
        check("Task timed out", Err("its answer is no JSON"));
        check(r#"{"errorMessage": "boom", "errorType": "Error"}"#, Err("the function failed: boom"));
        check(r#"{"batchItemFailures": "a"}"#, Err("its batchItemFailures are no list"));
        check(
            r#"{"batchItemFailures": [{"itemIdentifier": null}]}"#,
            Err("its batchItemFailures lack an itemIdentifier"),
        );
        check(r#"{"batchItemFailures": [{"id": "a"}]}"#, Err("its batchItemFailures lack an itemIdentifier"));
        let stranger = "its batchItemFailures name \"c\", which is no message of the batch";
        check(r#"{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]}"#, Err(stranger));
    }
}
