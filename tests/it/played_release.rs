//! A release to deploy to a played account.

use std::fs;
use std::path::PathBuf;

/// A release whose functions do nothing.
pub(crate) struct Release(PathBuf);

impl Release {
    /// `arguments` with this release.
    pub(crate) fn with(&self, arguments: &str) -> String {
        format!("{arguments} --project {}", self.0.display())
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// In a folder of its own, which goes with it.
pub(crate) fn release() -> Release {
    let folder = Release(std::env::temp_dir().join(format!("landfall-release-{:016x}", fastrand::u64(..))));
    for name in ["ingest", "process", "sweep"] {
        let function = folder.0.join("functions").join(name);
        fs::create_dir_all(&function).expect("a fresh folder");
        // The beginning of a program for x86_64.
        let program = [b"\x7fELF".as_slice(), &[0; 14], &[0x3e, 0]].concat();
        fs::write(function.join("bootstrap"), program).expect("it can be written");
    }
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml");
    fs::copy(template, folder.0.join("template.yaml")).expect("it can be copied");
    folder
}
