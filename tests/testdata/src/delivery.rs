//! The recorded deliveries of `tests/deliveries`: one file a sender.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::{decode_base64, in_repository, read, stems};

const FOLDER: &str = "tests/deliveries";

/// All recorded deliveries of one sender, by name.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFile {
    /// In the order of the file.
    #[serde(rename = "delivery")]
    pub deliveries: Vec<RecordedDelivery>,
}

/// A request as its sender writes it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(from = "Entry", into = "Entry")]
pub struct RecordedDelivery {
    /// What it holds.
    pub name: String,
    /// The headers of which something is read.
    pub headers: BTreeMap<String, String>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// What Landfall reads from it, one fact a line.
    pub expected: String,
}

/// As it stands in the file: a body that is no text is in base64.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    #[serde(default)]
    expected: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
}

impl From<Entry> for RecordedDelivery {
    fn from(Entry { name, body, body_base64, expected, headers }: Entry) -> RecordedDelivery {
        let body = match (body, body_base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(base64)) => decode_base64(&base64),
            _ => panic!("{name} has either `body` or `body_base64`"),
        };
        RecordedDelivery { name, headers, body, expected }
    }
}

impl From<RecordedDelivery> for Entry {
    fn from(RecordedDelivery { name, headers, body, expected }: RecordedDelivery) -> Entry {
        let (body, body_base64) = match String::from_utf8(body) {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(BASE64_STANDARD.encode(error.as_bytes()))),
        };
        Entry { name, body, body_base64, expected, headers }
    }
}

impl DeliveryFile {
    /// The file of a sender.
    #[must_use]
    pub fn path(sender: &str) -> PathBuf {
        in_repository(FOLDER).join(format!("{sender}.toml"))
    }

    /// Reads the file of a sender.
    ///
    /// # Panics
    /// If it is not there or not as it should be.
    #[must_use]
    pub fn of(sender: &str) -> DeliveryFile {
        let path = DeliveryFile::path(sender);
        let file: DeliveryFile =
            toml::from_str(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let names: BTreeSet<&str> = file.deliveries.iter().map(|delivery| delivery.name.as_str()).collect();
        assert_eq!(names.len(), file.deliveries.len(), "{} has a name twice", path.display());
        file
    }

    /// As the file is written.
    ///
    /// # Panics
    /// Never: all of it can be written.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("texts and tables of texts can be written")
    }
}

/// The delivery `{sender}/{name}`.
///
/// # Panics
/// If there is none: the caller misspelt it.
#[must_use]
pub fn recorded(path: &str) -> RecordedDelivery {
    let (sender, name) = path.split_once('/').unwrap_or_else(|| panic!("{path:?} names no sender"));
    let mut deliveries = DeliveryFile::of(sender).deliveries.into_iter();
    deliveries
        .find(|delivery| delivery.name == name)
        .unwrap_or_else(|| panic!("there is no recorded delivery {path:?}"))
}

/// The senders of whom there are any.
#[must_use]
pub fn senders() -> BTreeSet<String> {
    stems(&in_repository(FOLDER), ".toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_byte_for_byte() {
        let body = |body: &[u8]| RecordedDelivery {
            name: "delivery".to_owned(),
            headers: BTreeMap::from([("webhook-id".to_owned(), "msg_1".to_owned())]),
            body: body.to_vec(),
            expected: "type        landfall.job.completed\nkey         [\"\\n\"]\n".to_owned(),
        };
        let bodies: [&[u8]; 9] = [
            b"",
            b"{\"a\": \"it's\"}",
            b"\n{}\n\n",
            b"one\r\ntwo\r",
            b"'''\n\"\"\"\n\\",
            b"\t\x00\x7f ",
            b"\xff\xfe",
            "\u{fffe}\u{feff}\u{1fa91}".as_bytes(),
            b" \n' ",
        ];
        let file = DeliveryFile { deliveries: bodies.map(body).to_vec() };
        assert_eq!(toml::from_str::<DeliveryFile>(&file.to_toml()).expect("it is TOML"), file);
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused() {
        let error = toml::from_str::<DeliveryFile>("[[delivery]]\nname = \"a\"\nbody = \"\"\nbodi = \"\"").unwrap_err();
        assert!(error.message().contains("unknown field `bodi`"), "{error}");
    }
}
