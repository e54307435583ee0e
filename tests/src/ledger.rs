//! The ledger, read as an operator would and, where a test plays a fault, written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::event::event_id::EventId;
use domain::receive::refused::places::Place;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use sha2::{Digest, Sha256};

use crate::aws::Aws;
use crate::clock::now_millis;
use crate::sender::sign;
use crate::source::{Source, hex, signs};
use crate::world::World;

/// One event's record, attribute by attribute.
#[derive(Clone, Debug)]
pub struct Record(pub HashMap<String, AttributeValue>);

impl Record {
    /// The record as ingest writes it for a fresh delivery of `body` to `source`: everything of the event is in the
    /// ledger, and no message is on its way.
    ///
    /// # Panics
    /// If the source's name is none.
    #[must_use]
    pub fn received(source: &Source, body: &[u8]) -> Record {
        let head = source.provider.sender().expect("a sender of the catalogue").head(&BTreeMap::new(), body);
        let name = SourceName::parse(&source.name).expect("the harness makes names that can be parsed");
        let id = EventId::new(&name, head.key.iter().map(String::as_str));
        let now = now_millis();
        let record = Record(HashMap::from([("body".to_owned(), AttributeValue::B(Blob::new(body)))]))
            .with("id", id.as_str())
            .with("state", "received")
            .with("source", &source.name)
            .with("provider", source.provider.as_str())
            .with("type", &head.event_type.to_string())
            .with("verified_by", if signs(source.provider) { "signature" } else { "token" })
            .with("origin", "webhook")
            .with("delivery", &format!("{:032x}", fastrand::u128(..)))
            .with("body_sha256", &sha256(body))
            .with_number("received_at", now)
            .with_number("attempts", 0)
            .with_number("replay", 0)
            .due_at(now + 60_000);
        match head.subject {
            Some(subject) => record.with("subject", &subject),
            None => record,
        }
    }

    /// A refused delivery of Glossi's that is genuine by now, and its headers and body, as their table has them.
    ///
    /// # Panics
    /// If `source` has no secret.
    #[must_use]
    pub fn refused(source: &Source, body: &[u8], at_millis: i64) -> [Record; 2] {
        let name = SourceName::parse(&source.name).expect("the harness makes names");
        let minute = Place::minute_of(&name, Timestamp::from_millis(at_millis));
        let k = fastrand::i64(0..10_000);
        let place = |k| {
            let record = Record(HashMap::new()).with("minute", &minute).with_number("k", k);
            record.with_number("expires_at", at_millis / 1000 + 24 * 60 * 60)
        };
        let refused = place(k)
            .with("kind", "delivery")
            .with("request_id", &format!("refused-{k}"))
            .with("refusal", "signature_wrong")
            .with("body_sha256", &sha256(body))
            .with_number("received_at", at_millis)
            .with_number("size", i64::try_from(body.len()).expect("a body is small"));
        let mut content = place(k + 10_000);
        let header = "x-glossi-signature".to_owned();
        let signature = AttributeValue::S(sign(&source.secrets[0], body));
        content.0.insert("header_names".to_owned(), AttributeValue::Ss(vec![header.clone()]));
        content.0.insert("headers".to_owned(), AttributeValue::M([(header, signature)].into()));
        content.0.insert("body".to_owned(), AttributeValue::B(body.to_vec().into()));
        [refused, content]
    }

    /// The record with a text.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Record {
        self.0.insert(name.to_owned(), AttributeValue::S(text.to_owned()));
        self
    }

    /// The record with a number.
    #[must_use]
    pub fn with_number(mut self, name: &str, number: i64) -> Record {
        self.0.insert(name.to_owned(), AttributeValue::N(number.to_string()));
        self
    }

    /// What its outcome says, by name.
    #[must_use]
    pub fn outcome_names(&self) -> String {
        let outcome = self.0.get("outcome").and_then(|outcome| outcome.as_m().ok());
        let mut names: Vec<&str> = outcome.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.join(" ")
    }

    /// What its outcome says of `name`.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<&str> {
        let outcome = self.0.get("outcome")?.as_m().ok()?;
        outcome.get(name)?.as_s().ok().map(String::as_str)
    }

    /// The record coming due at `millis`. Every shard is swept, so which one it is in does not matter here.
    #[must_use]
    pub fn due_at(self, millis: i64) -> Record {
        self.with_number("due_at", millis).with("due_shard", "00")
    }

    /// The text `name`; empty if there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
    }

    /// The number `name`.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// The id that the same body has beside a failed event with another one.
    #[must_use]
    pub fn beside(&self) -> String {
        format!("{}/{}", self.id(), self.text("body_sha256"))
    }

    /// Whether nothing more will happen to it.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.text("state"), "done" | "failed")
    }

    /// How it stands, in a few words: `done after 1 attempt`.
    #[must_use]
    pub fn told(&self) -> String {
        let attempts = self.number("attempts").unwrap_or(0);
        let ending = if attempts == 1 { "" } else { "s" };
        format!("{} after {attempts} attempt{ending}", self.text("state"))
    }

    /// Where the body lies in the bucket, if it does: bucket and key.
    #[must_use]
    pub fn body_ref(&self) -> Option<(String, String)> {
        let reference = self.0.get("body_ref")?.as_m().ok()?;
        let text = |name: &str| reference.get(name)?.as_s().ok().cloned();
        Some((text("bucket")?, text("key")?))
    }

    /// The body, if the record itself holds it.
    ///
    /// # Panics
    /// If it is compressed and damaged.
    #[must_use]
    pub fn inline_body(&self) -> Option<Vec<u8>> {
        const BODY_MAX_BYTES: usize = 8 * 1024 * 1024;
        let bytes = self.0.get("body")?.as_b().ok()?.as_ref();
        Some(match self.text("body_encoding") {
            "zstd" => zstd::bulk::decompress(bytes, BODY_MAX_BYTES).expect("a compressed body is a zstd frame"),
            _ => bytes.to_vec(),
        })
    }
}

impl World {
    /// The record of the event `id`.
    ///
    /// # Panics
    /// If the ledger cannot be read.
    pub async fn record(&self, id: &str) -> Option<Record> {
        let get = self.aws.dynamodb.get_item().table_name(&self.stack.ledger_table).consistent_read(true);
        let answer = get.key("id", AttributeValue::S(id.to_owned())).send().await;
        answer.unwrap_or_else(|error| panic!("reading {id} from the ledger: {error:?}")).item.map(Record)
    }

    /// All records of `source`, the oldest first. It reads the whole ledger: for proving that something is not there.
    ///
    /// # Panics
    /// If the ledger cannot be read.
    pub async fn records(&self, source: &Source) -> Vec<Record> {
        let mut pages = self
            .aws
            .dynamodb
            .scan()
            .table_name(&self.stack.ledger_table)
            .consistent_read(true)
            .filter_expression("#source = :source")
            .expression_attribute_names("#source", "source")
            .expression_attribute_values(":source", AttributeValue::S(source.name.clone()))
            .into_paginator()
            .items()
            .send();
        let mut records = Vec::new();
        while let Some(item) = pages.next().await {
            records.push(Record(item.unwrap_or_else(|error| panic!("reading the ledger: {error:?}"))));
        }
        records.sort_by_key(|record| record.number("received_at"));
        records
    }

    /// All records. What else the table holds is no event.
    ///
    /// # Panics
    /// If the ledger cannot be read.
    pub async fn all_records(&self) -> Vec<Record> {
        let scan = self.aws.dynamodb.scan().table_name(&self.stack.ledger_table).consistent_read(true);
        let mut pages = scan.into_paginator().items().send();
        let mut records = Vec::new();
        while let Some(item) = pages.next().await {
            records.push(Record(item.unwrap_or_else(|error| panic!("reading the ledger: {error:?}"))));
        }
        records.retain(|record| !record.id().starts_with('@'));
        records
    }

    /// The ids of all events that are not finished.
    ///
    /// # Panics
    /// If the ledger cannot be read.
    pub async fn unfinished(&self) -> BTreeSet<String> {
        let mut pages = self
            .aws
            .dynamodb
            .scan()
            .table_name(&self.stack.ledger_table)
            .consistent_read(true)
            .projection_expression("id")
            .filter_expression("#state IN (:received, :processing)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":received", AttributeValue::S("received".to_owned()))
            .expression_attribute_values(":processing", AttributeValue::S("processing".to_owned()))
            .into_paginator()
            .items()
            .send();
        let mut ids = BTreeSet::new();
        while let Some(item) = pages.next().await {
            ids.insert(Record(item.unwrap_or_else(|error| panic!("reading the ledger: {error:?}"))).id().to_owned());
        }
        ids
    }

    /// All that is stored of refused deliveries.
    ///
    /// # Panics
    /// If the table cannot be read.
    pub async fn all_refused(&self) -> Vec<Record> {
        let scan = self.aws.dynamodb.scan().table_name(&self.stack.refused_table);
        let items: Result<Vec<_>, _> = scan.into_paginator().items().send().collect().await;
        let items = items.unwrap_or_else(|error| panic!("reading refused deliveries: {error:?}"));
        items.into_iter().map(Record).collect()
    }

    /// Plays that the time has come for which an unfinished record waits: its retry, the end of its lease, its due time.
    /// Nothing happens if it is not as it was when it was read.
    ///
    /// # Panics
    /// If the ledger cannot be written.
    pub async fn hurry(&self, record: &Record) {
        let now = AttributeValue::N(now_millis().to_string());
        let waits = ["due_at", "not_before", "lease_until"].into_iter().filter(|name| record.number(name).is_some());
        let set: Vec<String> = waits.map(|name| format!("{name} = :now")).collect();
        let was = record.number("due_at").unwrap_or_default();
        let update = self.aws.dynamodb.update_item().table_name(&self.stack.ledger_table);
        let hurried = update
            .key("id", AttributeValue::S(record.id().to_owned()))
            .update_expression(format!("SET {}", set.join(", ")))
            .condition_expression("#state = :state AND due_at = :was")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", AttributeValue::S(record.text("state").to_owned()))
            .expression_attribute_values(":was", AttributeValue::N(was.to_string()))
            .expression_attribute_values(":now", now)
            .send()
            .await;
        if let Err(error) = hurried {
            let is_changed =
                error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception);
            assert!(is_changed, "writing {} to the ledger: {error:?}", record.id());
        }
    }

    /// Writes many records over whatever stands there.
    ///
    /// # Panics
    /// If the ledger cannot be written.
    pub async fn put_records(&self, records: &[Record]) {
        put_records(&self.aws, &self.stack.ledger_table, records).await;
    }

    /// Writes a record over whatever stands there.
    ///
    /// # Panics
    /// If the ledger cannot be written.
    pub async fn put_record(&self, record: &Record) {
        let put = self.aws.dynamodb.put_item().table_name(&self.stack.ledger_table).set_item(Some(record.0.clone()));
        put.send().await.unwrap_or_else(|error| panic!("writing {} to the ledger: {error:?}", record.id()));
    }
}

/// Writes many records into a ledger, over whatever stands there.
///
/// # Panics
/// If it cannot be written.
pub async fn put_records(aws: &Aws, table: &str, records: &[Record]) {
    for records in records.chunks(25) {
        let put = |record: &Record| {
            let put = PutRequest::builder().set_item(Some(record.0.clone())).build().expect("it has an item");
            WriteRequest::builder().put_request(put).build()
        };
        let batch = aws.dynamodb.batch_write_item();
        let batch = batch.request_items(table, records.iter().map(put).collect());
        let answer = batch.send().await.unwrap_or_else(|error| panic!("writing to the ledger: {error:?}"));
        assert!(answer.unprocessed_items().is_none_or(std::collections::HashMap::is_empty), "all are taken");
    }
}

/// The SHA-256 of `bytes` in lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    hex(&digest)
}
