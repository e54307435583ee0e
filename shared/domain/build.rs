//! Turns the descriptions of senders in `providers/` from TOML into JSON, and lists their names.
//!
//! Nothing is checked here but that a file is TOML: the tests of `catalogue` read and check every description.

#![expect(clippy::disallowed_methods, reason = "this is how cargo speaks to a build script")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value, json};

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
    let mut list = String::from("catalogue! {\n");
    for file in &files {
        let entry = entry(file).map_err(|error| format!("{}: {error}", file.display()))?;
        writeln!(list, "    {entry}")?;
    }
    let output = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    fs::write(output.join("catalogue.rs"), list + "}\n")?;
    Ok(())
}

/// A sender's entry in the catalogue: its name and its description, with the parts apart that ingest does not need.
fn entry(file: &Path) -> Result<String, Box<dyn Error>> {
    let name = file.file_stem().and_then(|stem| stem.to_str()).ok_or("the name is not UTF-8")?;
    let variant: String = name.split('-').map(capitalized).collect();
    let mut description: Map<String, Value> = toml::from_str(&fs::read_to_string(file)?)?;
    let polls = description.remove("poll").unwrap_or_else(|| json!([]));
    let shapes = description.get_mut("shape").and_then(Value::as_array_mut).into_iter().flatten();
    let details: Vec<String> = shapes
        .filter_map(Value::as_object_mut)
        .map(|shape| shape.remove("details").unwrap_or_else(|| json!({})).to_string())
        .collect();
    let (description, polls) = (Value::Object(description).to_string(), polls.to_string());
    Ok(format!("{variant} => {name:?}, {description:?}, {details:?}, {polls:?};"))
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + characters.as_str())
}
