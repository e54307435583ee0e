//! What went wrong, in words for the person at the terminal.

/// An error that nobody branches on: its text says what to do.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A result that fails with an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// `what`, and the cause below it.
pub(crate) fn context(what: String, cause: &dyn std::error::Error) -> Error {
    Error::from(format!("{what}\n  cause: {cause}"))
}
