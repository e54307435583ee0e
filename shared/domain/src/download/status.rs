//! What the status of an answer means.

use crate::download::error::FetchError;

/// An answer that leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseKind {
    /// The content follows.
    Content,
    /// It is somewhere else.
    Redirect,
}

/// Reads a status.
///
/// # Errors
/// If neither content nor a way to it follows.
pub fn read(status: u16) -> Result<ResponseKind, FetchError> {
    match status {
        200 => Ok(ResponseKind::Content),
        301 | 302 | 303 | 307 | 308 => Ok(ResponseKind::Redirect),
        404 | 410 => Err(FetchError::Gone),
        // Time-outs and throttles are the client errors that no change of the request can mend.
        408 | 425 | 429 => Err(FetchError::Retryable { reason: format!("the sender answered {status}") }),
        400..=499 => Err(FetchError::Denied { status }),
        _ => Err(FetchError::Retryable { reason: format!("the sender answered {status}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_says_what_to_do() {
        let told = |status| match read(status) {
            Ok(ResponseKind::Content) => "take it",
            Ok(ResponseKind::Redirect) => "follow it",
            Err(FetchError::Gone) => "gone",
            Err(FetchError::Denied { .. }) => "denied",
            Err(FetchError::Retryable { .. }) => "try again",
            Err(FetchError::Refused(_)) => "refused",
        };
        let check = |statuses: &[u16], expected| {
            for status in statuses {
                assert_eq!(told(*status), expected, "{status}");
            }
        };
        check(&[200], "take it");
        check(&[301, 302, 303, 307, 308], "follow it");
        check(&[404, 410], "gone");
        check(&[400, 401, 402, 403, 405, 416, 451], "denied");
        check(&[408, 425, 429, 500, 502, 503, 504], "try again");
        check(&[0, 100, 101, 204, 206, 300, 304, 600, 999], "try again");
    }
}
