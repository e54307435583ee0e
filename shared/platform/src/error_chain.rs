//! Errors with all that is under them, as one text.

use std::error::Error;

/// What an error says, and what is under it.
pub(crate) fn error_chain(error: &(impl Error + ?Sized)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
