//! Why a program ended early.

use std::fmt;
use std::io;
use std::process::ExitStatus;

/// The result of a step.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a program ended early.
#[derive(Debug)]
pub(crate) enum Error {
    /// A command failed. It has said why.
    Command { command: String, status: ExitStatus },
    /// A command could not be started, or a file not be read or written.
    Io { what: String, source: io::Error },
    /// This machine lacks something that is not installed here, or a step found what must not be. The text says what to
    /// do.
    Precondition(String),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Command { command, status } => write!(formatter, "{command}: {status}"),
            Error::Io { what, source } => write!(formatter, "{what}: {source}"),
            Error::Precondition(text) => formatter.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

/// Says of an error of the system what it happened to.
pub(crate) trait Context<T> {
    /// `what` is what could not be done, or with which file.
    fn context(self, what: impl fmt::Display) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|source| Error::Io { what: what.to_string(), source })
    }
}
