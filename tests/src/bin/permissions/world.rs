//! The account at work: deliveries, batches and sweeps, each by a fresh instance of a function.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ledger::watch_list::WATCH_LIST_ID;
use domain::provider::Provider;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::functions::url_event;
use tests::ledger::Record;
use tests::sender;
use tests::source::Source;

use crate::account::Account;
use crate::differing::digest;
use crate::function::{Invocation, Start};
use crate::measured::Measured;

/// An account, and the binaries that run in it.
pub(crate) struct World {
    pub(crate) account: Account,
    /// Where the binaries are.
    pub(crate) binaries: PathBuf,
    /// Where their logs go.
    pub(crate) directory: PathBuf,
    notes: Mutex<Notes>,
}

/// What is known of the path that is walked.
#[derive(Default)]
pub(crate) struct Notes {
    /// Texts that differ from run to run, and what is told in their place.
    pub(crate) masks: Vec<(String, &'static str)>,
    /// The records that it began with.
    given: Vec<Record>,
    /// What was received: the queue's id in the template, and a receipt.
    received: Vec<(String, String)>,
    /// What the functions measured.
    pub(crate) measured: Measured,
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

impl World {
    pub(crate) fn new(account: Account, binaries: PathBuf, directory: PathBuf) -> World {
        World { account, binaries, directory, notes: Mutex::default() }
    }

    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().expect("nobody panics with them")
    }

    /// Starts `function`, hands it `event`, and notes what it measures.
    pub(crate) async fn invoke(&self, function: &str, outage: Outage, event: Value) -> Invocation {
        let invocation = self.start(function, outage).invoke(event).await;
        let measured = &mut self.notes().measured;
        measured.note_lines(&invocation.log_lines);
        if invocation.answer.is_err() {
            measured.note("AWS/Lambda", "Errors", function, 1.0);
        }
        invocation
    }

    /// Starts `function` with what the template, the account and `outage` say.
    fn start(&self, function: &str, outage: Outage) -> Start {
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
            binary: self.binary(function),
            environment,
            timeout: Duration::from_secs(seconds),
            log: self.directory.join(format!("{function}-{:08x}.log", fastrand::u32(..))),
        }
    }

    /// A file beside the others, or `bootstrap` in a folder of the function, as it is built for Lambda.
    fn binary(&self, function: &str) -> PathBuf {
        let file = self.binaries.join(function.to_lowercase());
        if file.is_dir() { file.join("bootstrap") } else { file }
    }

    /// The account as it was in the beginning.
    pub(crate) async fn reset(&self) {
        let Account { operator, tables, stack, .. } = &self.account;
        // A purge does not reach hidden messages everywhere, and comes once a minute at most.
        for id in self.account.template.of_type("AWS::SQS::Queue") {
            let deleted = operator.sqs.delete_queue().queue_url(self.queue_url(id)).send().await;
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
        *self.notes() = Notes::default();
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
        self.notes().masks.push((text.to_owned(), mask));
    }

    /// Notes that a message was received, which hides it for a while.
    pub(crate) fn note_received(&self, queue: &str, receipt: &str) {
        self.notes().received.push((queue.to_owned(), receipt.to_owned()));
    }

    /// The receipts of what was received from a queue.
    pub(crate) fn take_receipts(&self, queue: &str) -> Vec<String> {
        self.notes().received.extract_if(.., |(of, _)| of == queue).map(|(_, receipt)| receipt).collect()
    }

    /// Whether the path began with exactly this record.
    pub(crate) fn is_given(&self, record: &Record) -> bool {
        self.notes().given.iter().any(|given| given.0 == record.0)
    }

    /// The URL of the queue with this id in the template.
    pub(crate) fn queue_url(&self, id: &str) -> String {
        self.account.template.names.reference("AWS::SQS::Queue", id)
    }

    /// The event by which ingest gets the delivery of `body`.
    pub(crate) fn delivery(&self, source: &Source, body: &[u8]) -> Value {
        // The digest of what differs differs too.
        let text = String::from_utf8_lossy(body);
        if self.without_differing(&text) != text {
            self.mask(&digest(body), "DIGEST");
        }
        let request = sender::delivery(&self.account.stack, source, body);
        let path = request.url.strip_prefix(&self.account.stack.function_url).expect("it goes to the function");
        url_event(&request, path)
    }

    /// Delivers `body`, and says how that was answered.
    pub(crate) async fn deliver(&self, source: &Source, body: &[u8], outage: Outage) -> String {
        self.invoke("Ingest", outage, self.delivery(source, body)).await.told()
    }

    /// Delivers `body` for a path that begins behind ingest.
    pub(crate) async fn feed(&self, source: &Source, body: &[u8], outage: Outage) {
        let answer = self.deliver(source, body, outage).await;
        assert!(answer.starts_with("200 accepted"), "{}: {answer}", source.name);
    }

    /// Lets the sweep run.
    pub(crate) async fn sweep(&self, outage: Outage) -> String {
        let invocation = self.invoke("Sweep", outage, json!({})).await;
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

    /// Writes a record that the path begins with.
    pub(crate) async fn give(&self, record: Record) {
        self.put(&record).await;
        self.notes().given.push(record);
    }

    /// Writes a record over whatever stands there.
    pub(crate) async fn put(&self, record: &Record) {
        let Account { tables, stack, .. } = &self.account;
        let put = tables.dynamodb.put_item().table_name(&stack.ledger_table).set_item(Some(record.0.clone()));
        put.send().await.unwrap_or_else(|error| panic!("writing to the ledger: {error:?}"));
    }
}

/// A text, or a number as one.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
