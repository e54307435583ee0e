//! Reads and checks the descriptions of senders in `providers/`, and writes them as Rust: `provider.rs`.

#![expect(clippy::disallowed_methods, reason = "this is how cargo speaks to a build script")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use databake::Bake as _;
use description::Description;

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
    let descriptions = files
        .iter()
        .map(|file| read(file).map_err(|error| format!("{}: {error}", file.display())))
        .collect::<Result<Vec<_>, _>>()?;
    let written = written(&descriptions)?;
    let output = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    fs::write(output.join("provider.rs"), written)?;
    Ok(())
}

fn read(file: &Path) -> Result<Description, Box<dyn Error>> {
    let description: Description = toml::from_str(&fs::read_to_string(file)?)?;
    if file.file_stem().and_then(|stem| stem.to_str()) != Some(&*description.name) {
        return Err(format!("`name` is `{}`, unlike the file's", description.name).into());
    }
    description.check()?;
    Ok(description)
}

/// The kinds of senders as an enumeration, and what is known of each as a constant.
fn written(descriptions: &[Description]) -> Result<String, std::fmt::Error> {
    let (mut variants, mut names, mut bodies, mut all) = (String::new(), String::new(), String::new(), String::new());
    for description in descriptions {
        let Description { name, about, .. } = description;
        let variant: String = name.split('-').map(capitalized).collect();
        let value = description.bake(&databake::CrateEnv::default());
        writeln!(variants, "/// {}: {}\n{variant},", about.title, about.summary)?;
        writeln!(names, "Provider::{variant} => {name:?},")?;
        writeln!(bodies, "Provider::{variant} => {{ static DESCRIPTION: Description = {value}; Some(&DESCRIPTION) }}")?;
        write!(all, "Provider::{variant},")?;
    }
    Ok(format!(
        "/// A kind of sender.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Provider {{
            {variants}
            /// One that the operator has described, in the source's secret.
            Custom,
        }}

        impl Provider {{
            /// All that Landfall knows by itself, by name.
            pub const ALL: [Provider; {count}] = [{all}];

            /// Its name in configuration, records and events.
            #[must_use]
            pub const fn as_str(self) -> &'static str {{
                match self {{ {names} Provider::Custom => \"custom\" }}
            }}

            /// What Landfall knows of it by itself; nothing of one that the operator has described.
            #[must_use]
            pub fn description(self) -> Option<&'static Description> {{
                match self {{ {bodies} Provider::Custom => None }}
            }}
        }}",
        count = descriptions.len()
    ))
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
