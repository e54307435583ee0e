//! A call to a service that did not go well.

use std::borrow::Cow;
use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error_chain::error_chain;
use crate::service::{CallError, ConnectionError};

/// A call to a service that did not go well. Whether it had its effect is not known. Its text has all that is under it: the
/// log takes one.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {}", error_chain(cause))]
pub struct ServiceError {
    operation: &'static str,
    kind: ServiceErrorKind,
    #[source]
    cause: Cause,
}

/// What somebody should do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceErrorKind {
    /// Try again: a throttle, a time-out, a broken connection, a fault of the service.
    Retryable,
    /// Do not: this very request will be refused every time, or what was read makes no sense.
    Permanent,
}

/// Why the call did not go well. An answer is not kept: it may quote the request, or hold a record.
#[derive(Debug, thiserror::Error)]
enum Cause {
    /// The service refused it.
    #[error("{code}: {message}")]
    Response { code: String, message: String },
    /// There was no answer in time.
    #[error("timed out")]
    Timeout,
    /// There is no answer.
    #[error(transparent)]
    Connection(ConnectionError),
    /// Something else, which has no error of its own.
    #[error("{0}")]
    Other(Cow<'static, str>),
}

impl ServiceError {
    /// What somebody should do about it.
    #[must_use]
    pub const fn kind(&self) -> ServiceErrorKind {
        self.kind
    }

    /// The call, as IAM names the action, and in parentheses what for.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// The code and the message by which the service refused the call; `None` if it did not answer.
    #[must_use]
    pub fn refusal(&self) -> Option<(&str, &str)> {
        match &self.cause {
            Cause::Response { code, message } => Some((code, message)),
            Cause::Timeout | Cause::Connection(_) | Cause::Other(_) => None,
        }
    }

    /// An error that will be there every time: what a service answered makes no sense to us.
    pub(crate) fn permanent(operation: &'static str, detail: impl Into<Cow<'static, str>>) -> ServiceError {
        ServiceError { operation, kind: ServiceErrorKind::Permanent, cause: Cause::Other(detail.into()) }
    }

    /// An error that may not be there the next time.
    #[must_use]
    pub fn retryable(operation: &'static str, detail: impl Into<Cow<'static, str>>) -> ServiceError {
        ServiceError { operation, kind: ServiceErrorKind::Retryable, cause: Cause::Other(detail.into()) }
    }

    /// The same once more, for another event that the call was about.
    #[must_use]
    pub fn repeated(&self) -> ServiceError {
        let cause = Cause::Other(error_chain(&self.cause).into());
        ServiceError { operation: self.operation, kind: self.kind, cause }
    }

    /// Sorts the error of a call that was made without the SDK.
    pub(crate) fn with(operation: &'static str, error: CallError) -> ServiceError {
        let cause = match error {
            CallError::Response(response) => {
                return ServiceError::refused(operation, response.code, response.message);
            }
            CallError::Connection(error) => Cause::Connection(error),
        };
        ServiceError { operation, kind: ServiceErrorKind::Retryable, cause }
    }

    pub(crate) fn refused(operation: &'static str, code: String, message: String) -> ServiceError {
        let kind = if is_permanent(&code) { ServiceErrorKind::Permanent } else { ServiceErrorKind::Retryable };
        ServiceError { operation, kind, cause: Cause::Response { code, message } }
    }

    /// Sorts an SDK error. What is told is the service's error code and message, or the kind of transport failure; the
    /// SDK never puts a request's content there.
    pub(crate) fn of<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> ServiceError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().map(str::to_owned);
                // The answer to a HEAD has no body that could say it.
                let code = code.unwrap_or_else(|| format!("HTTP {}", context.raw().status().as_u16()));
                ServiceError::refused(operation, code, context.err().message().unwrap_or("no message").to_owned())
            }
            SdkError::TimeoutError(_) => {
                ServiceError { operation, kind: ServiceErrorKind::Retryable, cause: Cause::Timeout }
            }
            SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
                Some(error) => ServiceError::retryable(operation, error_chain(error)),
                None => ServiceError::retryable(operation, "not sent"),
            },
            SdkError::ResponseError(_) => ServiceError::retryable(operation, "the answer could not be read"),
            SdkError::ConstructionFailure(_) => ServiceError::permanent(operation, "the request could not be built"),
            _ => ServiceError::retryable(operation, "unknown failure"),
        }
    }
}

/// Error codes that lie in what was asked, so that no retry will change them. Whatever is not here is taken to pass, a
/// missing permission too: trying in vain costs little, giving up on an event that could have been processed costs
/// the event, and somebody may fix the rest meanwhile.
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

#[cfg(test)]
mod tests {
    use aws_sdk_s3::operation::head_object::HeadObjectError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    fn check(status: u16, code: Option<&str>, expected: &str, expected_kind: ServiceErrorKind) {
        let mut metadata = ErrorMetadata::builder();
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        let answer = HttpResponse::new(status.try_into().expect("a status"), SdkBody::empty());
        let error = SdkError::service_error(HeadObjectError::generic(metadata.build()), answer);
        let error = ServiceError::of("s3:HeadObject", &error);
        assert_eq!((error.to_string().as_str(), error.kind()), (expected, expected_kind));
    }

    #[test]
    fn an_answer_without_a_code_is_told_by_its_status() {
        check(403, None, "s3:HeadObject: HTTP 403: no message", ServiceErrorKind::Retryable);
        check(503, None, "s3:HeadObject: HTTP 503: no message", ServiceErrorKind::Retryable);
        check(400, Some("NoSuchKey"), "s3:HeadObject: NoSuchKey: no message", ServiceErrorKind::Permanent);
    }
}
