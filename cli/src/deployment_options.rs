//! The options of the commands that deploy.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

/// Values of the template's parameters.
pub type Parameters = BTreeMap<String, String>;

/// What is deployed, by which way, and with which values.
#[derive(Debug, Args)]
pub struct DeploymentFiles {
    /// A checkout of Landfall, or the folder of a release; default: the release that this program is in, or this folder
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// The bucket for the functions and the template; default: landfall-artifacts-{account}-{region}, which is made
    #[arg(long, value_name = "NAME")]
    pub bucket: Option<String>,
    /// One of template.yaml's parameters, as in samconfig.toml; several times for several
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parse_parameter)]
    pub parameters: Vec<(String, String)>,
}

fn parse_parameter(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}
