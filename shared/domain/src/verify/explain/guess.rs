//! A guess at what a sender did.

/// Something that would be right after a mistake.
pub(super) struct Guess<T> {
    /// The mistake, as a sentence with what to do; `None` if this is as the description says.
    pub(super) mistake: Option<String>,
    /// What it would be.
    pub(super) value: T,
}

impl<T> Guess<T> {
    pub(super) fn as_described(value: T) -> Guess<T> {
        Guess { mistake: None, value }
    }

    pub(super) fn mistake(text: impl Into<String>, value: T) -> Guess<T> {
        Guess { mistake: Some(text.into()), value }
    }
}
