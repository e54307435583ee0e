//! The SAM CLI, pointed at the emulator and at nothing else.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use super::directory::Directory;
use super::emulator::Emulator;
use super::environment;
use super::error::{Error, Result, context};
use super::progress::Progress;
use super::project_root;

const STACK_NAME: &str = "landfall";

/// A first build compiles the AWS SDK; on two slow cores that takes minutes.
const BUILD_BOUND: Duration = Duration::from_secs(30 * 60);
const DEPLOY_BOUND: Duration = Duration::from_secs(5 * 60);
const LIST_BOUND: Duration = Duration::from_secs(60);

pub(crate) struct Sam<'a> {
    directory: &'a Directory,
    project: &'a Path,
    endpoint: String,
    tools: PathBuf,
    home: PathBuf,
}

/// The stack's outputs, by name.
pub(crate) struct Outputs(BTreeMap<String, String>);

impl Outputs {
    pub(crate) fn get(&self, name: &str) -> Result<String> {
        self.0.get(name).cloned().ok_or_else(|| Error::from(format!("template.yaml has no output {name}")))
    }
}

/// The template's parameter for the binaries that this machine can run.
fn architecture() -> String {
    let name = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    format!("Architecture={name}")
}

impl<'a> Sam<'a> {
    pub(crate) fn new(directory: &'a Directory, emulator: &Emulator, project: &'a Path) -> Result<Self> {
        let tools = project_root().join(".venv-sam/bin");
        if !tools.join("sam").exists() {
            return Err(Error::from("the SAM CLI is not installed here: `make up` does it"));
        }
        // SAM asks PyPI for a newer SAM once a week, unless its own notes say that it just did. It may only speak
        // to the loopback interface here, so the notes are of the year 2100.
        let home = directory.path().join("sam");
        fs::create_dir_all(&home)
            .and_then(|()| fs::write(home.join("metadata.json"), r#"{"lastVersionCheck": 4102444800.0}"#))
            .map_err(|error| context(format!("{} cannot be written", home.display()), &error))?;
        // Each `up` has a log of its own.
        let _ = fs::remove_file(directory.sam_log());
        Ok(Self { directory, project, endpoint: emulator.endpoint(), tools, home })
    }

    /// Copies the three binaries to where SAM deploys them from, after it has made sure that they are current.
    pub(crate) fn build(&self, progress: &Progress) -> Result<()> {
        let mut build = self.command("build")?;
        build.arg("--build-dir").arg(self.directory.build());
        build.args(["--parameter-overrides", &architecture()]);
        progress.run("sam build", BUILD_BOUND, &mut build, &self.directory.sam_log())
    }

    pub(crate) fn deploy(&self, time_scale: &str, progress: &Progress) -> Result<()> {
        let mut deploy = self.command("deploy")?;
        deploy.arg("--template-file").arg(self.directory.build().join("template.yaml"));
        deploy.args(["--stack-name", STACK_NAME, "--resolve-s3", "--capabilities", "CAPABILITY_IAM"]);
        deploy.args(["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]);
        deploy.args(["--parameter-overrides", &architecture(), &format!("TimeScale={time_scale}"), "Expectations=on"]);
        environment::loopback_only(&mut deploy);
        progress.run("sam deploy", DEPLOY_BOUND, &mut deploy, &self.directory.sam_log())
    }

    pub(crate) fn outputs(&self, progress: &Progress) -> Result<Outputs> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            output_key: String,
            output_value: String,
        }
        let file = self.directory.path().join("outputs.json");
        let mut list = self.command("list")?;
        list.args(["stack-outputs", "--output", "json", "--stack-name", STACK_NAME]).stdout(File::create(&file)?);
        environment::loopback_only(&mut list);
        progress.run("sam list stack-outputs", LIST_BOUND, &mut list, &self.directory.sam_log())?;
        let outputs: Vec<Output> = serde_json::from_slice(&fs::read(&file)?)
            .map_err(|error| context(format!("{} is not what SAM used to print", file.display()), &error))?;
        Ok(Outputs(outputs.into_iter().map(|output| (output.output_key, output.output_value)).collect()))
    }

    fn command(&self, subcommand: &str) -> Result<Command> {
        let log = self.directory.sam_log();
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(|error| context(format!("{} cannot be written", log.display()), &error))?;
        let mut sam = Command::new(self.tools.join("sam"));
        environment::of_this_shell_without_aws(&mut sam, &self.tools);
        sam.arg(subcommand)
            .current_dir(self.project)
            .stdout(output.try_clone()?)
            .stderr(output)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("SAM_CLI_TELEMETRY", "0")
            .env("__SAM_CLI_APP_DIR", &self.home);
        Ok(sam)
    }
}
