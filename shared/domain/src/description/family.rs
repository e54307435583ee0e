//! Names of the parts of an API.

/// The longest are fal's `workflows/{owner}/{name}`.
const PATH_SEGMENTS_MAX: usize = 3;

/// Whether a text may stand in a URL as the name of a part of an API.
pub(crate) fn is_family(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    !text.is_empty() && text.bytes().all(is_plain)
}

/// Whether a text may stand in a URL as the path of a part of an API: one to three names with slashes between.
pub(crate) fn is_family_path(text: &str) -> bool {
    text.split('/').count() <= PATH_SEGMENTS_MAX && text.split('/').all(is_family)
}
