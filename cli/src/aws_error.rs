//! Calls to AWS that did not go well, by who must do what.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use operator::replay::ReplayError;
use platform::service_error::ServiceError;

use crate::error::{Error, Result};

/// The codes by which services say that they do not know who calls.
const UNKNOWN_CALLER: [&str; 7] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];
/// And that the caller may not.
const DENIED: [&str; 5] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "UnauthorizedOperation",
];

/// Turns the SDK's errors into those of the tool.
pub trait OrError<T> {
    /// `call` is the action, as IAM names it.
    ///
    /// # Errors
    /// The call's.
    fn or_error(self, call: &str) -> Result<T>;
}

impl<T, E, R> OrError<T> for std::result::Result<T, SdkError<E, R>>
where
    E: ProvideErrorMetadata + StdError + 'static,
    R: std::fmt::Debug,
{
    fn or_error(self, call: &str) -> Result<T> {
        self.map_err(|error| match error.as_service_error() {
            Some(service) => match service.code() {
                Some(code) => of_answer(call, code, service.message().unwrap_or_default()),
                None => Error::Unavailable(format!("{call} was answered with what is no answer: {}", chain(&error))),
            },
            None => of_transport(call, &error),
        })
    }
}

impl From<ServiceError> for Error {
    fn from(error: ServiceError) -> Error {
        // What it was for stands behind the action.
        let action = error.operation().split(' ').next().unwrap_or_default();
        match error.refusal() {
            Some((code, message)) => of_answer(action, code, message),
            None => Error::Unavailable(error.to_string()),
        }
    }
}

impl From<ReplayError> for Error {
    fn from(error: ReplayError) -> Error {
        match error {
            ReplayError::Service(error) => error.into(),
            ReplayError::NoSuchJob(_) => Error::NotFound(error.to_string()),
            ReplayError::State { .. } | ReplayError::Unreadable(_) => Error::Conflict(error.to_string()),
            ReplayError::RunByAnother { ref id, .. } => {
                Error::Conflict(format!("{error}; stop it with landfall replay pause {id}"))
            }
        }
    }
}

/// The code by which a service says what is wrong.
pub fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// The status of an answer, where a service says no more.
pub fn http_status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

fn of_answer(call: &str, code: &str, message: &str) -> Error {
    if UNKNOWN_CALLER.contains(&code) {
        return Error::SignIn(format!("{call}: {message}"));
    }
    if DENIED.contains(&code) || message.contains("not authorized to perform") {
        let statement = statement(call, message);
        return Error::Denied { call: call.to_owned(), message: message.to_owned(), statement };
    }
    Error::Unavailable(format!("{call} failed: {code}: {message}"))
}

/// The missing permission. AWS's message mostly names action and resource: "... is not authorized to perform: A on
/// resource: R because ...".
fn statement(call: &str, message: &str) -> String {
    let after = |mark: &str| message.split_once(mark).and_then(|(_, rest)| rest.split_whitespace().next());
    let action = after("perform: ").unwrap_or(call);
    let resource = after("on resource: ").unwrap_or("*");
    format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#)
}

fn of_transport<E, R>(call: &str, error: &SdkError<E, R>) -> Error
where
    E: StdError + 'static,
    R: std::fmt::Debug,
{
    let chain = chain(error);
    // The SDK has no kind of its own for it.
    if chain.contains("credential") || chain.contains("SSO") {
        return Error::SignIn(chain);
    }
    Error::Unavailable(format!("{call} got no answer: {chain}"))
}

pub(crate) fn chain(error: &dyn StdError) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    if texts.is_empty() { error.to_string() } else { texts.join(": ") }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::of_answer;

    fn check(code: &str, message: &str, exit_code: u8, expected: Expect) {
        let error = of_answer("secretsmanager:GetSecretValue", code, message);
        assert_eq!(error.exit_code(), exit_code);
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn an_answer_says_who_must_do_what() {
        check(
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/ops is not authorized to perform: secretsmanager:GetSecretValue on resource: \
             landfall/source/a because no identity-based policy allows it",
            4,
            expect![[r#"
                secretsmanager:GetSecretValue was denied: User: arn:aws:iam::1:user/ops is not authorized to perform: secretsmanager:GetSecretValue on resource: landfall/source/a because no identity-based policy allows it
                An administrator must allow it, with this statement in your policy:
                  {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "landfall/source/a"}"#]],
        );
        check(
            "AccessDenied",
            "no",
            4,
            expect![[r#"
            secretsmanager:GetSecretValue was denied: no
            An administrator must allow it, with this statement in your policy:
              {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}"#]],
        );
        check(
            "ExpiredTokenException",
            "The token has expired",
            3,
            expect![[r#"
                No valid AWS credentials: secretsmanager:GetSecretValue: The token has expired
                Sign in (aws sso login, aws configure, or AWS_PROFILE) and try again."#]],
        );
        check(
            "ThrottlingException",
            "Rate exceeded",
            8,
            expect!["secretsmanager:GetSecretValue failed: ThrottlingException: Rate exceeded"],
        );
    }
}
