//! What SAM deploys, made of functions that are built already: in the place of `sam build`, which would build them as
//! for Lambda.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::error::{Error, Result, context};

/// How `template.yaml` names the binary of a function, below `BuildProperties`.
const BINARY: &str = "        Binary: ";
/// Where the function's own properties begin.
const PROPERTIES: &str = "    Properties:";

/// Writes into `build` the template, and beside it the code of each function, whose binary is in `functions`.
pub(crate) fn make(template: &Path, functions: &Path, build: &Path) -> Result<()> {
    let unreadable = |error| context(format!("{} cannot be read", template.display()), &error);
    let (text, binaries) = with_code(&fs::read_to_string(template).map_err(unreadable)?)?;
    if build.exists() {
        fs::remove_dir_all(build)?;
    }
    for binary in binaries {
        let code = build.join(&binary);
        fs::create_dir_all(&code)?;
        strip(&functions.join(&binary), &code.join("bootstrap"))?;
    }
    fs::write(build.join("template.yaml"), text)?;
    Ok(())
}

/// The template whose functions say where their code is, and the names of their binaries.
fn with_code(template: &str) -> Result<(String, Vec<String>)> {
    let (mut text, mut binaries) = (String::new(), Vec::new());
    let mut open = None;
    for line in template.lines() {
        text += line;
        text.push('\n');
        if let Some(binary) = line.strip_prefix(BINARY) {
            open = Some(binary);
        }
        if line == PROPERTIES
            && let Some(binary) = open.take()
        {
            text += &format!("      CodeUri: {binary}\n");
            binaries.push(binary.to_owned());
        }
    }
    let functions = template.matches("Type: AWS::Serverless::Function\n").count();
    if binaries.len() != functions {
        let found = binaries.len();
        return Err(Error::from(format!(
            "the template has {functions} functions, and {found} say their binary before their properties"
        )));
    }
    Ok((text, binaries))
}

/// Copies a binary without its symbols, which are most of it: SAM packs all, and the emulator unpacks it for each
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

#[cfg(test)]
mod tests {
    use super::with_code;
    use crate::stack::project_root;

    #[test]
    fn each_function_says_where_its_code_is() {
        let template = std::fs::read_to_string(project_root().join("template.yaml")).unwrap();
        let (text, binaries) = with_code(&template).unwrap();
        assert_eq!(binaries, ["ingest", "process", "sweep"]);
        for binary in binaries {
            assert!(text.contains(&format!("    Properties:\n      CodeUri: {binary}\n")), "{text}");
        }
    }

    #[test]
    fn a_function_without_a_binary_is_an_error() {
        let template = "  Other:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: bootstrap\n";
        let error = with_code(template).unwrap_err();
        let expected = "the template has 1 functions, and 0 say their binary before their properties";
        assert_eq!(error.to_string(), expected);
    }
}
