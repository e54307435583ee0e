//! A request as it arrived, unchecked.

pub mod front;
pub mod headers;
pub mod presented_token;
pub mod recorded_request;
pub mod reply;
pub mod request;
pub mod route;
pub mod trace;
pub mod unpack;

use std::fmt;

use crate::delivery::headers::Headers;
use crate::delivery::presented_token::PresentedToken;
use crate::time::Timestamp;

/// The largest body that is taken, in bytes once decoded. A function URL takes requests of 6 MB, and base64 makes 4.5 MB
/// of one that is not text.
pub const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// One HTTP request to a source's URL. Nothing in it may be believed: [`verify`](crate::verify::verify) makes an
/// event of it, and nothing else can.
#[derive(Clone)]
pub struct Delivery {
    /// The URL that it was sent to, as the function saw it.
    pub url: RequestUrl,
    /// The token of the URL, if it has one.
    pub token: Option<PresentedToken>,
    /// The headers.
    pub headers: Headers,
    /// The body's bytes, as they were sent.
    pub body: Vec<u8>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The id of the function's invocation: it tells a write of our own from a write of another delivery.
    pub request_id: String,
}

/// The URL that a request was sent to, as the function saw it. Some senders sign theirs. It may hold a token, so it is
/// never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestUrl {
    /// The function's own host, whatever the request itself says.
    pub host: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query as it was sent, without the question mark; empty if there is none.
    pub query: String,
}

impl RequestUrl {
    /// The URL as a whole.
    pub(crate) fn whole(&self) -> String {
        self.with_query(format!("https://{}{}", self.host, self.path))
    }

    /// `beginning` with the query of this.
    pub(crate) fn with_query(&self, beginning: String) -> String {
        if self.query.is_empty() { beginning } else { format!("{beginning}?{}", self.query) }
    }
}

impl fmt::Debug for RequestUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a URL at {}", self.host)
    }
}

impl fmt::Debug for Delivery {
    /// Shows no token, no header's value and nothing of the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("request_id", &self.request_id)
            .field("received_at", &self.received_at)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
