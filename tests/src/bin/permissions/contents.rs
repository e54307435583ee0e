//! What stands where after a path: in the tables, the queues and the bucket.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as Attribute};
use domain::ledger::source_directory::DIRECTORY_ID;
use serde_json::Value;
use tests::clock::now_millis;
use tests::ledger::Record;

use crate::account::Account;
use crate::differing::{self, digest, short};
use crate::item;
use crate::world::World;

/// Older than any message that the events queue may have.
const OLD_SECONDS: f64 = 1e9;

/// What a path came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// In words.
    pub(crate) told: String,
    /// All items, messages and objects, without what differs from run to run.
    pub(crate) stored: Vec<String>,
}

impl Outcome {
    /// What is different in `expected`, line by line; `None` if nothing is.
    pub(crate) fn difference_from(&self, expected: &Outcome) -> Option<String> {
        if self == expected {
            return None;
        }
        let lines = |outcome: &Outcome, other: &Outcome| {
            let own = outcome.stored.iter().filter(|line| !other.stored.contains(line));
            own.map(|line| format!("\n    {line}")).collect::<String>()
        };
        let (own, others) = (lines(self, expected), lines(expected, self));
        Some(format!("\n  {}{own}\n  moto: {}{others}", self.told, expected.told))
    }
}

impl World {
    /// All items: the records, the directory of sources, those that are watched, and how fast senders are asked about jobs.
    pub(crate) async fn items(&self) -> Vec<Record> {
        let Account { tables, stack, .. } = &self.account;
        let scan = tables.dynamodb.scan().table_name(&stack.ledger_table).consistent_read(true).send().await;
        let items = scan.unwrap_or_else(|error| panic!("reading the ledger: {error:?}")).items.unwrap_or_default();
        let mut records: Vec<Record> = items.into_iter().map(Record).collect();
        records.sort_by_key(|record| record.id().to_owned());
        records
    }

    pub(crate) async fn keys(&self) -> Vec<String> {
        let Account { operator, stack, .. } = &self.account;
        let list = operator.s3.list_objects_v2().bucket(&stack.bucket).send().await;
        let list = list.unwrap_or_else(|error| panic!("reading the bucket: {error:?}"));
        list.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    /// An object: where it is, of what kind, and the digest of what is in it.
    async fn object(&self, key: &str) -> String {
        let Account { operator, stack, .. } = &self.account;
        let got = operator.s3.get_object().bucket(&stack.bucket).key(key).send().await;
        let got = got.unwrap_or_else(|error| panic!("reading {key}: {error:?}"));
        let kind = format!("{:?} {:?}", got.content_type(), got.content_encoding());
        let bytes = got.body.collect().await.unwrap_or_else(|error| panic!("reading {key}: {error:?}")).to_vec();
        let text = std::str::from_utf8(&bytes).map(|text| self.without_differing(text).into_bytes());
        format!("{}: {kind} SHA-256 {}", self.without_differing(key), digest(&text.unwrap_or(bytes)))
    }

    async fn uploads(&self) -> usize {
        let Account { operator, stack, .. } = &self.account;
        let list = operator.s3.list_multipart_uploads().bucket(&stack.bucket).send().await;
        list.unwrap_or_else(|error| panic!("listing uploads: {error:?}")).uploads().len()
    }

    /// The messages of a queue, those included that a function has received and not deleted.
    pub(crate) async fn messages(&self, id: &str) -> Vec<Message> {
        let (sqs, queue) = (&self.account.operator.sqs, self.queue_url(id));
        for receipt in self.take_receipts(id) {
            // What was deleted has no visibility any more.
            let show = sqs.change_message_visibility().queue_url(&queue).receipt_handle(receipt).visibility_timeout(0);
            let _ = show.send().await;
        }
        let mut all = Vec::new();
        loop {
            let receive = sqs.receive_message().queue_url(&queue).max_number_of_messages(10);
            let receive = receive.message_system_attribute_names(Attribute::All).message_attribute_names("All");
            let got = receive.send().await.unwrap_or_else(|error| panic!("reading {id}: {error:?}"));
            let got = got.messages.unwrap_or_default();
            if got.is_empty() {
                return all;
            }
            got.iter().filter_map(Message::receipt_handle).for_each(|receipt| self.note_received(id, receipt));
            all.extend(got);
        }
    }

    fn message(&self, queue: &str, message: &Message) -> String {
        let attribute = |name| message.attributes().and_then(|attributes| attributes.get(&name));
        let group = attribute(Attribute::MessageGroupId).map_or("none", String::as_str);
        let traced = if attribute(Attribute::AwsTraceHeader).is_some() { ", traced" } else { "" };
        let named = message.message_attributes().into_iter().flatten();
        let mut named: Vec<String> =
            named.map(|(name, value)| format!(", {name}={}", value.string_value().unwrap_or_default())).collect();
        named.sort();
        let body = message.body().unwrap_or_default();
        self.without_differing(&format!("{queue}: group {group}{traced}{}: {body}", named.concat()))
    }

    /// What stands where, after `parts` of a path were told.
    pub(crate) async fn outcome(&self, parts: &[String]) -> Outcome {
        let (now, items, mut told) = (now_millis(), self.items().await, parts.to_vec());
        let records: Vec<&Record> = items.iter().filter(|record| !record.text("state").is_empty()).collect();
        told.extend(counted(records.iter().map(|record| self.in_words(record, now))));
        if records.is_empty() {
            told.push("no record".to_owned());
        }
        if items.iter().any(|item| item.id() == DIRECTORY_ID) {
            told.push("a directory of sources".to_owned());
        }
        if items.iter().any(|item| item.number("blocked_until").is_some()) {
            told.push("the sender is left alone".to_owned());
        }
        if self.stores_refused().await {
            told.push("refused deliveries".to_owned());
        }
        let mut stored: Vec<String> = items.iter().map(|item| self.in_full(item, now)).collect();
        let refused: BTreeSet<String> = self.refused().await.iter().map(|item| self.in_full(item, now)).collect();
        stored.extend(refused);
        let mut in_queues = Vec::new();
        for queue in self.account.template.of_type("AWS::SQS::Queue") {
            let messages = self.messages(queue).await;
            self.note_messages(queue, messages.len());
            told.extend(in_words_of_queue(queue, &messages));
            in_queues.extend(messages.iter().map(|message| self.message(queue, message)));
        }
        in_queues.sort();
        stored.extend(in_queues);
        let keys = self.keys().await;
        let folders: BTreeSet<&str> = keys.iter().filter_map(|key| Some(key.split_once('/')?.0)).collect();
        told.extend(folders.iter().filter_map(|folder| {
            let inside = keys.iter().filter(|key| key.starts_with(&format!("{folder}/"))).count();
            count(inside, &format!("object in {folder}/")).map(|text| text.replacen("/s", "/", 1))
        }));
        for key in &keys {
            stored.push(self.object(key).await);
        }
        told.extend(count(self.uploads().await, "unfinished upload"));
        Outcome { told: told.join("; "), stored: stored.iter().map(|line| short(line)).collect() }
    }

    fn in_words(&self, record: &Record, now: i64) -> String {
        let words = item::in_words(record, now);
        if self.is_given(record) { format!("{words} as before") } else { words }
    }

    fn in_full(&self, item: &Record, now: i64) -> String {
        item::in_full(item, now, |text| self.without_differing(text))
    }

    pub(crate) fn without_differing(&self, text: &str) -> String {
        differing::without(text, &self.notes().masks)
    }

    fn note_messages(&self, queue: &str, messages: usize) {
        if messages > 0 {
            let measured = &mut self.notes().measured;
            measured.note("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, 1.0);
            measured.note("AWS/SQS", "ApproximateAgeOfOldestMessage", queue, OLD_SECONDS);
        }
    }
}

/// The messages in a queue, in words.
fn in_words_of_queue(queue: &str, messages: &[Message]) -> Vec<String> {
    let what = match queue {
        "EventsQueue" => "message",
        "ExpectQueue" => "expectation message",
        "DeadLetterQueue" => "dead letter",
        "ConsumerQueue" => {
            let published = |message: &Message| {
                let event: Value = serde_json::from_str(message.body().unwrap_or_default()).unwrap_or_default();
                format!("published {}", event["type"].as_str().unwrap_or("no event"))
            };
            return counted(messages.iter().map(published));
        }
        _ => "consumer's dead letter",
    };
    count(messages.len(), what).into_iter().collect()
}

/// Equal texts once, with how many there are.
fn counted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for text in texts {
        match counts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => counts.push((text, 1)),
        }
    }
    counts.into_iter().map(|(text, count)| if count == 1 { text } else { format!("{count} × {text}") }).collect()
}

fn count(count: usize, what: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
}
