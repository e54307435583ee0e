//! A field of the body that is part of what is signed.

use std::borrow::Cow;

use crate::content::field_value::FieldValue;
use crate::content::json_pointers;
use crate::delivery::Delivery;
use crate::description::{FieldPath, Pointer};
use url::form_urlencoded;

/// The text or the integer at `pointer` of the body.
pub(super) fn field<'d>(body: &'d [u8], pointer: &Pointer) -> Option<Cow<'d, str>> {
    match json_pointers::find(pointer, body)? {
        FieldValue::Text(text) => Some(text),
        FieldValue::Object | FieldValue::Other => None,
    }
}

/// What stands in the query under `name`, if it is there once.
pub(super) fn query_value<'d>(query: &'d str, name: &str) -> Option<Cow<'d, str>> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}

/// The text of a proof that stands in no header; `readable` is the body, or the JSON of the form that it is.
pub(super) fn proof<'d>(delivery: &'d Delivery, readable: &'d [u8], place: &FieldPath) -> Option<Cow<'d, str>> {
    let text = match place {
        FieldPath::Body(pointer) => field(readable, pointer),
        FieldPath::Query(name) => query_value(&delivery.url.query, name),
        FieldPath::Header(_) | FieldPath::Id => None,
    };
    text.filter(|text| !text.is_empty())
}
