//! A field of the body that is part of what is signed.

use std::borrow::Cow;

use crate::content::field_value::FieldValue;
use crate::content::json_pointers;
use crate::description::Pointer;

/// The text or the integer at `pointer` of the body.
pub(super) fn field<'d>(body: &'d [u8], pointer: &Pointer) -> Option<Cow<'d, str>> {
    match json_pointers::find(pointer, body)? {
        FieldValue::Text(text) => Some(text),
        FieldValue::Object | FieldValue::Other => None,
    }
}
