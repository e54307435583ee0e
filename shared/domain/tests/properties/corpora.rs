//! The inputs that are kept for the fuzzer, each found because it reached something that no other does.

use std::fs;
use std::path::{Path, PathBuf};

use domain::provider::Provider;

use crate::promises::{body, function_url, message, signature, source};

/// The contents of the files in a folder of the repository.
pub(crate) fn files(folder: &Path) -> impl Iterator<Item = Vec<u8>> + use<> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| fs::read(entry.expect("a readable folder").path()).expect("a readable file"))
}

fn check(target: &str, promise: impl Fn(&[u8])) {
    let mut count = 0;
    for input in files(&Path::new("fuzz/corpus").join(target)) {
        promise(&input);
        count += 1;
    }
    assert!(count > 0, "{target} has no corpus");
}

#[test]
fn every_kept_body_holds_the_promises() {
    for provider in Provider::ALL {
        check(provider.as_str(), |input| body::hold(provider, input));
    }
}

#[test]
fn every_kept_text_holds_the_promises() {
    fn text(promise: fn(&str)) -> impl Fn(&[u8]) {
        move |input| std::str::from_utf8(input).into_iter().for_each(promise)
    }
    check("function_url", text(function_url::hold));
    check("message", text(message::hold));
    check("source", text(source::hold));
    check("signature", signature::hold);
}
