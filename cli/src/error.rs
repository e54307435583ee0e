//! Why a command failed, and who must do what.

use std::io;

use thiserror::Error;

/// The result of a command.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a command failed. Each variant is one exit code, see [`Error::exit_code`].
#[derive(Debug, Error)]
pub enum Error {
    /// The command did its work, and what it found is bad.
    #[error("{0}")]
    Failed(String),
    /// The caller must write another command line.
    #[error("{0}")]
    Usage(String),
    /// The caller must sign in to AWS.
    #[error("No valid AWS credentials: {0}\nSign in (aws sso login, aws configure, or AWS_PROFILE) and try again.")]
    SignIn(String),
    /// An administrator must allow a call.
    #[error(
        "{call} was denied: {message}\nAn administrator must allow it, with this statement in your policy:\n  {statement}"
    )]
    Denied {
        /// The action, as IAM names it.
        call: String,
        /// What AWS said.
        message: String,
        /// What is missing, as IAM's JSON.
        statement: String,
    },
    /// The caller must name something that exists.
    #[error("{0}")]
    NotFound(String),
    /// The state of what the command would change does not allow it now.
    #[error("{0}")]
    Conflict(String),
    /// The caller must answer, or say `--yes`.
    #[error("{0}")]
    NotAgreed(String),
    /// The caller must try again later: AWS or the network does not answer as it should.
    #[error("{0}")]
    Unavailable(String),
    /// What was waited for has not come in time.
    #[error("{0}")]
    TimedOut(String),
    /// The caller has interrupted the work, which can go on.
    #[error("{0}")]
    Interrupted(String),
    /// The reader of the output has closed it.
    #[error("the output was closed")]
    OutputClosed,
}

/// What each exit code means; docs/cli.md has them from here.
pub const EXIT_CODES: [(u8, &str); 11] = [
    (0, "it is done, or the reader of the output has seen enough"),
    (1, "it is done, and what was found is bad"),
    (2, "the command line makes no sense: write another one"),
    (3, "nobody is signed in to AWS: sign in"),
    (4, "AWS denied a call: the text has the permission to ask for"),
    (5, "there is no such stack, source, file or program: name another one"),
    (6, "the state of what would be changed does not allow it: the text says what to do first"),
    (7, "nobody agreed, or nobody could be asked: answer, or use `--yes`"),
    (8, "AWS or the network does not answer as it should: try again"),
    (9, "the time of `--timeout` is over, and what was waited for has not come"),
    (130, "it was interrupted; the text says how to go on"),
];

impl Error {
    /// Stable, and documented in docs/cli.md.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::OutputClosed => 0,
            Error::Failed(_) => 1,
            Error::Usage(_) => 2,
            Error::SignIn(_) => 3,
            Error::Denied { .. } => 4,
            Error::NotFound(_) => 5,
            Error::Conflict(_) => 6,
            Error::NotAgreed(_) => 7,
            Error::Unavailable(_) => 8,
            Error::TimedOut(_) => 9,
            Error::Interrupted(_) => 130,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Error::OutputClosed,
            _ => Error::Unavailable(error.to_string()),
        }
    }
}
