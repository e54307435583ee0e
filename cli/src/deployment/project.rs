//! What is deployed: a release as it was unpacked, or a checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::deployment_options::Parameters;
use crate::error::{Error, Result};

const CONFIG: &str = "samconfig.toml";
const STACK_NAME: &str = "landfall";

/// A release, or a checkout that is built first.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    /// The name that the stack has unless another is given.
    pub(crate) stack_name: String,
    /// Those that `samconfig.toml` sets, in a checkout.
    pub(crate) parameters: Parameters,
    /// What the functions of a checkout are built for.
    pub(crate) architecture: String,
    is_checkout: bool,
}

#[derive(Deserialize)]
struct SamConfig {
    default: Environment,
}

#[derive(Deserialize)]
struct Environment {
    global: Global,
}

#[derive(Deserialize)]
struct Global {
    parameters: GlobalParameters,
}

#[derive(Deserialize)]
struct GlobalParameters {
    stack_name: String,
    #[serde(default)]
    parameter_overrides: Vec<String>,
}

impl Project {
    /// The project in the folder that is named, or else the release that this program is part of, or else the checkout
    /// in which it runs.
    pub(crate) fn find(named: Option<&Path>) -> Result<Project> {
        let beside_program = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
        let folders = match named {
            Some(folder) => vec![folder.to_owned()],
            None => beside_program.into_iter().chain([PathBuf::from(".")]).collect(),
        };
        folders.iter().find_map(|folder| Project::open(folder).transpose()).unwrap_or_else(|| {
            let places: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            Err(Error::NotFound(format!(
                "There is neither a release nor a checkout of Landfall in {}: name the folder with --project.",
                places.join(" or ")
            )))
        })
    }

    /// `None` if the folder is neither a release nor a checkout.
    fn open(root: &Path) -> Result<Option<Project>> {
        let is_checkout = root.join(CONFIG).exists() && root.join("Cargo.toml").exists();
        if !root.join("template.yaml").exists() || !(is_checkout || root.join("functions/ingest/bootstrap").exists()) {
            return Ok(None);
        }
        let (stack_name, parameters) =
            if is_checkout { configured(root)? } else { (STACK_NAME.to_owned(), Parameters::new()) };
        let architecture = parameters.get("Architecture").map_or("x86_64", String::as_str).to_owned();
        Ok(Some(Project { root: root.to_owned(), stack_name, parameters, architecture, is_checkout }))
    }

    /// Whether the functions must be built first.
    pub(crate) fn is_checkout(&self) -> bool {
        self.is_checkout
    }

    pub(crate) fn template(&self) -> PathBuf {
        self.root.join("template.yaml")
    }

    /// The program of a function.
    pub(crate) fn bootstrap(&self, function: &str) -> PathBuf {
        let folder = if self.is_checkout { "target/lambda" } else { "functions" };
        self.root.join(folder).join(function).join("bootstrap")
    }

    /// Whether all is there that building needs.
    pub(crate) fn check_tools(&self) -> Result<()> {
        let programs: &[(&str, &str)] =
            if self.is_checkout { &[("cargo", "https://rustup.rs"), ("make", "your system's packages")] } else { &[] };
        for (program, origin) in programs {
            let ran = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            ran.map_err(|error| Error::NotFound(format!("{program} is missing: get it from {origin} ({error})")))?;
        }
        Ok(())
    }

    /// Builds the functions of a checkout.
    pub(crate) fn build(&self) -> Result<()> {
        if !self.is_checkout {
            return Ok(());
        }
        let target = format!("ARCHITECTURE={}", self.architecture);
        // Its output is no data of this program.
        let mut make = Command::new("make");
        make.args(["build", &target]).current_dir(&self.root).stdout(std::io::stderr());
        let status = make.status().map_err(|error| Error::NotFound(format!("make could not be run: {error}")))?;
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed(format!("This failed, see above: make build {target}\nFix it, then run this again.")))
    }
}

fn configured(root: &Path) -> Result<(String, Parameters)> {
    let file = root.join(CONFIG);
    let text = fs::read_to_string(&file)
        .map_err(|error| Error::NotFound(format!("{} cannot be read: {error}", file.display())))?;
    let config: SamConfig =
        toml::from_str(&text).map_err(|error| Error::Usage(format!("{}: {error}", file.display())))?;
    let GlobalParameters { stack_name, parameter_overrides } = config.default.global.parameters;
    let pairs = parameter_overrides.iter().filter_map(|pair| pair.split_once('='));
    Ok((stack_name, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
}
