//! Who is compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;

use crate::Result;
use crate::services::{Service, Services};
use crate::tls::Authority;

/// The names in the stubs' account, as the functions are told them.
pub const LEDGER_TABLE: &str = "ledger";
/// Powertools keeps its records apart.
pub const IDEMPOTENCY_TABLE: &str = "idempotency";
/// The bucket.
pub const BUCKET: &str = "bucket";
/// What the secrets' names begin with.
pub const SOURCES_PREFIX: &str = "landfall";

/// A receiver of webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contender {
    /// Landfall's ingest.
    Landfall,
    /// Rust over raw sockets, without a framework or an SDK: what the work itself costs.
    Floor,
    /// Python with boto3.
    Python,
    /// The same with Powertools' idempotency.
    PythonPowertools,
    /// Node with the AWS SDK v3, bundled.
    Node,
    /// The same with Powertools' idempotency.
    NodePowertools,
}

/// Where the contenders are.
#[derive(Clone, Debug)]
pub struct Places {
    /// Cargo's target directory, with `lambda/ingest/bootstrap` and `lambda/process/bootstrap` in it.
    pub target: PathBuf,
    /// The floor's binary.
    pub floor: PathBuf,
    /// `benches/contenders`.
    pub contenders: PathBuf,
    /// The Python environment of `deploy/requirements/bench.txt`.
    pub python: PathBuf,
}

impl Contender {
    /// All, in the order in which they are shown.
    pub const ALL: [Contender; 6] = [
        Contender::Landfall,
        Contender::Floor,
        Contender::Python,
        Contender::PythonPowertools,
        Contender::Node,
        Contender::NodePowertools,
    ];

    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Contender::Landfall => "Landfall",
            Contender::Floor => "floor",
            Contender::Python => "Python",
            Contender::PythonPowertools => "Python + Powertools",
            Contender::Node => "Node",
            Contender::NodePowertools => "Node + Powertools",
        }
    }

    /// Whether a user would write it: neither Landfall nor the floor.
    #[must_use]
    pub const fn is_other(self) -> bool {
        !matches!(self, Contender::Landfall | Contender::Floor)
    }

    /// The calls to AWS of an accepted event whose body needs no bucket, and of a duplicate that the instance does not
    /// remember. Powertools writes a record of its own before and after.
    #[must_use]
    pub const fn expected_calls(self) -> (u64, u64) {
        match self {
            Contender::PythonPowertools | Contender::NodePowertools => (4, 1),
            Contender::Landfall | Contender::Floor | Contender::Python | Contender::Node => (2, 1),
        }
    }

    /// The command that runs it on `services`.
    #[must_use]
    pub fn command(self, places: &Places, services: &Services, authority: &Authority) -> Command {
        let node = places.contenders.join("node");
        let (mut command, task_root, handler) = match self {
            Contender::Landfall => {
                (Command::new(places.target.join("lambda/ingest/bootstrap")), &places.target, "bootstrap")
            }
            Contender::Floor => (Command::new(&places.floor), &places.target, "bootstrap"),
            Contender::Python | Contender::PythonPowertools => {
                let handler = if self == Contender::Python { "handler.handler" } else { "powertools.handler" };
                let mut command = Command::new(places.python.join("bin/python"));
                command.args(["-m", "awslambdaric", handler]);
                (command, &places.contenders.join("python"), handler)
            }
            Contender::Node | Contender::NodePowertools => {
                let handler = if self == Contender::Node { "dist/handler.handler" } else { "dist/powertools.handler" };
                let mut command = Command::new("node");
                command.arg("node_modules/aws-lambda-ric/index.mjs");
                (command, &node, handler)
            }
        };
        environment(&mut command, services, authority);
        if matches!(self, Contender::Python | Contender::PythonPowertools) {
            // boto3 comes with all roots, and has to read as many here.
            command.env("AWS_CA_BUNDLE", &authority.bundle);
        }
        command.current_dir(task_root).env("LAMBDA_TASK_ROOT", task_root).env("_HANDLER", handler);
        command
    }

    /// What would be uploaded, in bytes: for Python the packages that come with Lambda's runtime are not counted.
    ///
    /// # Errors
    /// If it is not there.
    pub fn artefact_bytes(self, places: &Places) -> Result<u64> {
        let python = places.contenders.join("python");
        let node = places.contenders.join("node/dist");
        Ok(match self {
            Contender::Landfall => size(&places.target.join("lambda/ingest/bootstrap"))?,
            Contender::Floor => size(&places.floor)?,
            Contender::Python => size(&python.join("handler.py"))?,
            Contender::PythonPowertools => {
                let packages = packages(&places.python)?;
                size(&python)? + size(&packages.join("aws_lambda_powertools"))?
            }
            Contender::Node => size(&node.join("handler.cjs"))?,
            Contender::NodePowertools => size(&node.join("powertools.cjs"))?,
        })
    }
}

/// All that a function is told, and nothing of this shell's but the path.
pub fn environment(command: &mut Command, services: &Services, authority: &Authority) {
    #[expect(clippy::disallowed_methods, reason = "Python and Node are found like everything else on this machine")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .env_clear()
        .env("PATH", path)
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        // As long as Lambda's: it is part of every request.
        .env("AWS_SESSION_TOKEN", "t".repeat(900))
        .env("AWS_REGION", "us-east-1")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .envs(services.urls())
        .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_EXECUTION_ENV", "AWS_Lambda")
        .env("LEDGER_TABLE", LEDGER_TABLE)
        .env("IDEMPOTENCY_TABLE", IDEMPOTENCY_TABLE)
        .env("EVENTS_QUEUE_URL", format!("{}/000000000000/events", services.url(Service::Sqs)))
        .env("DEAD_LETTER_QUEUE_URL", format!("{}/000000000000/dead", services.url(Service::Sqs)))
        .env("BUCKET", BUCKET)
        .env("TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:topic")
        .env("SOURCES_PREFIX", SOURCES_PREFIX)
        .env("LOG_LEVEL", "INFO")
        // Each in its own way, all trust the run's authority besides what they trust anyway.
        .env("SSL_CERT_FILE", &authority.bundle)
        .env("AWS_CA_BUNDLE", &authority.bundle_for_aws)
        .env("NODE_EXTRA_CA_CERTS", &authority.root)
        .env("FLOOR_ROOT", &authority.root);
}

fn packages(python: &Path) -> Result<PathBuf> {
    let library = fs::read_dir(python.join("lib"))?.next().ok_or("an environment without packages")??;
    Ok(library.path().join("site-packages"))
}

/// The bytes of a file, or of all files under a directory but what Python compiled.
fn size(path: &Path) -> Result<u64> {
    let metadata = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if metadata.is_file() {
        return Ok(metadata.len());
    }
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.file_name().is_none_or(|name| name != "__pycache__") {
            bytes += size(&path)?;
        }
    }
    Ok(bytes)
}
