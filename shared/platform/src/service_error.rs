//! A call to a service that did not go well.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::service::Failure;

/// A call to a service that did not go well. Whether it had its effect is not known.
#[derive(Debug)]
pub struct ServiceError {
    operation: &'static str,
    kind: ServiceErrorKind,
    detail: String,
}

/// What somebody should do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceErrorKind {
    /// Try again: a throttle, a time-out, a broken connection, a fault of the service.
    Retryable,
    /// Do not: this very request will be refused every time, or what was read makes no sense.
    Permanent,
}

impl ServiceError {
    /// What somebody should do about it.
    #[must_use]
    pub const fn kind(&self) -> ServiceErrorKind {
        self.kind
    }

    /// ServiceError with what a service answered: it makes no sense to us.
    pub(crate) fn permanent(operation: &'static str, detail: impl Into<String>) -> ServiceError {
        ServiceError { operation, kind: ServiceErrorKind::Permanent, detail: detail.into() }
    }

    /// ServiceError that may not be there the next time.
    #[must_use]
    pub fn retryable(operation: &'static str, detail: impl Into<String>) -> ServiceError {
        ServiceError { operation, kind: ServiceErrorKind::Retryable, detail: detail.into() }
    }

    /// Sorts what a service said without the SDK.
    pub(crate) fn with(operation: &'static str, failure: &Failure) -> ServiceError {
        match failure {
            Failure::Refused(refusal) => ServiceError::refused(operation, &refusal.code, &refusal.message),
            Failure::Unanswered(reason) => ServiceError::retryable(operation, reason),
        }
    }

    fn refused(operation: &'static str, code: &str, message: &str) -> ServiceError {
        let kind = if is_permanent(code) { ServiceErrorKind::Permanent } else { ServiceErrorKind::Retryable };
        ServiceError { operation, kind, detail: format!("{code}: {message}") }
    }

    /// Sorts an SDK error. The detail is the service's error code and message, or the kind of transport failure; the
    /// SDK never puts a request's content there.
    pub(crate) fn of<E, R>(operation: &'static str, error: &SdkError<E, R>) -> ServiceError
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug,
    {
        let (kind, detail) = match error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().unwrap_or("unknown");
                let message = context.err().message().unwrap_or("no message");
                return ServiceError::refused(operation, code, message);
            }
            SdkError::TimeoutError(_) => (ServiceErrorKind::Retryable, "timed out".to_owned()),
            SdkError::DispatchFailure(failure) => {
                let detail = failure.as_connector_error().map_or_else(|| "not sent".to_owned(), error_chain);
                (ServiceErrorKind::Retryable, detail)
            }
            SdkError::ResponseError(_) => (ServiceErrorKind::Retryable, "the answer could not be read".to_owned()),
            SdkError::ConstructionFailure(_) => {
                (ServiceErrorKind::Permanent, "the request could not be built".to_owned())
            }
            _ => (ServiceErrorKind::Retryable, "unknown failure".to_owned()),
        };
        ServiceError { operation, kind, detail }
    }
}

/// Error codes that lie in what was asked, so that no retry will change them. Whatever is not here is taken to pass, a
/// missing permission too: trying in vain costs little, giving up on an event that could have been processed costs
/// the event, and somebody may mend the rest meanwhile.
fn is_permanent(code: &str) -> bool {
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

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.detail)
    }
}

impl Error for ServiceError {}
