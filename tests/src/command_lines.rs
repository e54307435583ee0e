//! Each command of the tool as somebody would type it, and what stands in the stack for it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::Thing;
use domain::ledger::job::Job;
use domain::ledger::record::BodyRef;
use domain::ledger::slot;
use domain::ledger::source_directory::DIRECTORY_ID;
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use serde_json::json;
use tokio::sync::Mutex;

use crate::aws::Aws;
use crate::clock::now_millis;
use crate::confidential;
use crate::ledger::{Record, put_records};
use crate::recorded::recorded;
use crate::registration_api::{API_KEY, RegistrationApi};
use crate::simulator::Simulator;
use crate::source::Source;
use crate::stack::Stack;
use crate::template::TEMPLATE;
use crate::tool::landfall_on;

const HOUR_MILLIS: i64 = 60 * 60 * 1000;
const MONTH_SECONDS: i64 = 30 * 24 * 60 * 60;

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

/// What is only known when a command runs, by its name in braces.
pub type Values = BTreeMap<&'static str, String>;

/// All commands that call AWS, but `deploy`, `upgrade` and `console`.
pub const COMMAND_LINES: &[CommandLine] = &[
    line("status", ""),
    line("source list", ""),
    line("source show", "{source}"),
    line("source add", "glossi --name {new} --secret-file {secret_file} --yes"),
    line("source rotate", "{own} --secret-file {secret_file} --yes"),
    line("source remove", "{own} --previous --yes"),
    line("source remove", "{own} --yes"),
    line("source test", "{source} --yes"),
    line("source register", "{new} --api-key-file {key_file} --api-url {api} --yes"),
    line("source register", "{own} --api-key-file {key_file} --api-url {api} --yes"),
    line("source register", "{own} --show --api-key-file {key_file} --api-url {api}"),
    line("sign", "{source} {body_file}"),
    line("explain", "{vector_file} --source {source}"),
    line("trigger", "glossi job-complete --source {source} --yes"),
    line("expect", "{expecting} job-of-nobody --within 30d"),
    line("expect close", "{expecting} {waiting_job} --yes"),
    line("expect close", "{expecting} --before 0s --yes"),
    line("expect ask", "{expecting} {waiting_job}"),
    line("reconcile", "{expecting}"),
    line("reconcile", ""),
    line("watch", "{source} --after 30d"),
    line("watch", ""),
    line("watch", "{watched} --remove"),
    line("refused list", "--since 5m"),
    line("refused list", "--source {source} --since 5m --each"),
    line("refused show", "{refused}"),
    line("refused explain", "{refused}"),
    line("refused release", "{refused} --yes"),
    line("refused release", "--source {own} --since 5m --yes"),
    line("refused release", "--source {own} --since 5m --dry-run"),
    line("events list", "--source {source}"),
    line("events list", "--source {source} --state failed"),
    line("events list", "--source {source} --subject {subject}"),
    line("events list", "--source {source} --match {\"no_such_field\":1}"),
    line("events list", "--provider glossi"),
    line("events get", "{large} --no-logs"),
    line("events get", "{large}"),
    line("events body", "{small}"),
    line("events body", "{large}"),
    line("events diff", "{small} {large}"),
    until("dynamodb:BatchGetItem", "events tail", "--source {source}"),
    until("s3:GetObject", "events tail", "--source {source} --match {\"no_such_field\":1}"),
    line("events export", "--source {source}"),
    line("events export", "--source {source} --state failed"),
    line("events export", "--source {source} --bodies"),
    line("wait", "--id {small}"),
    line("wait", "--subject {subject} --source {source}"),
    line("replay", "{fresh} --yes"),
    line("replay", "--source {source} --match {} --dry-run"),
    line("replay", "--source {source} --state failed --dry-run"),
    line("replay freeze", "{fresh}"),
    line("replay freeze", "--source {source} --match {}"),
    line("replay freeze", "--source {source} --state failed"),
    line("replay list", ""),
    line("replay show", "{job}"),
    line("replay pause", "{job}"),
    line("replay run", "{job}"),
    line("replay cancel", "{job}"),
    line("ledger backfill", "--yes"),
    until("logs:FilterLogEvents", "tail", "--containing {source}"),
    until("sqs:DeleteMessage", "listen", ""),
    until("sqs:ChangeMessageVisibility", "listen", "--forward {closed_port}"),
    line("consumers list", ""),
    line("dlq list", ""),
    line("dlq show", "events"),
    line("dlq show", "consumer"),
    line("dlq redrive", "events --yes"),
    line("dlq redrive", "consumer --to {consumer_arn} --yes"),
    line("cost", ""),
    line("doctor", ""),
];

/// Those for administrators, which need a stack on AWS: what they do there is in `tests/it/deploy.rs`.
pub const ADMINISTRATION: &[CommandLine] = &[
    line("deploy", "--project {release} --provider glossi --secret-file {secret_file} --dry-run --yes"),
    line("upgrade", "--project {release} --dry-run --yes"),
];

/// The commands without a line, and why.
pub const WITHOUT_LINE: &[(&str, &str)] = &[
    ("completions", "calls nothing: tests/it/cli_operations.rs"),
    ("console", "its pages say what failed: tests/it/console.rs"),
    ("mcp", "runs other commands: tests/it/mcp.rs"),
    ("permissions", "calls nothing: tests/it/cli_permissions.rs"),
    ("try", "calls nothing: tests/it/cli_vectors.rs"),
];

/// What stands for the commands in a stack.
pub struct PreparedStack {
    aws: Aws,
    /// Held by who reads or moves dead letters: others would find none.
    pub dead_letters: Mutex<()>,
    /// The stack that the commands are about: ledger, topic and queues are its own, the functions and secrets are shared.
    pub stack: Stack,
    /// A file that describes it.
    file: PathBuf,
    values: Values,
    /// The source that has events.
    source: Source,
    /// The source whose jobs are expected.
    expecting: Source,
    /// A finished event whose body is in the bucket.
    large: Record,
    _api: RegistrationApi,
    _simulator: Simulator,
}

impl CommandLine {
    /// The words of it.
    #[must_use]
    pub fn words(&self, values: &Values) -> Vec<String> {
        let fill = |word: &str| {
            values.iter().fold(word.to_owned(), |word, (name, value)| word.replace(&format!("{{{name}}}"), value))
        };
        let words = self.command.split(' ').chain(self.arguments.split_whitespace());
        words.chain(["--output", "ndjson"]).map(fill).collect()
    }
}

impl PreparedStack {
    /// Puts a source with finished events into a stack of their own beside `stack`.
    ///
    /// # Panics
    /// If it cannot be put there.
    pub async fn put(aws: &Aws, stack: &Stack) -> PreparedStack {
        let shared = stack;
        let stack = &own_parts(aws, shared).await;
        let (source, simulator) = (Source::new(Provider::Glossi), Simulator::start(Provider::Csm));
        let expecting = simulator.expects(Source::new(Provider::Csm));
        for source in [&source, &expecting] {
            source.set_up(aws, shared).await;
            source.set_up(aws, stack).await;
        }
        let [small, large, failed] = records(&source, stack);
        put_records(aws, &stack.ledger_table, &[small.clone(), large.clone(), failed]).await;
        let (_, key) = large.body_ref().expect("its body is in the bucket");
        let put = aws.s3.put_object().bucket(&stack.bucket).key(key).body(body().into());
        put.send().await.expect("a body can be put");

        let api = RegistrationApi::start();
        // The lines run side by side, and one of them shows what is registered.
        api.register("https://inbox.example/hooks/before");
        let vectors = json!({"groups": [{"source": {"name": source.name}, "cases": [{
            "name": "recorded", "received_at": "2026-01-01T00:00:00Z",
            "request": {"method": "POST", "url": format!("https://inbox.example/hooks/{}", source.name), "headers": [], "body": "{}"},
        }]}]});
        let values = BTreeMap::from([
            ("source", source.name.clone()),
            ("expecting", expecting.name.clone()),
            ("api", api.url.clone()),
            ("small", small.id().to_owned()),
            ("subject", small.text("subject").to_owned()),
            ("large", large.id().to_owned()),
            ("consumer_arn", arn(aws, &stack.consumer_queue_url).await),
            ("body_file", file("body.json", &body())),
            ("closed_port", closed_port()),
            ("vector_file", file("vectors.json", vectors.to_string().as_bytes())),
            ("secret_file", file("secret", source.secrets[0].as_bytes())),
            ("key_file", file("key", API_KEY.as_bytes())),
            ("release", release()),
        ]);
        let file = file("stack.json", json!(stack).to_string().as_bytes()).into();
        let (aws, stack) = (aws.clone(), stack.clone());
        let dead_letters = Mutex::new(());
        let prepared = PreparedStack {
            aws,
            dead_letters,
            stack,
            file,
            values,
            source,
            expecting,
            large,
            _api: api,
            _simulator: simulator,
        };
        prepared.watch(&prepared.expecting).await;
        prepared
    }

    async fn watch(&self, source: &Source) {
        let run = landfall_on(&self.file, &["watch", &source.name, "--after", "30d"], "").await;
        assert_eq!(run.code, Some(0), "{}", run.told());
    }

    /// What one run of `line` is about: what it uses up is made anew.
    ///
    /// # Panics
    /// If it cannot be made, or nothing is frozen.
    pub async fn values(&self, line: &CommandLine) -> Values {
        let mut values = self.values.clone();
        let uses = |name: &str| line.arguments.contains(&format!("{{{name}}}"));
        if uses("new") {
            values.insert("new", Source::new(Provider::Glossi).name);
        }
        if uses("own") {
            let mut own = Source::new(Provider::Glossi);
            let previous = confidential::random();
            confidential::keep("secret", &previous);
            own.secrets.push(previous);
            own.set_up(&self.aws, &self.stack).await;
            if line.command.starts_with("refused ") {
                self.put_refused(&own).await;
            }
            values.insert("own", own.name);
        }
        if uses("watched") {
            let watched = Source::new(Provider::Glossi);
            watched.set_up(&self.aws, &self.stack).await;
            self.watch(&watched).await;
            values.insert("watched", watched.name);
        }
        if ["expect ask", "expect close", "reconcile"].contains(&line.command) {
            values.insert("waiting_job", self.put_waiting_job().await);
        }
        if line.command == "ledger backfill" {
            let mut before_the_listing = self.put_event().await;
            before_the_listing.0.remove("slot");
            put_records(&self.aws, &self.stack.ledger_table, &[before_the_listing]).await;
        }
        if line.command.starts_with("dlq ") {
            for url in [&self.stack.dead_letter_queue_url, &self.stack.consumer_dead_letter_queue_url] {
                let send = self.aws.sqs.send_message().queue_url(url).message_body("{}");
                send.send().await.expect("a message can be sent");
            }
        }
        if line.command.starts_with("refused ") && !uses("own") {
            values.insert("refused", self.put_refused(&self.source).await);
        }
        if uses("fresh") || uses("job") {
            values.insert("fresh", self.put_event().await.id().to_owned());
        }
        if uses("job") {
            let run = landfall_on(&self.file, &["replay", "freeze", &values["fresh"], "--output", "ndjson"], "").await;
            assert_eq!(run.code, Some(0), "{}", run.told());
            let job = run.documents()[0]["job"].as_str().map(str::to_owned);
            values.insert("job", job.unwrap_or_else(|| panic!("nothing is frozen: {}", run.told())));
        }
        values
    }

    /// A refused delivery that is genuine by now, of an event that has not arrived: its name.
    async fn put_refused(&self, source: &Source) -> String {
        let body = String::from_utf8(body()).expect("it is text");
        let body = body.replace(&self.values["subject"], &format!("job-{:08x}", fastrand::u32(..)));
        let records = Record::refused(source, body.as_bytes(), now_millis());
        put_records(&self.aws, &self.stack.refused_table, &records).await;
        format!("{}/{}", records[0].text("minute"), records[0].number("k").expect("it has one"))
    }

    /// Lets an event arrive and be published, for a command that follows.
    ///
    /// # Panics
    /// If the emulator does not answer.
    pub async fn let_event_arrive(&self) {
        let event = self.put_event().await;
        let message = json!({"id": event.id()}).to_string();
        let publish = self.aws.sns.publish().topic_arn(&self.stack.topic_arn).message(message);
        publish.send().await.expect("an event can be published");
    }

    /// An event that no other command is about.
    async fn put_event(&self) -> Record {
        let id = format!("{}-{:08x}", self.large.id(), fastrand::u32(..));
        let new = self.large.clone().with("id", &id).with_number("received_at", now_millis());
        put_records(&self.aws, &self.stack.ledger_table, std::slice::from_ref(&new)).await;
        new
    }

    /// Removes what commands have left that could not remove it, and the parts of its own.
    ///
    /// # Panics
    /// If the emulator does not answer.
    pub async fn remove(&self) {
        let (sqs, stack) = (&self.aws.sqs, &self.stack);
        let listeners = sqs.list_queues().queue_name_prefix("landfall-listen-").send().await;
        let mut urls = Vec::new();
        for url in listeners.expect("queues can be listed").queue_urls() {
            // Another one may be gone by now.
            let Ok(tags) = sqs.list_queue_tags().queue_url(url).send().await else { continue };
            if tags.tags().and_then(|tags| tags.get("landfall:topic")) == Some(&stack.topic_arn) {
                urls.push(url.clone());
            }
        }
        urls.extend(queues(stack).map(Clone::clone));
        for url in urls {
            sqs.delete_queue().queue_url(url).send().await.expect("it can be deleted");
        }
        self.aws.sns.delete_topic().topic_arn(&stack.topic_arn).send().await.expect("it can be deleted");
    }

    /// A job whose end is expected, and whose sender is asked much later.
    async fn put_waiting_job(&self) -> String {
        let Source { name, provider, .. } = &self.expecting;
        let job = Job {
            source: SourceName::parse(name).expect("the harness makes names"),
            provider: *provider,
            thing: Thing::Job,
            subject: format!("SESSION_{}", fastrand::u32(..)),
        };
        let now = now_millis();
        let record = Record(HashMap::new())
            .with("id", job.id().as_str())
            .with("state", "waiting")
            .with("source", name)
            .with("provider", provider.as_str())
            .with("thing", job.thing.as_str())
            .with("subject", &job.subject)
            .with("slot", &job.slot())
            .with("due_shard", &job.due_shard())
            .with_number("received_at", now - HOUR_MILLIS)
            .with_number("due_at", now + 24 * HOUR_MILLIS)
            .with_number("give_up_at", now + 48 * HOUR_MILLIS)
            .with_number("sweeps", 0);
        put_records(&self.aws, &self.stack.ledger_table, &[record]).await;
        job.subject
    }
}

fn queues(stack: &Stack) -> [&String; 5] {
    [
        &stack.events_queue_url,
        &stack.dead_letter_queue_url,
        &stack.consumer_queue_url,
        &stack.consumer_dead_letter_queue_url,
        &stack.expect_queue_url,
    ]
}

/// `stack` with a ledger, a topic and queues that no function and no other test reads.
async fn own_parts(aws: &Aws, stack: &Stack) -> Stack {
    let name = |part: &str| format!("commands-{part}-{:08x}", fastrand::u32(..));
    let ledger_table = name("ledger");
    let ledger = &TEMPLATE["Resources"]["Ledger"]["Properties"];
    let table = json!({
        "TableName": ledger_table,
        "BillingMode": ledger["BillingMode"],
        "AttributeDefinitions": ledger["AttributeDefinitions"],
        "KeySchema": ledger["KeySchema"],
        "GlobalSecondaryIndexes": ledger["GlobalSecondaryIndexes"],
    });
    let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "DynamoDB_20120810.CreateTable")];
    aws.call("dynamodb", "POST", "/", &headers, table.to_string().into()).await;
    let directory = Record(HashMap::new()).with("id", DIRECTORY_ID);
    let mut directory = directory.with_number("revision", 1);
    directory.0.insert("names".to_owned(), AttributeValue::M([].into()));
    put_records(aws, &ledger_table, &[directory]).await;
    let topic = aws.sns.create_topic().name(name("topic")).send().await.expect("a topic can be made");
    let topic_arn = topic.topic_arn.expect("it has an ARN");
    let policy = json!({"Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }]});
    let queue = async |part: &str, redrive: Option<&str>| {
        let mut create = aws.sqs.create_queue().queue_name(name(part));
        create = create.attributes(QueueAttributeName::Policy, policy.to_string());
        create = create.attributes(QueueAttributeName::MessageRetentionPeriod, (14 * 24 * 60 * 60).to_string());
        if let Some(redrive) = redrive {
            create = create.attributes(QueueAttributeName::RedrivePolicy, redrive);
        }
        create.send().await.expect("a queue can be made").queue_url.expect("it has a URL")
    };
    let redrive_to =
        async |url: &str| json!({"deadLetterTargetArn": arn(aws, url).await, "maxReceiveCount": 3}).to_string();
    let dead_letter_queue_url = queue("dead-letters", None).await;
    let consumer_dead_letter_queue_url = queue("consumer-dead-letters", None).await;
    let consumer_redrive = redrive_to(&consumer_dead_letter_queue_url).await;
    let consumer_queue_url = queue("consumer", Some(&consumer_redrive)).await;
    let subscribe = aws.sns.subscribe().topic_arn(&topic_arn).protocol("sqs");
    let subscribe = subscribe.endpoint(arn(aws, &consumer_queue_url).await);
    let subscribe = subscribe.attributes("RawMessageDelivery", "true").attributes("RedrivePolicy", consumer_redrive);
    subscribe.send().await.expect("a queue can be subscribed");
    // Somebody listens, so that a listener has a queue to look at.
    let listener = aws.sqs.create_queue().queue_name(format!("landfall-listen-{:08x}", fastrand::u32(..)));
    listener.tags("landfall:topic", &topic_arn).send().await.expect("a queue can be made");
    Stack {
        ledger_table,
        events_queue_url: queue("events", Some(&redrive_to(&dead_letter_queue_url).await)).await,
        expect_queue_url: queue("expect", None).await,
        dead_letter_queue_url,
        consumer_queue_url,
        consumer_dead_letter_queue_url,
        topic_arn,
        ..stack.clone()
    }
}

async fn arn(aws: &Aws, url: &str) -> String {
    let get = aws.sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::QueueArn);
    let attributes = get.send().await.expect("it can be asked").attributes.expect("it has some");
    attributes[&QueueAttributeName::QueueArn].clone()
}

/// A URL on this machine at which nobody listens.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    format!("http://{}/events", listener.local_addr().expect("it is bound"))
}

fn body() -> Vec<u8> {
    recorded("glossi/job-complete").body
}

/// One that is done, one whose body is in the bucket, and one that failed.
fn records(source: &Source, stack: &Stack) -> [Record; 3] {
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
    [finished(0), large, failed]
}

/// A folder that looks like a release.
fn release() -> String {
    let template = PathBuf::from(file("template.yaml", b"Resources: {}"));
    let folder = template.parent().expect("it is in a folder");
    for function in ["ingest", "process", "sweep"] {
        let folder = folder.join("functions").join(function);
        fs::create_dir_all(&folder).expect("a folder can be made");
        fs::write(folder.join("bootstrap"), "").expect("a file can be written");
    }
    folder.display().to_string()
}

fn file(name: &str, bytes: &[u8]) -> String {
    let folder: PathBuf = std::env::temp_dir().join(format!("landfall-commands-{:016x}", fastrand::u64(..)));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let file = folder.join(name);
    fs::write(&file, bytes).expect("a file can be written");
    file.display().to_string()
}
