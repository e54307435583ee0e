//! What stands at a place of a delivery.

use std::borrow::Cow;

/// What stands at a place of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum FieldValue<'a> {
    /// A string that is not empty, or an integer's decimal digits.
    Text(Cow<'a, str>),
    /// An object.
    Object,
    /// Nothing, or what names nothing: null, an empty string, a fraction, a boolean, an array.
    #[default]
    Other,
}

impl FieldValue<'_> {
    /// The text, if there is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            FieldValue::Text(text) => Some(text),
            FieldValue::Object | FieldValue::Other => None,
        }
    }
}

impl<'a> From<Option<&'a str>> for FieldValue<'a> {
    fn from(text: Option<&'a str>) -> FieldValue<'a> {
        text.map_or(FieldValue::Other, |text| FieldValue::Text(Cow::Borrowed(text)))
    }
}
