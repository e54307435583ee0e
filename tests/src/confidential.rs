//! Everything that must never be seen in a log: whoever in the harness makes such a thing hands it in here, and one
//! test searches the logs of the run for all of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

static KEPT: Mutex<BTreeMap<String, &'static str>> = Mutex::new(BTreeMap::new());

/// A shorter text could stand in a log by chance.
const TELLING_BYTES: usize = 8;

/// Hands in `text`, of which `kind` says what it is.
pub fn keep(kind: &'static str, text: &str) {
    if text.len() >= TELLING_BYTES {
        KEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned(), kind);
    }
}

/// All that was handed in so far, with what it is.
#[must_use]
pub fn all() -> BTreeMap<String, &'static str> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A fresh text of 32 hex digits that is found nowhere else.
#[must_use]
pub fn random() -> String {
    format!("{:032x}", fastrand::u128(..))
}
