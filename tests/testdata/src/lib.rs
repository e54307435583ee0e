//! The data that the tests of several packages read: recorded deliveries, conformance vectors, samples of wire forms,
//! log lines, and the inputs of the fuzzer.
//!
//! Each kind has one loader. It refuses fields that it does not know, and panics with the file's name where a file is not
//! as it should be: a test has nothing else to do then.

pub mod corpus;
pub mod delivery;
pub mod format;
pub mod log_line;
pub mod vector;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// A file or folder of the repository.
fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the files in a folder that end in `extension`, without that.
fn stems(folder: &Path, extension: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = entries.map(|entry| entry.expect("a readable folder").file_name().into_string().expect("a plain name"));
    names.filter_map(|name| name.strip_suffix(extension).map(str::to_owned)).collect()
}

fn decode_base64(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap_or_else(|error| panic!("{text} is no base64: {error}"))
}
