//! Why something could not be fetched, as far as somebody has to do something about it.

use crate::download::FetchRefusal;

/// Why something could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It is not there any more; nobody can do anything.
    #[error("it is gone")]
    Gone,
    /// The sender does not give it out, as a rule because its link has expired; nobody can do anything.
    #[error("the sender answered {status}")]
    Denied {
        /// What it answered.
        status: u16,
    },
    /// A rule forbids it; the operator may have to allow a host or a size.
    #[error("refused: {0}")]
    Refused(FetchRefusal),
    /// It may go well another time.
    #[error("{reason}")]
    Retryable {
        /// What happened, for the operator; names no URL.
        reason: String,
    },
}

impl From<FetchRefusal> for FetchError {
    fn from(refusal: FetchRefusal) -> FetchError {
        FetchError::Refused(refusal)
    }
}
