//! The recorded deliveries of `tests/deliveries`, which the program has with it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use crate::error::{Error, Result};

include!(concat!(env!("OUT_DIR"), "/deliveries.rs"));

/// A request as its sender writes it.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedDelivery {
    /// What it holds.
    pub name: String,
    /// The headers of which something is read.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    body_base64: Option<String>,
}

/// The senders of which there are any.
pub fn senders() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(sender, _)| *sender)
}

/// Those of `sender`.
///
/// # Errors
/// If there are none.
pub fn of(sender: &str) -> Result<Vec<RecordedDelivery>> {
    #[derive(Deserialize)]
    struct File {
        delivery: Vec<RecordedDelivery>,
    }
    let text = FILES.iter().find(|(known, _)| *known == sender).map(|(_, text)| *text);
    let text =
        text.ok_or_else(|| Error::NotFound(format!("nothing of {sender} is recorded; see landfall trigger --list")))?;
    let File { delivery } = toml::from_str(text).expect("the tests read every file");
    Ok(delivery)
}

/// The one of a name.
///
/// # Errors
/// If there is none.
pub fn find(sender: &str, name: &str) -> Result<RecordedDelivery> {
    let found = of(sender)?.into_iter().find(|delivery| delivery.name == name);
    found.ok_or_else(|| Error::NotFound(format!("{sender} has no case {name}; see landfall trigger {sender} --list")))
}

impl RecordedDelivery {
    /// The body, byte for byte.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        match &self.body_base64 {
            Some(text) => BASE64_STANDARD.decode(text).expect("the tests read every file"),
            None => self.body.clone().into_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_can_be_read() {
        for sender in senders() {
            let deliveries = of(sender).unwrap();
            assert!(!deliveries.is_empty(), "{sender}");
            deliveries.iter().for_each(|delivery| drop(delivery.body()));
        }
    }
}
