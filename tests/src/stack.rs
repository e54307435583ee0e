//! The local stack: `template.yaml`, deployed by `landfall deploy` into an emulator of AWS on the loopback interface.
//!
//! A stack lives in a directory of its own (`target/local` for `make up`), which holds all that it writes:
//!
//! | entry | is |
//! |---|---|
//! | `stack.json` | where everything is, see [`Stack`]; there only while the stack is up |
//! | `emulator.json` | the emulator's process, so that `down` finds it after an `up` that failed or was killed |
//! | `emulator.log`, `deploy.log` | what they said |
//! | `build/` | what was deployed, in the form of a release |
//! | `state/` | the emulator's files; gone with the next fresh start |
//!
//! Several stacks may run at once, each on a port of its own.

mod artifact;
mod deployment;
mod directory;
mod emulator;
mod environment;
mod error;
mod processes;
mod progress;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::{deployment::Outputs, directory::Directory, emulator::Emulator, error::context, progress::Progress};

pub use self::error::{Error, Result};

/// The region that the emulator plays. Credentials may be anything.
pub const REGION: &str = "us-east-1";

/// How much faster than on AWS Landfall's own waits pass here.
pub const TIME_SCALE: &str = "0.1";

/// Where the parts of a running stack are. A file written by hand can stand for a deployment on AWS: it leaves out what
/// only an emulator has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Stack {
    /// What every AWS client takes as its endpoint. None on AWS.
    pub endpoint: Option<String>,
    /// Where senders post to. A path is appended as it is: `{function_url}/hooks/{source}`.
    pub function_url: String,
    /// Name of the ledger's table.
    pub ledger_table: String,
    /// Events on their way to the process function.
    pub events_queue_url: String,
    /// Messages that the process function could not read.
    pub dead_letter_queue_url: String,
    /// The consumer's queue, which is subscribed to the topic.
    pub consumer_queue_url: String,
    /// Where applications say which jobs they expect to end; empty if no job can be expected.
    #[serde(default)]
    pub expect_queue_url: String,
    /// Name of the table of refused deliveries; empty if none are stored.
    #[serde(default)]
    pub refused_table: String,
    /// What the consumer could not handle.
    pub consumer_dead_letter_queue_url: String,
    /// Large bodies and events.
    pub bucket: String,
    /// Published events.
    pub topic_arn: String,
    /// The secret of a source is `{sources_prefix}/source/{name}`.
    pub sources_prefix: String,
    /// Name of the ingest function.
    pub ingest_function: String,
    /// Name of the process function.
    pub process_function: String,
    /// Name of the sweep function; invoked by tests that cannot wait for its minute.
    pub sweep_function: String,
    /// CloudWatch log group of the ingest function.
    pub ingest_log_group: String,
    /// CloudWatch log group of the process function.
    pub process_log_group: String,
    /// CloudWatch log group of the sweep function.
    pub sweep_log_group: String,
    /// The emulator's own log, which repeats what the process function wrote.
    pub log_file: Option<PathBuf>,
    /// The emulator's process.
    pub pid: Option<u32>,
}

/// What a stack is started with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The emulator's port; any free one if it is not given.
    pub port: Option<u16>,
    /// Where the functions find the services; at the emulator itself if it is not given. It counts for a fresh stack.
    pub functions_endpoint: Option<String>,
    /// The folder whose template and functions are deployed, such as a copy of an older version; this project's if it
    /// is not given. The tools are this project's in any case.
    pub project: Option<PathBuf>,
    /// The folder with that project's functions, built for this machine. If it is not given, they are those that
    /// `make build` built for Lambda.
    pub functions: Option<PathBuf>,
}

impl Stack {
    /// The running stack that `STACK_FILE` names, or else that of `make up`.
    ///
    /// # Panics
    /// If there is none: no test and no demo can go on without it.
    #[must_use]
    pub fn load() -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests are told here which stack to drive")]
        let file = std::env::var_os("STACK_FILE")
            .map_or_else(|| project_root().join("target/local/stack.json"), PathBuf::from);
        Self::read(&file).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Where the emulator listens.
    ///
    /// # Panics
    /// If the stack is a deployment on AWS.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let address = self.endpoint.as_deref().and_then(|endpoint| endpoint.strip_prefix("http://")?.parse().ok());
        address.expect("a local stack's endpoint is an address")
    }

    fn read(file: &Path) -> Result<Self> {
        let text = fs::read(file)
            .map_err(|error| context(format!("no stack at {}: start one with `make up`", file.display()), &error))?;
        serde_json::from_slice(&text)
            .map_err(|error| context(format!("{} lacks something: run `make up` again", file.display()), &error))
    }

    /// Starts the stack of a directory, or brings the one that runs there up to date.
    ///
    /// # Errors
    /// If it cannot be started or deployed. What was started for it has then been stopped again.
    pub fn up(directory: &Path, options: &Options) -> Result<Self> {
        if !cfg!(target_os = "linux") {
            return Err(Error::from("the local stack runs Lambda's own binaries, so it needs Linux"));
        }
        let directory = Directory::create(directory)?;
        let progress = Progress::begin();
        let (emulator, fresh) = match Emulator::find(&directory) {
            Some(running) if options.port.is_none_or(|port| port == running.port) => {
                progress.say(&format!("updating the stack that runs at {}", running.endpoint()));
                (running, false)
            }
            Some(running) => {
                let there = directory.path().display();
                return Err(Error::from(format!(
                    "a stack of {there} runs on port {} already: stop it first with `stack down --dir {there}`",
                    running.port
                )));
            }
            None => (Emulator::start(&directory, options, &progress)?, true),
        };
        let stack = deploy(&directory, &emulator, options, &progress);
        if stack.is_err() && fresh {
            emulator.stop(&directory)?;
        }
        stack
    }

    /// Stops the stack of a directory: the emulator and the functions that it runs, and nothing else. None running is
    /// fine too.
    ///
    /// # Errors
    /// If a process cannot be ended.
    pub fn down(directory: &Path) -> Result<()> {
        let directory = Directory::create(directory)?;
        let progress = Progress::begin();
        let there = directory.path().display().to_string();
        match Emulator::find(&directory) {
            Some(emulator) => {
                let ended = emulator.stop(&directory)?;
                progress.say(&format!("stopped the stack of {there} ({ended} processes)"));
            }
            None => progress.say(&format!("no stack of {there} is running")),
        }
        Ok(())
    }
}

fn deploy(directory: &Directory, emulator: &Emulator, options: &Options, progress: &Progress) -> Result<Stack> {
    let project = options.project.as_deref().unwrap_or(project_root());
    artifact::make(project, options.functions.as_deref(), &directory.build())?;
    deployment::deploy(directory, emulator, TIME_SCALE, progress)?;
    let outputs = Outputs::of(emulator)?;

    // The emulator serves function URLs under a path; it also takes the real host name, which does not resolve.
    let url = outputs.get("FunctionUrl")?;
    let id = url.trim_start_matches("https://").split('.').next().unwrap_or_default();
    let endpoint = emulator.endpoint();
    let stack = Stack {
        function_url: format!("{endpoint}/_aws/lambda-url/{id}"),
        endpoint: Some(endpoint),
        ledger_table: outputs.get("LedgerTable")?,
        events_queue_url: outputs.get("EventsQueueUrl")?,
        dead_letter_queue_url: outputs.get("DeadLetterQueueUrl")?,
        consumer_queue_url: outputs.get("ConsumerQueueUrl")?,
        expect_queue_url: outputs.get("ExpectQueueUrl").unwrap_or_default(),
        refused_table: outputs.get("RefusedTable").unwrap_or_default(),
        consumer_dead_letter_queue_url: outputs.get("ConsumerDeadLetterQueueUrl")?,
        bucket: outputs.get("Bucket")?,
        topic_arn: outputs.get("TopicArn")?,
        sources_prefix: outputs.get("SourcesPrefix")?,
        ingest_function: outputs.get("IngestFunction")?,
        process_function: outputs.get("ProcessFunction")?,
        sweep_function: outputs.get("SweepFunction")?,
        ingest_log_group: outputs.get("IngestLogGroup")?,
        process_log_group: outputs.get("ProcessLogGroup")?,
        sweep_log_group: outputs.get("SweepLogGroup")?,
        log_file: Some(directory.emulator_log()),
        pid: Some(emulator.pid),
    };
    directory.write(&directory.stack_file(), &stack)?;
    progress.say(&format!("the stack is up: {}", directory.stack_file().display()));
    progress.say(&format!("senders post to {}/hooks/{{source}}", stack.function_url));
    Ok(stack)
}

/// The repository's root.
fn project_root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
