//! Each command of the tool as somebody would type it, and what stands in the stack for it. Two tests go through them: what
//! a command asks of AWS, and whether the policies allow it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::ledger::record::BodyRef;
use domain::ledger::slot;
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use serde_json::json;

use crate::aws::Aws;
use crate::clock::now_millis;
use crate::ledger::{Record, put_records};
use crate::recorded::recorded;
use crate::registration_api::{API_KEY, RegistrationApi};
use crate::source::Source;
use crate::stack::Stack;
use crate::tool::Run;

/// A command, with what is typed behind it.
#[derive(Clone, Copy, Debug)]
pub struct CommandLine {
    /// The command, as `landfall permissions` names it.
    pub command: &'static str,
    /// What is behind it, with names in braces for what is only known when it runs.
    pub arguments: &'static str,
    /// Of one that goes on until it is interrupted: the call after which it may be.
    pub last_call: Option<&'static str>,
}

const fn line(command: &'static str, arguments: &'static str) -> CommandLine {
    CommandLine { command, arguments, last_call: None }
}

const fn until(last_call: &'static str, command: &'static str, arguments: &'static str) -> CommandLine {
    CommandLine { command, arguments, last_call: Some(last_call) }
}

/// All commands that call AWS, but `deploy` and `upgrade`. Later ones need what earlier ones have made.
pub const COMMAND_LINES: &[CommandLine] = &[
    line("status", ""),
    line("status", "--parts"),
    line("source list", ""),
    line("source show", "{source}"),
    line("source add", "glossi --name {new} --secret-file {secret_file} --yes"),
    line("source rotate", "{new} --secret-file {secret_file} --yes"),
    line("source remove", "{new} --previous --yes"),
    line("source remove", "{new} --yes"),
    line("source test", "{source} --yes"),
    line("source register", "{registered} --api-key-file {key_file} --api-url {api} --yes"),
    line("source register", "{registered} --api-key-file {key_file} --api-url {api} --yes"),
    line("source register", "{registered} --show --api-key-file {key_file} --api-url {api}"),
    line("sign", "{source} {body_file}"),
    line("explain", "{vector_file} --source {source}"),
    line("trigger", "glossi job-complete --source {source} --yes"),
    line("events list", "--source {source}"),
    line("events list", "--source {source} --state failed"),
    line("events list", "--source {source} --subject {subject}"),
    line("events list", "--source {source} --match {}"),
    line("events list", ""),
    line("events get", "{large} --no-logs"),
    line("events get", "{large}"),
    line("events body", "{small}"),
    line("events body", "{large}"),
    line("events diff", "{small} {large}"),
    until("dynamodb:BatchGetItem", "events tail", "--source {source}"),
    until("s3:GetObject", "events tail", "--match {}"),
    line("events export", "--source {source}"),
    line("events export", "--source {source} --state failed"),
    line("events export", "--source {source} --bodies"),
    line("replay freeze", "{small}"),
    line("replay freeze", "--source {source} --match {}"),
    line("replay freeze", "--source {source} --state failed"),
    line("replay list", ""),
    line("replay show", "{job}"),
    line("replay pause", "{job}"),
    line("replay run", "{job}"),
    line("replay freeze", "--source {source} --contradicted"),
    line("replay cancel", "{job}"),
    line("ledger backfill", "--yes"),
    until("logs:FilterLogEvents", "tail", "--containing {source}"),
    line("wait", "--id {small}"),
    line("wait", "--subject {subject} --source {source}"),
    line("consumers list", ""),
    line("dlq list", ""),
    line("dlq show", "consumer"),
    line("dlq show", "events"),
    line("dlq redrive", "consumer --to {consumer_arn} --yes"),
    line("cost", ""),
    line("doctor", ""),
];

/// What stands for the commands in a stack.
#[derive(Debug)]
pub struct Prepared {
    aws: Aws,
    ledger_table: String,
    values: BTreeMap<&'static str, String>,
    /// Whose body is in the bucket.
    large: Record,
    _api: RegistrationApi,
}

impl CommandLine {
    /// Whether it is about the sources that the directory names.
    #[must_use]
    pub fn asks_for_all_sources(&self) -> bool {
        matches!(self.command, "events list" | "events tail") && !self.arguments.contains("--source")
    }

    /// The words of it.
    #[must_use]
    pub fn words(&self, prepared: &Prepared) -> Vec<String> {
        let fill = |word: &str| {
            prepared
                .values
                .iter()
                .fold(word.to_owned(), |word, (name, value)| word.replace(&format!("{{{name}}}"), value))
        };
        let words = self.command.split(' ').chain(self.arguments.split_whitespace());
        // What is frozen is read from what it says.
        words.chain(["--output", "ndjson"]).map(fill).collect()
    }
}

impl Prepared {
    /// Puts a source with three finished events into the stack, and a message into each of its dead-letter queues.
    ///
    /// # Panics
    /// If it cannot be put there.
    pub async fn put(aws: &Aws, stack: &Stack) -> Prepared {
        let source = Source::new(Provider::Glossi);
        source.set_up(aws, stack).await;
        for url in [&stack.dead_letter_queue_url, &stack.consumer_dead_letter_queue_url] {
            aws.sqs.send_message().queue_url(url).message_body("{}").send().await.expect("a message can be sent");
        }
        let consumer = aws.sqs.get_queue_attributes().queue_url(&stack.consumer_queue_url);
        let consumer = consumer.attribute_names(QueueAttributeName::QueueArn).send().await;
        let consumer = consumer.expect("it can be asked").attributes.expect("it has some");
        let records = records(&source, stack);
        put_records(aws, &stack.ledger_table, &records).await;
        let (_, key) = records[1].body_ref().expect("its body is in the bucket");
        let put = aws.s3.put_object().bucket(&stack.bucket).key(key).body(body().into());
        put.send().await.expect("a body can be put");

        let api = RegistrationApi::start();
        let registered = format!("{}-registered", source.name);
        let vectors = json!({"groups": [{"source": {"name": source.name}, "cases": [{
            "name": "recorded", "received_at": "2026-01-01T00:00:00Z",
            "request": {"method": "POST", "url": format!("https://inbox.example/hooks/{}", source.name), "headers": [], "body": "{}"},
        }]}]});
        let values = BTreeMap::from([
            ("source", source.name.clone()),
            ("new", format!("{}-new", source.name)),
            ("registered", registered),
            ("api", api.url.clone()),
            ("small", records[0].id().to_owned()),
            ("subject", records[0].text("subject").to_owned()),
            ("large", records[1].id().to_owned()),
            ("consumer_arn", consumer[&QueueAttributeName::QueueArn].clone()),
            ("body_file", file("body.json", &body())),
            ("vector_file", file("vectors.json", vectors.to_string().as_bytes())),
            ("secret_file", file("secret", source.secrets[0].as_bytes())),
            ("key_file", file("key", API_KEY.as_bytes())),
        ]);
        Prepared {
            aws: aws.clone(),
            ledger_table: stack.ledger_table.clone(),
            values,
            large: records[1].clone(),
            _api: api,
        }
    }

    /// Lets an event arrive, for who follows.
    pub async fn let_one_arrive(&self) {
        let id = format!("{}-{:08x}", self.large.id(), fastrand::u32(..));
        let new = self.large.clone().with("id", &id).with_number("received_at", now_millis());
        put_records(&self.aws, &self.ledger_table, &[new]).await;
    }

    /// Later commands are about the replay job that this run has frozen.
    ///
    /// # Panics
    /// If it has frozen none.
    pub fn set_job_of(&mut self, run: &Run) {
        let documents = run.documents();
        let job = documents.first().and_then(|job| job["job"].as_str());
        self.values.insert("job", job.unwrap_or_else(|| panic!("nothing is frozen: {}", run.told())).to_owned());
    }

    /// The name of the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.values["source"]
    }
}

fn body() -> Vec<u8> {
    recorded("glossi/job-complete").body
}

/// One that is done, one whose body is in the bucket, one that failed, and one of before the listing.
fn records(source: &Source, stack: &Stack) -> Vec<Record> {
    const MONTH_SECONDS: i64 = 30 * 24 * 60 * 60;
    let name = SourceName::parse(&source.name).expect("the harness makes names");
    let finished = |number: i64| {
        let record = Record::received(source, &body());
        let id = EventId::new(&name, [format!("numbered-{number}").as_str()]);
        let slot = slot::of_subject(&name, record.text("subject"));
        let mut record = record
            .with("id", id.as_str())
            .with("slot", &slot)
            .with("state", "done")
            .with_number("received_at", now_millis() - 60_000 - number)
            .with_number("expires_at", now_millis() / 1000 + MONTH_SECONDS);
        record.0.retain(|name, _| !name.starts_with("due_"));
        record
    };
    let mut large = finished(1);
    let id = EventId::parse(large.id()).expect("it is one");
    let reference = BodyRef::new(&stack.bucket, &id, Digest::of(&body()), body().len() as u64);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let reference = [
        ("bucket".to_owned(), text(&reference.bucket)),
        ("key".to_owned(), text(&reference.key)),
        ("sha256".to_owned(), text(&reference.sha256)),
        ("size".to_owned(), AttributeValue::N(reference.size.to_string())),
    ];
    large.0.insert("body_ref".to_owned(), AttributeValue::M(reference.into()));
    large.0.remove("body");
    let failed = finished(2).with("state", "failed").with("last_error", "sns: away");
    let shard = format!("f/{}", failed.text("slot"));
    let failed = failed.with("due_shard", &shard).with_number("due_at", now_millis() - 60_000);
    let mut before_the_listing = finished(3);
    before_the_listing.0.remove("slot");
    vec![finished(0), large, failed, before_the_listing]
}

fn file(name: &str, bytes: &[u8]) -> String {
    let folder: PathBuf = std::env::temp_dir().join(format!("landfall-commands-{:016x}", fastrand::u64(..)));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let file = folder.join(name);
    fs::write(&file, bytes).expect("a file can be written");
    file.display().to_string()
}
