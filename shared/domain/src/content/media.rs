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

impl Media {
    /// What a media type such as `image/png` tells.
    pub(crate) fn of_type(media_type: &str) -> Option<Media> {
        Some(match media_type.split_once('/')? {
            ("image", _) => Media::Image,
            ("video", _) => Media::Video,
            ("audio", _) => Media::Audio,
            ("model", _) => Media::ThreeD,
            ("text", _) => Media::Text,
            _ => return None,
        })
    }
}

string_enum!(Media {
    Image => "image", Video => "video", Audio => "audio", ThreeD => "3d", Text => "text", Other => "other",
});
