//! What a sender's key names.

use serde::Deserialize;

use crate::text::string_enum::string_enum;

/// What a sender's key names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyMeaning {
    /// The event itself, by an id of its own: another body under it is a retry.
    #[default]
    Event,
    /// A state of a thing, which it can come to more than once: another body under it is another event.
    State,
}

string_enum!(KeyMeaning { Event => "event", State => "state" });
