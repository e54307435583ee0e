//! What moto was asked for by whom, and what it answered, as it has printed it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// moto's log, read on from where it was read last.
pub(crate) struct AccessLog {
    file: PathBuf,
    position: u64,
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Access {
    /// Whose role asked.
    pub(crate) function: String,
    /// What it called, which is mostly named like the action.
    pub(crate) call: String,
    /// What permits the call.
    pub(crate) action: String,
    pub(crate) resource: String,
    /// The partition keys that it named, if it asked DynamoDB.
    pub(crate) keys: Vec<String>,
    pub(crate) is_allowed: bool,
}

impl AccessLog {
    pub(crate) fn of(file: PathBuf) -> AccessLog {
        AccessLog { file, position: 0 }
    }

    /// What was asked since the last call.
    pub(crate) fn since(&mut self) -> BTreeSet<Access> {
        let mut text = String::new();
        let mut file = File::open(&self.file).unwrap_or_else(|error| panic!("{}: {error}", self.file.display()));
        file.seek(SeekFrom::Start(self.position)).expect("a log can be read from anywhere");
        file.read_to_string(&mut text).expect("a log is text");
        self.position += text.len() as u64;
        text.lines().filter_map(Access::read).collect()
    }
}

impl Access {
    /// `asked Process sns:PublishBatch sns:Publish arn:aws:sns:us-east-1:123456789012:Topic allowed []`
    fn read(line: &str) -> Option<Access> {
        let line = line.strip_prefix("asked ")?;
        let [function, call, action, resource, answer, keys] = line.splitn(6, ' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        let own = |text: &str| text.to_owned();
        Some(Access {
            function: own(function),
            call: own(call),
            action: own(action),
            resource: own(resource),
            keys: serde_json::from_str(keys).expect("keys are a list of texts"),
            is_allowed: answer == "allowed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_moto_prints_of_access_is_read() {
        assert_eq!(Access::read(" * Running on http://127.0.0.1:5000"), None);
        let line = r#"asked Sweep dynamodb:GetItem dynamodb:GetItem arn:aws:dynamodb:us-east-1:1:table/Ledger denied ["@job/a b"]"#;
        let access = Access::read(line).expect("it is one");
        let told = (access.function.as_str(), access.action.as_str(), access.keys[0].as_str(), access.is_allowed);
        assert_eq!(told, ("Sweep", "dynamodb:GetItem", "@job/a b", false));
    }
}
