//! Uploads in parts, and whose processes died over them: nobody is left then to take back what they had begun.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Call, Fault};

/// All uploads that were seen.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The process and the path of each upload that has begun and not ended.
    under_way: Vec<(u32, String)>,
    /// The processes that were killed. One may still make a call or two before the signal reaches it.
    killed: HashSet<u32>,
}

impl Uploads {
    /// Takes in that `process` makes `call`, and what becomes of that.
    pub(crate) fn note(&self, process: u32, call: &Call, fault: Option<Fault>) {
        let mut state = self.state();
        let upload = (process, call.text.clone());
        match call.operation.as_str() {
            "s3:CreateMultipartUpload" => state.under_way.push(upload),
            "s3:CompleteMultipartUpload" if fault.is_some() => {}
            "s3:CompleteMultipartUpload" | "s3:AbortMultipartUpload" => state.under_way.retain(|each| *each != upload),
            _ => {}
        }
        if matches!(fault, Some(Fault::KilledBefore | Fault::KilledAfter)) {
            state.killed.insert(process);
        }
    }

    pub(crate) fn interrupted(&self, text: &str) -> usize {
        let state = self.state();
        let of_the_dead = state.under_way.iter().filter(|(process, _)| state.killed.contains(process));
        of_the_dead.filter(|(_, path)| path.contains(text)).count()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str, path: &str) -> Call {
        Call { function: "process".to_owned(), operation: operation.to_owned(), text: path.to_owned() }
    }

    #[test]
    fn an_upload_is_interrupted_if_its_own_process_is_killed_before_its_end() {
        let uploads = Uploads::default();
        for (process, path) in [(1, "/a"), (1, "/b"), (1, "/c"), (2, "/d")] {
            uploads.note(process, &call("s3:CreateMultipartUpload", path), None);
        }
        uploads.note(1, &call("s3:AbortMultipartUpload", "/b"), None);
        uploads.note(1, &call("s3:CompleteMultipartUpload", "/c"), None);
        uploads.note(1, &call("dynamodb:UpdateItem", ""), Some(Fault::KilledBefore));
        let interrupted = ["/a", "/b", "/c", "/d"].map(|path| uploads.interrupted(path));
        assert_eq!(interrupted, [1, 0, 0, 0]);
    }
}
