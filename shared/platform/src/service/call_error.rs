//! A call that did not go well.

use super::connection_pool::ConnectionError;
use super::error_response::ErrorResponse;

/// Why a call did not go well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The service refused it.
    #[error("{}: {}", .0.code, .0.message)]
    Response(ErrorResponse),
    /// There is no answer. The call may have had its effect.
    #[error(transparent)]
    Connection(ConnectionError),
}
