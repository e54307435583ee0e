//! What an API answered.

use std::time::Duration;

/// What an API answered.
#[derive(Clone)]
pub struct ApiAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// How long the API wants to be left alone, if it says so in seconds.
    pub retry_after: Option<Duration>,
}
