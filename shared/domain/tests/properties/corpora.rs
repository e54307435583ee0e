//! The inputs that are kept for the fuzzer, each found because it reached something that no other does.

use std::fs;
use std::path::{Path, PathBuf};

use domain::provider::Provider;

use crate::promises::{body, described, function_url, message, signature, source};

/// The contents of the files in a folder of the repository.
pub(crate) fn files(folder: &Path) -> impl Iterator<Item = Vec<u8>> + use<> {
    let folder = repository().join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| fs::read(entry.expect("a readable folder").path()).expect("a readable file"))
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
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
    // The fuzzer has not met every sender: one more is a description and its vectors, no corpus.
    let corpus = |provider: &Provider| repository().join("fuzz/corpus").join(provider.as_str());
    let met: Vec<Provider> = Provider::ALL.into_iter().filter(|provider| corpus(provider).is_dir()).collect();
    assert!(!met.is_empty(), "no sender has a corpus");
    for provider in met {
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
