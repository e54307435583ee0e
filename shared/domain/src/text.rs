//! Texts: how they are written, bounded and escaped.

pub(crate) mod base64_text;
pub mod queue_text;
pub mod string_enum;
pub(crate) mod truncate;
