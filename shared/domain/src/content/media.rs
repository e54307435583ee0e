//! Kinds of media.

use serde::Deserialize;

use crate::text::string_enum::string_enum;

/// A kind of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    /// Still images.
    Image,
    /// Moving images.
    Video,
    /// Sound.
    Audio,
    /// Three-dimensional models, whole or in parts.
    #[serde(rename = "3d")]
    ThreeD,
    /// Text.
    Text,
    /// Anything else.
    Other,
}

string_enum!(Media {
    Image => "image", Video => "video", Audio => "audio", ThreeD => "3d", Text => "text", Other => "other",
});
