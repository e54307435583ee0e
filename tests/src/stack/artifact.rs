//! A release to deploy, made of functions that are built already.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::error::{Error, Result, context};

/// How `template.yaml` names the binary of a function, below `BuildProperties`.
const BINARY: &str = "        Binary: ";

/// Writes into `release` the project's template, and the functions as `landfall deploy` finds them. They are in
/// `functions` by their names, or where `make build` puts what it builds for Lambda.
pub(crate) fn make(project: &Path, functions: Option<&Path>, release: &Path) -> Result<()> {
    let template = project.join("template.yaml");
    let text = fs::read_to_string(&template)
        .map_err(|error| context(format!("{} cannot be read", template.display()), &error))?;
    if release.exists() {
        fs::remove_dir_all(release)?;
    }
    for binary in text.lines().filter_map(|line| line.strip_prefix(BINARY)) {
        let for_lambda = || project.join("target/lambda").join(binary).join("bootstrap");
        let from = functions.map_or_else(for_lambda, |functions| functions.join(binary));
        if !from.exists() {
            return Err(Error::from(format!("{} is missing: make build, or --functions", from.display())));
        }
        let code = release.join("functions").join(binary);
        fs::create_dir_all(&code)?;
        strip(&from, &code.join("bootstrap"))?;
    }
    fs::write(release.join("template.yaml"), text)?;
    Ok(())
}

/// Copies a binary without its symbols, which are most of it: the tool packs all, and the emulator unpacks it for each
/// instance.
fn strip(from: &Path, to: &Path) -> Result<()> {
    let output = Command::new("strip")
        .arg("-o")
        .args([to, from])
        .output()
        .map_err(|error| context("strip, which comes with the linker, cannot be run".to_owned(), &error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::from(format!("strip {}: {}", from.display(), String::from_utf8_lossy(&output.stderr).trim())))
}
