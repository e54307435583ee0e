//! The sources that are deployed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, Result};

/// Values of the template's parameters.
pub(super) type Parameters = BTreeMap<String, String>;

/// A checkout of Landfall, with what its `samconfig.toml` says.
pub(super) struct Checkout {
    pub(super) root: PathBuf,
    pub(super) stack_name: String,
    pub(super) parameters: Parameters,
}

#[derive(Deserialize)]
struct SamConfig {
    default: Environment,
}

#[derive(Deserialize)]
struct Environment {
    global: Command,
}

#[derive(Deserialize)]
struct Command {
    parameters: Global,
}

#[derive(Deserialize)]
struct Global {
    stack_name: String,
    #[serde(default)]
    parameter_overrides: Vec<String>,
}

impl Checkout {
    pub(super) fn open(root: &Path) -> Result<Checkout> {
        let file = root.join("samconfig.toml");
        let text = fs::read_to_string(&file).map_err(|error| {
            let place = file.display();
            Error::NotFound(format!(
                "{place}: {error}. Run this in a checkout of Landfall, or name one with --project."
            ))
        })?;
        let config: SamConfig =
            toml::from_str(&text).map_err(|error| Error::Usage(format!("{}: {error}", file.display())))?;
        let Global { stack_name, parameter_overrides } = config.default.global.parameters;
        let pairs = parameter_overrides.iter().filter_map(|pair| pair.split_once('='));
        let parameters = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Checkout { root: root.to_owned(), stack_name, parameters })
    }
}
