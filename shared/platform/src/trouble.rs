//! A call to a service that did not go well.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::service::Failure;

/// A call to a service that did not go well. Whether it had its effect is not known.
#[derive(Debug)]
pub struct Trouble {
    operation: &'static str,
    kind: TroubleKind,
    detail: String,
}

/// What somebody should do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// Try again: a throttle, a time-out, a broken connection, a fault of the service.
    Passing,
    /// Do not: this very request will be refused every time, or what was read makes no sense.
    Lasting,
}

impl Trouble {
    /// What somebody should do about it.
    #[must_use]
    pub const fn kind(&self) -> TroubleKind {
        self.kind
    }

    /// Trouble with what a service answered: it makes no sense to us.
    pub(crate) fn lasting(operation: &'static str, detail: impl Into<String>) -> Trouble {
        Trouble { operation, kind: TroubleKind::Lasting, detail: detail.into() }
    }

    /// Trouble that may not be there the next time.
    #[must_use]
    pub fn passing(operation: &'static str, detail: impl Into<String>) -> Trouble {
        Trouble { operation, kind: TroubleKind::Passing, detail: detail.into() }
    }

    /// Trouble with a connection.
    pub(crate) fn not_sent(operation: &'static str, error: &ConnectorError) -> Trouble {
        Trouble { operation, kind: TroubleKind::Passing, detail: chain(error) }
    }

    /// Sorts what a service said without the SDK.
    pub(crate) fn with(operation: &'static str, failure: &Failure) -> Trouble {
        match failure {
            Failure::Refused(refusal) => Trouble::refused(operation, &refusal.code, &refusal.message),
            Failure::Unanswered(reason) => Trouble::passing(operation, reason),
        }
    }

    fn refused(operation: &'static str, code: &str, message: &str) -> Trouble {
        let kind = if is_lasting(code) { TroubleKind::Lasting } else { TroubleKind::Passing };
        Trouble { operation, kind, detail: format!("{code}: {message}") }
    }

    /// Sorts an SDK error. The detail is the service's error code and message, or the kind of transport failure; the
    /// SDK never puts a request's content there.
    pub(crate) fn of<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Trouble
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug,
    {
        let (kind, detail) = match error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().unwrap_or("unknown");
                let message = context.err().message().unwrap_or("no message");
                return Trouble::refused(operation, code, message);
            }
            SdkError::TimeoutError(_) => (TroubleKind::Passing, "timed out".to_owned()),
            SdkError::DispatchFailure(failure) => {
                let detail = failure.as_connector_error().map_or_else(|| "not sent".to_owned(), chain);
                (TroubleKind::Passing, detail)
            }
            SdkError::ResponseError(_) => (TroubleKind::Passing, "the answer could not be read".to_owned()),
            SdkError::ConstructionFailure(_) => (TroubleKind::Lasting, "the request could not be built".to_owned()),
            _ => (TroubleKind::Passing, "unknown failure".to_owned()),
        };
        Trouble { operation, kind, detail }
    }
}

/// Error codes that lie in what was asked, so that no retry will change them. Whatever is not here is taken to pass, a
/// missing permission too: trying in vain costs little, giving up on an event that could have been processed costs
/// the event, and somebody may mend the rest meanwhile.
fn is_lasting(code: &str) -> bool {
    matches!(
        code,
        "InvalidParameter"
            | "InvalidParameterException"
            | "InvalidParameterValue"
            | "NoSuchKey"
            | "ValidationException"
    )
}

/// What an error says, and what is under it.
pub(crate) fn chain(error: &(impl Error + ?Sized)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.detail)
    }
}

impl Error for Trouble {}
