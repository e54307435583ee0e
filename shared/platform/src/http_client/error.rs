//! Why there is no answer to a request.

use std::error::Error;

use domain::download::FetchRefusal;
use domain::download::error::FetchError;

use crate::error_chain::error_chain;

/// A reason in the log has at most so many bytes.
const REASON_MAX_BYTES: usize = 300;

/// Why there is no answer to a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// A rule forbids to send it.
    #[error("refused: {0}")]
    Refused(FetchRefusal),
    /// The request is none that could be sent. What it holds may be a key, so its error is not kept.
    #[error("the request could not be built")]
    InvalidRequest,
    /// Nobody is there.
    #[error("its name has no address")]
    NoAddress,
    /// Nobody answers there.
    #[error("could not be connected to in time")]
    ConnectTimeout,
    /// The exchange broke off. Its words hold no URL; a stranger's certificate is quoted in them.
    #[error("{}", reason(.0.as_ref()))]
    Exchange(Box<dyn Error + Send + Sync>),
}

impl HttpError {
    pub(crate) fn exchange(error: impl Error + Send + Sync + 'static) -> HttpError {
        HttpError::Exchange(Box::new(error))
    }
}

fn reason(error: &(dyn Error + Send + Sync)) -> String {
    let mut text = error_chain(error);
    text.truncate(text.floor_char_boundary(REASON_MAX_BYTES));
    text
}

impl From<FetchRefusal> for HttpError {
    fn from(refusal: FetchRefusal) -> HttpError {
        HttpError::Refused(refusal)
    }
}

impl From<HttpError> for FetchError {
    fn from(error: HttpError) -> FetchError {
        match error {
            HttpError::Refused(refusal) => FetchError::Refused(refusal),
            error => FetchError::Retryable { reason: error.to_string() },
        }
    }
}
