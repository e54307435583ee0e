//! What a call is about, as the tool's table of permissions names it.

use bytes::Bytes;
use hyper::Request;
use serde_json::Value;

use crate::stack::Stack;

/// The resource of a call of `action` to the services of `stack`; `*` if it is none of the stack's own.
pub(super) fn resource(action: &str, request: &Request<Bytes>, stack: &Stack) -> String {
    let json: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let text = |name: &str| json[name].as_str().unwrap_or_default();
    // Of an ARN, a form writes the colons in another way.
    let form = String::from_utf8_lossy(request.body()).replace("%3A", ":");
    match action.split(':').next().unwrap_or_default() {
        "dynamodb" => {
            let table = match json["RequestItems"].as_object().and_then(|items| items.keys().next()) {
                Some(table) => table,
                None => text("TableName"),
            };
            let tables = [(&stack.ledger_table, "Ledger"), (&stack.refused_table, "Refused")];
            let own = tables.iter().find(|(name, _)| *name == table).map(|(_, resource)| *resource);
            match (own, text("IndexName")) {
                (None, _) => "*".to_owned(),
                (Some(table), "") => table.to_owned(),
                (Some(table), index) => format!("{table}/index/{index}"),
            }
        }
        "sqs" => queue(["QueueUrl", "SourceArn", "QueueName", "QueueNamePrefix"].map(text), stack),
        "sns" => match form.split('&').find_map(|field| field.strip_prefix("TopicArn=")) {
            Some(topic) if topic == stack.topic_arn => "Topic".to_owned(),
            Some(_) => "AlarmTopic".to_owned(),
            None => "*".to_owned(),
        },
        "s3" => match request.uri().path().strip_prefix(&format!("/{}/", stack.bucket)) {
            Some(key) => format!("Bucket/{}/*", key.split('/').next().unwrap_or_default()),
            None => "*".to_owned(),
        },
        "secretsmanager" => {
            let is_of_source = [text("SecretId"), text("Name")]
                .iter()
                .any(|name| name.starts_with(&format!("{}/source/", stack.sources_prefix)));
            if is_of_source { "secret:${SourcesPrefix}/source/*".to_owned() } else { "*".to_owned() }
        }
        "logs" => {
            let groups = [
                (&stack.ingest_log_group, "IngestLogs"),
                (&stack.process_log_group, "ProcessLogs"),
                (&stack.sweep_log_group, "SweepLogs"),
            ];
            groups.iter().find(|(group, _)| *group == text("logGroupName")).map_or("*", |(_, name)| name).to_owned()
        }
        "lambda" if request.uri().path().contains(&format!("/{}/", stack.ingest_function)) => "Ingest".to_owned(),
        _ => "*".to_owned(),
    }
}

/// A queue by its URL, its ARN or its name.
fn queue(named: [&str; 4], stack: &Stack) -> String {
    let last = |text: &str| text.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
    let Some(name) = named.into_iter().find(|text| !text.is_empty()).map(last) else { return "*".to_owned() };
    let queues = [
        (&stack.events_queue_url, "EventsQueue"),
        (&stack.dead_letter_queue_url, "DeadLetterQueue"),
        (&stack.consumer_queue_url, "ConsumerQueue"),
        (&stack.consumer_dead_letter_queue_url, "ConsumerDeadLetterQueue"),
        (&stack.expect_queue_url, "ExpectQueue"),
    ];
    let own = queues.iter().find(|(url, _)| last(url) == name).map(|(_, resource)| *resource);
    let listener = name.starts_with("landfall-listen-").then_some("landfall-listen-*");
    own.or(listener).unwrap_or("*").to_owned()
}
