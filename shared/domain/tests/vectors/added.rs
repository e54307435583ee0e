//! A sender is added to the catalogue: one file, and its vectors.
//!
//! `make vectors` builds Landfall with that catalogue and runs these vectors once more. Here the description is read by
//! the same types, and followed as an operator's own.

use std::fs;
use std::path::{Path, PathBuf};

use domain::description::Description;
use serde_json::{Map, Value};

use crate::{lacking, unlike_what_they_say};

const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/providers");
/// A sender that nobody has.
const ADDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/added");

#[test]
fn a_sender_is_one_file_and_its_vectors() {
    let catalogue = copy_of_the_catalogue();
    fs::copy(Path::new(ADDED).join("acme.toml"), catalogue.join("acme.toml")).expect("a file can be added");
    let descriptions: Vec<Description> = files(&catalogue).iter().map(|file| described(file)).collect();
    assert_eq!(descriptions.len(), files(Path::new(CATALOGUE)).len() + 1);

    let acme = descriptions.iter().find(|description| description.name == "acme").expect("it has been added");
    let vectors = testdata::vector::read(Path::new(ADDED), "acme");
    let scheme = own_scheme(&catalogue.join("acme.toml"));
    let mut wrong = lacking(&vectors, acme);
    wrong.extend(unlike_what_they_say(&vectors, |vector| vector.described_by(scheme.clone())));
    assert!(wrong.is_empty(), "{} vectors:\n{}", wrong.len(), wrong.join("\n"));
}

fn copy_of_the_catalogue() -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("providers");
    if copy.exists() {
        fs::remove_dir_all(&copy).expect("what an earlier run left can be removed");
    }
    fs::create_dir_all(&copy).expect("a folder can be made");
    for file in files(Path::new(CATALOGUE)) {
        fs::copy(&file, copy.join(file.file_name().expect("a name"))).expect("a file can be copied");
    }
    copy
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a readable folder").path());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "toml")).collect()
}

/// As the build script reads it.
fn described(file: &Path) -> Description {
    let text = fs::read_to_string(file).expect("a file");
    let description: Description = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    description.check().unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
    description
}

/// As an operator would write it into a source's secret.
fn own_scheme(file: &Path) -> Value {
    let text = fs::read_to_string(file).expect("a file");
    let mut scheme: Map<String, Value> = toml::from_str(&text).expect("a table");
    scheme.remove("name").expect("a name");
    Value::Object(scheme)
}
