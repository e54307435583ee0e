//! The programs that build and deploy.

use std::io;
use std::process::{Command, Stdio};

use crate::commands::deploy::checkout::{Checkout, Parameters};
use crate::context::Context;
use crate::error::{Error, Result};

/// The command lines, in their order.
pub(super) struct Steps(Vec<Vec<String>>);

impl Steps {
    pub(super) fn new(context: &Context, region: &str, stack: &str, parameters: &Parameters) -> Steps {
        let architecture = parameters.get("Architecture").map_or("x86_64", String::as_str);
        // An empty value would be left out of what SAM hands on, so that a former one stays.
        let given = parameters.iter().filter(|(_, value)| !value.is_empty());
        let overrides: Vec<String> = given.map(|(name, value)| format!("{name}={value}")).collect();
        let step = |words: &[&str], more: &[String]| -> Vec<String> {
            words.iter().map(|&word| word.to_owned()).chain(more.iter().cloned()).collect()
        };
        let mut deploy =
            step(&["sam", "deploy", "--region", region, "--stack-name", stack, "--parameter-overrides"], &overrides);
        if context.prompt.assumes_yes() {
            deploy.push("--no-confirm-changeset".to_owned());
        }
        Steps(vec![
            step(&["make", "build", &format!("ARCHITECTURE={architecture}")], &[]),
            step(&["sam", "build", "--parameter-overrides"], &overrides),
            deploy,
        ])
    }

    pub(super) fn show(&self, context: &Context) {
        context.output.words("\nThis would run; SAM would show each change and ask before it makes any:");
        for step in &self.0 {
            context.output.words(&format!("  {}", step.join(" ")));
        }
    }

    pub(super) fn run(&self, checkout: &Checkout, context: &Context) -> Result<()> {
        check_tools(&["sam"])?;
        for step in &self.0 {
            let [program, arguments @ ..] = step.as_slice() else { continue };
            let mut command = Command::new(program);
            command.args(arguments).current_dir(&checkout.root).env("SAM_CLI_TELEMETRY", "0");
            if let Some(profile) = &context.session.options().profile {
                command.env("AWS_PROFILE", profile);
            }
            let status = command.status().map_err(|error| is_missing(program, &error))?;
            if !status.success() {
                let step = step.join(" ");
                return Err(Error::Failed(format!(
                    "This failed, see above: {step}\nFix it, then run make deploy again."
                )));
            }
        }
        Ok(())
    }
}

/// Whether these programs are there.
pub(super) fn check_tools(programs: &[&str]) -> Result<()> {
    for program in programs {
        let ran = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        ran.map_err(|error| is_missing(program, &error))?;
    }
    Ok(())
}

fn is_missing(program: &str, error: &io::Error) -> Error {
    let origin = match program {
        "cargo" => "https://rustup.rs",
        "make" => "your system's packages",
        _ => "make deploy, which installs it for this program alone",
    };
    Error::NotFound(format!("{program} is missing: get it from {origin} ({error})"))
}
