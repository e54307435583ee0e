//! The account at work: deliveries, batches and sweeps, each by a fresh instance of a function, and what stands where
//! after them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use domain::ledger::source_directory::DIRECTORY_ID;
use domain::ledger::watch_list::WATCH_LIST_ID;
use domain::provider::Provider;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::functions::url_event;
use tests::ledger::Record;
use tests::sender;
use tests::source::Source;

use crate::account::Account;
use crate::function::Start;
use crate::item;

/// An account, and the binaries that run in it.
pub(crate) struct World {
    pub(crate) account: Account,
    /// Where the binaries are.
    pub(crate) binaries: PathBuf,
    /// Where their logs go.
    pub(crate) directory: PathBuf,
    /// Texts that differ from run to run, and what is told in their place.
    pub(crate) masks: Mutex<Vec<(String, &'static str)>>,
}

/// A service that is out of reach for one instance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outage {
    None,
    DynamoDb,
    S3,
    Sns,
    Sqs,
}

/// What a path came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// In words.
    pub(crate) told: String,
    /// The ledger, attribute by attribute.
    pub(crate) ledger: Vec<String>,
}

impl World {
    /// Starts `function` with what the template, the account and `outage` say.
    pub(crate) fn start(&self, function: &str, outage: Outage) -> Start {
        let properties = self.account.template.resource(function).expect("the template has the function");
        let variables = properties["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
        let mut environment: BTreeMap<String, String> =
            variables.into_iter().map(|(name, value)| (name, text(&value))).collect();
        let credentials = self.account.credentials(function);
        let nowhere = "http://127.0.0.1:9";
        let unreachable = match outage {
            Outage::None => None,
            Outage::DynamoDb => Some("DYNAMODB"),
            Outage::S3 => Some("S3"),
            Outage::Sns => Some("SNS"),
            Outage::Sqs => Some("SQS"),
        };
        let services = &self.account.services;
        let told = [
            ("AWS_REGION", tests::stack::REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
            ("AWS_SESSION_TOKEN", credentials.session_token().unwrap_or_default().to_owned()),
            ("AWS_ENDPOINT_URL", services.others.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", services.dynamodb.clone()),
            ("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text(&properties["MemorySize"])),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", function.to_owned()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", function.to_owned()),
            // The senders' APIs and their assets are played on this machine.
            ("TEST_ONLY_ALLOW_LOOPBACK", "1".to_owned()),
        ];
        environment.extend(told.map(|(name, value)| (name.to_owned(), value)));
        if let Some(service) = unreachable {
            environment.insert(format!("AWS_ENDPOINT_URL_{service}"), nowhere.to_owned());
        }
        let seconds = properties["Timeout"].as_u64().expect("a function has a time-out");
        Start {
            binary: self.binaries.join(function.to_lowercase()),
            environment,
            timeout: Duration::from_secs(seconds),
            log: self.directory.join(format!("{function}-{:08x}.log", fastrand::u32(..))),
        }
    }

    /// The account as it was in the beginning.
    pub(crate) async fn reset(&self) {
        let Account { operator, tables, stack, .. } = &self.account;
        // A purge does not reach hidden messages everywhere, and comes once a minute at most.
        for id in self.account.template.of_type("AWS::SQS::Queue") {
            let queue = self.account.template.names.reference("AWS::SQS::Queue", id);
            let deleted = operator.sqs.delete_queue().queue_url(&queue).send().await;
            deleted.unwrap_or_else(|error| panic!("deleting {id}: {error:?}"));
        }
        self.account.make_queues().await;
        for record in self.items().await {
            let delete = tables.dynamodb.delete_item().table_name(&stack.ledger_table);
            let deleted = delete.key("id", AttributeValue::S(record.id().to_owned())).send().await;
            deleted.unwrap_or_else(|error| panic!("emptying the ledger: {error:?}"));
        }
        self.empty_refused().await;
        for key in self.keys().await {
            let deleted = operator.s3.delete_object().bucket(&stack.bucket).key(&key).send().await;
            deleted.unwrap_or_else(|error| panic!("emptying the bucket: {error:?}"));
        }
        let uploads = operator.s3.list_multipart_uploads().bucket(&stack.bucket).send().await;
        for upload in uploads.unwrap_or_else(|error| panic!("listing uploads: {error:?}")).uploads() {
            let (key, id) = (upload.key().unwrap_or_default(), upload.upload_id().unwrap_or_default());
            let abort = operator.s3.abort_multipart_upload().bucket(&stack.bucket).key(key).upload_id(id);
            abort.send().await.unwrap_or_else(|error| panic!("taking an upload back: {error:?}"));
        }
        self.masks.lock().expect("nobody panics with it").clear();
    }

    /// A source of this name, set up.
    pub(crate) async fn source(&self, name: &str, provider: Provider) -> Source {
        self.set_up(name, Source::new(provider)).await
    }

    /// `source` under this name, set up.
    pub(crate) async fn set_up(&self, name: &str, mut source: Source) -> Source {
        name.clone_into(&mut source.name);
        source.set_up(&self.account.operator, &self.account.stack).await;
        source
    }

    /// From now on, `text` is told as `mask`.
    pub(crate) fn mask(&self, text: &str, mask: &'static str) {
        self.masks.lock().expect("nobody panics with it").push((text.to_owned(), mask));
    }

    /// The event by which ingest gets the delivery of `body`.
    pub(crate) fn delivery(&self, source: &Source, body: &[u8]) -> Value {
        let request = sender::delivery(&self.account.stack, source, body);
        let path = request.url.strip_prefix(&self.account.stack.function_url).expect("it goes to the function");
        url_event(&request, path)
    }

    /// Delivers `body`, and says how that was answered.
    pub(crate) async fn deliver(&self, source: &Source, body: &[u8], outage: Outage) -> String {
        self.start("Ingest", outage).invoke(self.delivery(source, body)).await.told()
    }

    /// Delivers `body` for a path that begins behind ingest.
    pub(crate) async fn feed(&self, source: &Source, body: &[u8], outage: Outage) {
        let answer = self.deliver(source, body, outage).await;
        assert!(answer.starts_with("200 accepted"), "{}: {answer}", source.name);
    }

    /// Lets the sweep run.
    pub(crate) async fn sweep(&self, outage: Outage) -> String {
        let invocation = self.start("Sweep", outage).invoke(json!({})).await;
        let troubles = invocation.troubles();
        match invocation.answer {
            Ok(report) => {
                let silent = report["silent"].as_u64().map(|count| format!(", {count} silent")).unwrap_or_default();
                let refusing = report["only_refused"].as_u64().map(|count| format!(", {count} with only refusals"));
                format!("swept{troubles}{silent}{}", refusing.unwrap_or_default())
            }
            Err(_) => format!("the sweep failed{troubles}"),
        }
    }

    /// All records, of events and of jobs: they have a state.
    pub(crate) async fn records(&self) -> Vec<Record> {
        let mut records = self.items().await;
        records.retain(|record| !record.text("state").is_empty());
        records
    }

    /// All items: the records, the directory of sources, those that are watched, and how fast senders are asked about jobs.
    async fn items(&self) -> Vec<Record> {
        let Account { tables, stack, .. } = &self.account;
        let scan = tables.dynamodb.scan().table_name(&stack.ledger_table).consistent_read(true).send().await;
        let items = scan.unwrap_or_else(|error| panic!("reading the ledger: {error:?}")).items.unwrap_or_default();
        let mut records: Vec<Record> = items.into_iter().map(Record).collect();
        records.sort_by_key(|record| record.id().to_owned());
        records
    }

    /// Watches a source, from which an event is to arrive each hour.
    pub(crate) async fn watch(&self, source: &Source) {
        let silent_after = HashMap::from([(source.name.clone(), AttributeValue::N("3600".to_owned()))]);
        let list = HashMap::from([
            ("id".to_owned(), AttributeValue::S(WATCH_LIST_ID.to_owned())),
            ("silent_after".to_owned(), AttributeValue::M(silent_after)),
            ("revision".to_owned(), AttributeValue::N("1".to_owned())),
        ]);
        self.put(&Record(list)).await;
    }

    /// Plays that the time has come for which every item waits.
    pub(crate) async fn hurry(&self) {
        for mut record in self.items().await {
            for name in ["due_at", "not_before", "lease_until", "blocked_until"] {
                if record.number(name).is_some() {
                    record = record.with_number(name, now_millis() - 1);
                }
            }
            self.put(&record).await;
        }
    }

    /// Writes a record over whatever stands there.
    pub(crate) async fn put(&self, record: &Record) {
        let Account { tables, stack, .. } = &self.account;
        let put = tables.dynamodb.put_item().table_name(&stack.ledger_table).set_item(Some(record.0.clone()));
        put.send().await.unwrap_or_else(|error| panic!("writing to the ledger: {error:?}"));
    }

    async fn keys(&self) -> Vec<String> {
        let Account { operator, stack, .. } = &self.account;
        let list = operator.s3.list_objects_v2().bucket(&stack.bucket).send().await;
        let list = list.unwrap_or_else(|error| panic!("reading the bucket: {error:?}"));
        list.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    async fn uploads(&self) -> usize {
        let Account { operator, stack, .. } = &self.account;
        let list = operator.s3.list_multipart_uploads().bucket(&stack.bucket).send().await;
        list.unwrap_or_else(|error| panic!("listing uploads: {error:?}")).uploads().len()
    }

    /// How many messages a queue has, those included that are hidden.
    async fn messages(&self, queue: &str) -> usize {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let get = self.account.operator.sqs.get_queue_attributes().queue_url(queue);
        let got = get.set_attribute_names(Some(counts.to_vec())).send().await;
        let attributes = got.unwrap_or_else(|error| panic!("reading {queue}: {error:?}")).attributes;
        attributes.unwrap_or_default().values().filter_map(|count| count.parse::<usize>().ok()).sum()
    }

    /// What the consumer has got: the types of events.
    async fn published(&self) -> Vec<String> {
        let Account { operator, stack, .. } = &self.account;
        let receive = operator.sqs.receive_message().queue_url(&stack.consumer_queue_url).max_number_of_messages(10);
        let got = receive.send().await.unwrap_or_else(|error| panic!("reading the consumer's queue: {error:?}"));
        let event_type = |body: &str| {
            let event: Value = serde_json::from_str(body).unwrap_or_default();
            event["type"].as_str().unwrap_or("no event").to_owned()
        };
        got.messages().iter().map(|message| event_type(message.body().unwrap_or_default())).collect()
    }

    /// What stands where, after `parts` of a path were told.
    pub(crate) async fn outcome(&self, parts: &[String]) -> Outcome {
        let stack = &self.account.stack;
        let (now, records) = (now_millis(), self.records().await);
        let mut told = parts.to_vec();
        told.extend(records.iter().map(|record| item::in_words(record, now)));
        if records.is_empty() {
            told.push("no record".to_owned());
        }
        let others = self.items().await;
        if others.iter().any(|item| item.id() == DIRECTORY_ID) {
            told.push("a directory of sources".to_owned());
        }
        if others.iter().any(|item| item.number("blocked_until").is_some()) {
            told.push("the sender is left alone".to_owned());
        }
        if self.stores_refused().await {
            told.push("refused deliveries".to_owned());
        }
        let count = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}{}", plural(count)));
        told.extend(count(self.messages(&stack.events_queue_url).await, "message"));
        told.extend(count(self.messages(&stack.expect_queue_url).await, "expectation message"));
        told.extend(count(self.messages(&stack.dead_letter_queue_url).await, "dead letter"));
        told.extend(self.published().await.into_iter().map(|kind| format!("published {kind}")));
        let keys = self.keys().await;
        let folders: BTreeSet<&str> = keys.iter().filter_map(|key| Some(key.split_once('/')?.0)).collect();
        told.extend(folders.iter().filter_map(|folder| {
            let inside = keys.iter().filter(|key| key.starts_with(&format!("{folder}/"))).count();
            count(inside, &format!("object in {folder}/")).map(|text| text.replacen("/s", "/", 1))
        }));
        told.extend(count(self.uploads().await, "unfinished upload"));
        let masks = self.masks.lock().expect("nobody panics with it").clone();
        let ledger = records.iter().map(|record| item::in_full(record, now, &masks)).collect();
        Outcome { told: told.join("; "), ledger }
    }
}

/// A text, or a number as one.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
