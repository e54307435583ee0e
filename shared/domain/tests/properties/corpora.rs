//! The inputs that are kept for the fuzzer, each found because it reached something that no other does.

use std::fs;
use std::path::{Path, PathBuf};

use domain::provider::Provider;

use crate::promises::{body, described, function_url, message, signature, source};

/// The contents of the files in a folder of the repository.
pub(crate) fn files(path: &Path) -> impl Iterator<Item = Vec<u8>> + use<> {
    let folder = folder(path);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| fs::read(entry.expect("a readable folder").path()).expect("a readable file"))
}

/// A folder of the repository.
fn folder(path: &Path) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
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
    // The fuzzer reads bodies by a few descriptions, which have in them whatever the language can say.
    let has_corpus = |provider: &Provider| folder(&Path::new("fuzz/corpus").join(provider.as_str())).is_dir();
    let fuzzed: Vec<Provider> = Provider::ALL.into_iter().filter(has_corpus).collect();
    assert!(fuzzed.len() >= 4, "{fuzzed:?}");
    for provider in fuzzed {
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
    check("described", described::hold);
}
