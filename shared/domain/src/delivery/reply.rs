//! An answer that a sender asks for.

/// An answer that a sender asks for, in its own words: to a challenge, or to a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body's media type.
    pub media_type: &'static str,
    /// Other headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}
