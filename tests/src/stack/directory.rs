//! The directory of one stack.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::{Result, context};

/// The directory, held by this process alone: a second `up` or `down` waits until the first is through.
pub(crate) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        fs::create_dir_all(path)
            .and_then(|()| path.canonicalize())
            .and_then(|path| {
                let lock = File::create(path.join("lock"))?;
                lock.lock()?;
                Ok(Self { path, _lock: lock })
            })
            .map_err(|error| context(format!("{} cannot be used", path.display()), &error))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn stack_file(&self) -> PathBuf {
        self.path.join("stack.json")
    }

    pub(crate) fn emulator_file(&self) -> PathBuf {
        self.path.join("emulator.json")
    }

    pub(crate) fn emulator_log(&self) -> PathBuf {
        self.path.join("emulator.log")
    }

    pub(crate) fn deploy_log(&self) -> PathBuf {
        self.path.join("deploy.log")
    }

    pub(crate) fn build(&self) -> PathBuf {
        self.path.join("build")
    }

    /// The emulator's files, emptied: it keeps its tables and queues in memory, so older files are of no use.
    pub(crate) fn empty_state(&self) -> Result<PathBuf> {
        let state = self.path.join("state");
        if state.exists() {
            fs::remove_dir_all(&state)
                .map_err(|error| context(format!("{} cannot be emptied", state.display()), &error))?;
        }
        fs::create_dir_all(&state).map_err(|error| context(format!("{} cannot be made", state.display()), &error))?;
        Ok(state)
    }

    /// Writes a file whole or not at all, so that a reader never meets half of one.
    pub(crate) fn write(&self, file: &Path, value: &impl Serialize) -> Result<()> {
        let part = file.with_extension("part");
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        fs::write(&part, text)
            .and_then(|()| fs::rename(&part, file))
            .map_err(|error| context(format!("{} cannot be written", file.display()), &error))
    }

    /// Forgets a stack that is no more.
    pub(crate) fn forget(&self) {
        // A file that is absent already is as good.
        let _ = fs::remove_file(self.stack_file());
        let _ = fs::remove_file(self.emulator_file());
    }
}
