//! The conformance vectors, as `tests/vectors/README.md` describes them: one file a sender.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use vectors::{Case, ConfiguredSource, EventText, Expected, Group, Proof, ReplyText, SentRequest, VectorFile};

use crate::{in_repository, stems};

/// Where the vectors are.
#[must_use]
pub fn folder() -> PathBuf {
    in_repository("tests/vectors")
}

/// The senders that have a file in a folder.
#[must_use]
pub fn senders(folder: &Path) -> BTreeSet<String> {
    stems(folder, ".json")
}

/// Reads the file of a sender.
///
/// # Panics
/// If it is not there or not as it should be: each case has a name of its own, a comment and a verdict.
#[must_use]
pub fn read(folder: &Path, sender: &str) -> VectorFile {
    let path = folder.join(format!("{sender}.json"));
    let file: VectorFile =
        serde_json::from_str(&crate::read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let names: BTreeSet<&str> = file.cases().map(|(_, case)| case.name.as_str()).collect();
    assert_eq!(names.len(), file.cases().count(), "{} has a name twice", path.display());
    assert_eq!(Some(names.len()), file.number_of_cases, "the cases of {}", path.display());
    assert_eq!(file.sender, sender, "the sender of {}", path.display());
    for (_, case) in file.cases() {
        let is_whole = !case.comment.is_empty() && case.expected != Expected::default() && case.request.body().is_ok();
        assert!(is_whole, "{}: {} lacks a comment, a verdict or a body", path.display(), case.name);
    }
    file
}
