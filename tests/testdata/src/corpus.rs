//! The inputs that are kept for the fuzzer in `fuzz/corpus`: one file a target.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::delivery::{self, DeliveryFile};
use crate::{decode_base64, in_repository, read, stems};

const FOLDER: &str = "fuzz/corpus";

/// As it stands in the file: inputs by their names, those that are no text in base64.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CorpusFile {
    #[serde(default)]
    text: BTreeMap<String, String>,
    #[serde(default)]
    base64: BTreeMap<String, String>,
}

/// The targets that have inputs.
#[must_use]
pub fn targets() -> BTreeSet<String> {
    stems(&in_repository(FOLDER), ".toml")
}

/// The inputs of a target, by their names.
///
/// # Panics
/// If the target has no file, or a name stands there twice.
#[must_use]
pub fn inputs(target: &str) -> BTreeMap<String, Vec<u8>> {
    let file = CorpusFile::of(target);
    let count = file.text.len() + file.base64.len();
    let texts = file.text.into_iter().map(|(name, text)| (name, text.into_bytes()));
    let bytes = file.base64.into_iter().map(|(name, base64)| (name, decode_base64(&base64)));
    let inputs: BTreeMap<String, Vec<u8>> = texts.chain(bytes).collect();
    assert_eq!(inputs.len(), count, "the corpus of {target} has a name twice");
    inputs
}

/// Writes each input into a file of its own, as the fuzzer reads them: `{folder}/{target}/{name}`. The recorded deliveries
/// of a sender go to the target of the same name. Inputs that were there before and are kept no more go away.
///
/// # Errors
/// If a file cannot be written.
pub fn unpack(folder: &Path) -> io::Result<()> {
    let with_deliveries = delivery::senders();
    for target in targets() {
        let folder = folder.join(&target);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        for (name, input) in inputs(&target) {
            fs::write(folder.join(name), input)?;
        }
        if with_deliveries.contains(&target) {
            for delivery in DeliveryFile::of(&target).deliveries {
                fs::write(folder.join(format!("delivery-{}", delivery.name)), delivery.body)?;
            }
        }
    }
    Ok(())
}

/// Adds a file to the inputs of a target, under the file's name.
///
/// # Errors
/// If a file cannot be read or written.
///
/// # Panics
/// If the target has no file.
pub fn add(target: &str, input: &Path) -> io::Result<()> {
    let bytes = fs::read(input)?;
    let name = input.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut file = CorpusFile::of(target);
    match String::from_utf8(bytes) {
        Ok(text) => file.text.insert(name, text),
        Err(error) => file.base64.insert(name, BASE64_STANDARD.encode(error.as_bytes())),
    };
    fs::write(CorpusFile::path(target), file.to_toml())
}

impl CorpusFile {
    fn path(target: &str) -> PathBuf {
        in_repository(FOLDER).join(format!("{target}.toml"))
    }

    fn of(target: &str) -> CorpusFile {
        let path = CorpusFile::path(target);
        toml::from_str(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn to_toml(&self) -> String {
        toml::to_string(self).expect("tables of texts can be written")
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::*;

    /// So that adding an input changes no line but its own.
    #[test]
    fn every_file_is_as_it_would_be_written() {
        for target in targets() {
            expect_file![CorpusFile::path(&target)].assert_eq(&CorpusFile::of(&target).to_toml());
        }
    }
}
