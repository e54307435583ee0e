//! A function's binary, run for one event under a Runtime API of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tests::clock::{self, Stopwatch};
use tiny_http::{Header, Method, Request, Response, Server};

/// Far above what an event takes, on a busy machine too.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(100);

/// What a function is started with.
#[derive(Clone)]
pub(crate) struct Start {
    pub(crate) binary: PathBuf,
    pub(crate) environment: BTreeMap<String, String>,
    /// What Lambda gives it.
    pub(crate) timeout: Duration,
    /// Where its log goes.
    pub(crate) log: PathBuf,
}

/// What came of an event.
pub(crate) struct Invocation {
    /// What the function answered, or the error that it reported.
    pub(crate) answer: Result<Value, String>,
    pub(crate) log_lines: Vec<String>,
}

/// A process that ends with this.
struct Instance(Child);

impl Start {
    /// Starts the function, hands it `event` and takes its answer.
    pub(crate) async fn invoke(self, event: Value) -> Invocation {
        let invoked = tokio::task::spawn_blocking(move || self.invoke_blocking(&event)).await;
        invoked.expect("an invocation does not panic but for the function's own fault")
    }

    fn invoke_blocking(&self, event: &Value) -> Invocation {
        let server = Server::http("127.0.0.1:0").expect("the system gives a port to a server");
        let mut instance = self.spawn(&server.server_addr().to_string());
        let next = receive(&server, &mut instance, &self.log);
        assert_eq!(next.method(), &Method::Get, "{}: {}", self.binary.display(), tail(&self.log));
        let deadline = clock::now_millis() + i64::try_from(self.timeout.as_millis()).expect("a time-out is short");
        let head = [
            ("content-type", "application/json".to_owned()),
            ("lambda-runtime-aws-request-id", format!("{:032x}", fastrand::u128(..))),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:played".to_owned()),
            ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".to_owned()),
        ];
        let mut response = Response::from_string(event.to_string());
        for (name, value) in head {
            response.add_header(Header::from_bytes(name, value).expect("it is a header"));
        }
        next.respond(response).expect("the function waits for an event");
        let mut told = receive(&server, &mut instance, &self.log);
        let text = std::io::read_to_string(told.as_reader()).unwrap_or_default();
        let is_answer = told.url().ends_with("/response");
        let accepted = Response::from_string("{}").with_status_code(202);
        // It may have gone by then.
        let _ = told.respond(accepted);
        let answer = if is_answer { Ok(serde_json::from_str(&text).unwrap_or_default()) } else { Err(text) };
        let log_lines = fs::read_to_string(&self.log).unwrap_or_default().lines().map(str::to_owned).collect();
        Invocation { answer, log_lines }
    }

    fn spawn(&self, runtime_api: &str) -> Instance {
        let log = File::create(&self.log).unwrap_or_else(|error| panic!("{}: {error}", self.log.display()));
        let mut command = Command::new(&self.binary);
        command
            .env_clear()
            .envs(&self.environment)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log);
        Instance(command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.binary.display())))
    }
}

impl Invocation {
    /// The answer of ingest in a few words, and the calls that it had trouble with.
    pub(crate) fn told(&self) -> String {
        /// The directory of sources is read beside: a duplicate, which costs one call, may be answered before that fails.
        const BESIDE: &str = ", trouble with dynamodb:GetItem";
        let answer = match &self.answer {
            Ok(answer) => {
                let body = answer["body"].as_str().and_then(|text| serde_json::from_str(text).ok());
                let body: Value = body.unwrap_or_default();
                let word = body["status"].as_str().or(body["error"].as_str()).unwrap_or_default();
                format!("{} {}", answer["statusCode"], word.split(';').next().unwrap_or_default())
            }
            Err(error) => format!("failed: {error}"),
        };
        match self.troubles() {
            troubles if troubles == BESIDE && answer == "200 duplicate" => answer,
            troubles => answer + &troubles,
        }
    }

    /// The calls that its log names, in words to append: a function names those that it had trouble with, and no others.
    pub(crate) fn troubles(&self) -> String {
        const SERVICES: [&str; 5] = ["dynamodb", "s3", "secretsmanager", "sns", "sqs"];
        let is_call = |word: &&str| {
            let parts = word.split_once(':');
            parts.is_some_and(|(service, name)| {
                SERVICES.contains(&service) && name.starts_with(|first: char| first.is_ascii_uppercase())
            })
        };
        let words = self.log_lines.iter().flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != ':'));
        let calls: BTreeSet<&str> = words.map(|word| word.trim_end_matches(':')).filter(is_call).collect();
        if calls.is_empty() {
            return String::new();
        }
        format!(", trouble with {}", calls.into_iter().collect::<Vec<_>>().join(" "))
    }
}

/// The next request of the function.
fn receive(server: &Server, instance: &mut Instance, log: &Path) -> Request {
    let begun = Stopwatch::start();
    while begun.elapsed() < ANSWER_WITHIN {
        if let Some(request) = server.recv_timeout(LOOK).expect("the server serves") {
            return request;
        }
        if let Some(status) = instance.0.try_wait().expect("a child can be asked") {
            panic!("the function ended with {status}: {}", tail(log));
        }
    }
    panic!("the function says nothing: {}", tail(log));
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let from = text.char_indices().rev().nth(2000).map_or(0, |(at, _)| at);
    text[from..].to_owned()
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Should it have ended already, so much the better.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
