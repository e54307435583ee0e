//! What stands at a place of a delivery.

use std::borrow::Cow;

/// What stands at a place of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum FieldValue<'a> {
    /// A string that is not empty, an integer's decimal digits, or `true` or `false`.
    Text(Cow<'a, str>),
    /// An object.
    Object,
    /// Nothing, or what names nothing: null, an empty string, a fraction, an array.
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

    /// The same, independent of where it was read.
    pub(crate) fn into_owned(self) -> FieldValue<'static> {
        match self {
            FieldValue::Text(text) => FieldValue::Text(Cow::Owned(text.into_owned())),
            FieldValue::Object => FieldValue::Object,
            FieldValue::Other => FieldValue::Other,
        }
    }

    /// A boolean's text.
    pub(crate) const fn of_bool(truth: bool) -> FieldValue<'static> {
        FieldValue::Text(Cow::Borrowed(if truth { "true" } else { "false" }))
    }
}

impl<'a> From<Option<&'a str>> for FieldValue<'a> {
    fn from(text: Option<&'a str>) -> FieldValue<'a> {
        text.map_or(FieldValue::Other, |text| FieldValue::Text(Cow::Borrowed(text)))
    }
}
