//! The deployment, by the tool and the calls that an operator deploys with.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::directory::Directory;
use super::emulator::Emulator;
use super::error::{Error, Result, context};
use super::progress::Progress;
use super::{REGION, environment};
use crate::aws::Aws;
use crate::http::Http;

const STACK_NAME: &str = "landfall";
const DEPLOY_BOUND: Duration = Duration::from_secs(5 * 60);

/// The stack's outputs, by name.
pub(crate) struct Outputs(BTreeMap<String, String>);

impl Outputs {
    /// Asks for them.
    pub(crate) fn of(emulator: &Emulator) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let answer = runtime.block_on(async {
            let form = [("content-type", "application/x-www-form-urlencoded")];
            let body = format!("Action=DescribeStacks&Version=2010-05-15&StackName={STACK_NAME}");
            let aws = Aws::new(Http::default(), Some(&emulator.endpoint()));
            aws.call("cloudformation", "POST", "/", &form, body.into_bytes()).await
        });
        let text = answer.text();
        let outputs = text.split("<OutputKey>").skip(1).filter_map(|output| {
            let (name, rest) = output.split_once("</OutputKey>")?;
            let (value, _) = rest.split_once("<OutputValue>")?.1.split_once("</OutputValue>")?;
            Some((name.to_owned(), value.replace("&amp;", "&")))
        });
        Ok(Self(outputs.collect()))
    }

    pub(crate) fn get(&self, name: &str) -> Result<String> {
        self.0.get(name).cloned().ok_or_else(|| Error::from(format!("template.yaml has no output {name}")))
    }
}

/// Deploys the release in the directory, or brings the stack up to date with it.
pub(crate) fn deploy(directory: &Directory, emulator: &Emulator, time_scale: &str, progress: &Progress) -> Result<()> {
    let program = program()?;
    let log = directory.deploy_log();
    let output = File::create(&log).map_err(|error| context(format!("{} cannot be written", log.display()), &error))?;
    let mut landfall = Command::new(&program);
    environment::of_this_shell_without_aws(&mut landfall, program.parent().unwrap_or(Path::new(".")));
    environment::loopback_only(&mut landfall);
    landfall.args(["deploy", "--yes", "--region", REGION, "--stack", STACK_NAME]);
    landfall.arg("--project").arg(directory.build()).arg("--parameter").arg(format!("TimeScale={time_scale}"));
    // An earlier release knows neither.
    let template = directory.build().join("template.yaml");
    let template =
        std::fs::read_to_string(&template).map_err(|error| context(template.display().to_string(), &error))?;
    for parameter in ["Expectations", "Quarantine"] {
        if template.contains(&format!("\n  {parameter}:\n")) {
            landfall.arg("--parameter").arg(format!("{parameter}=on"));
        }
    }
    landfall.env("AWS_ENDPOINT_URL", emulator.endpoint()).stdout(output.try_clone()?).stderr(output);
    progress.run("landfall deploy", DEPLOY_BOUND, &mut landfall, &log)
}

/// The tool, which is built beside this program; tests are a folder below.
fn program() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let places = here.ancestors().skip(1).take(2).map(|folder| folder.join("landfall"));
    let found = places.into_iter().find(|program| program.exists());
    found.ok_or_else(|| Error::from("landfall is not built here: cargo build -p landfall"))
}
