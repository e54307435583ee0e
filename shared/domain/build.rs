//! Turns the descriptions of senders in `providers/` from TOML into JSON, and lists their names.
//!
//! Nothing is checked here but that a file is TOML: the tests of `catalogue` read and check every description.

#![expect(clippy::disallowed_methods, reason = "this is how cargo speaks to a build script")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Where the descriptions are, unless a test has others.
const PROVIDERS: &str = "providers";
/// Where a test has its descriptions.
const PROVIDERS_VARIABLE: &str = "LANDFALL_PROVIDERS";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed={PROVIDERS_VARIABLE}");
    let directory = env::var_os(PROVIDERS_VARIABLE).map_or_else(|| PathBuf::from(PROVIDERS), PathBuf::from);
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut files: Vec<PathBuf> = fs::read_dir(&directory)
        .map_err(|error| format!("{}: {error}", directory.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let output = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    let mut list = String::from("catalogue! {\n");
    for file in &files {
        let name = transcode(file, &output).map_err(|error| format!("{}: {error}", file.display()))?;
        let variant: String = name.split('-').map(capitalized).collect();
        writeln!(list, "    {variant} => {name:?},")?;
    }
    fs::write(output.join("catalogue.rs"), list + "}\n")?;
    Ok(())
}

/// Writes one description as JSON, and gives its name.
fn transcode<'f>(file: &'f Path, output: &Path) -> Result<&'f str, Box<dyn Error>> {
    let name = file.file_stem().and_then(|stem| stem.to_str()).ok_or("the name is not UTF-8")?;
    let description: serde_json::Value = toml::from_str(&fs::read_to_string(file)?)?;
    fs::write(output.join(name).with_extension("json"), description.to_string())?;
    Ok(name)
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + characters.as_str())
}
