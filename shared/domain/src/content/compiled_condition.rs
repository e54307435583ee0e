//! Conditions that are compiled for reading a body in one pass.

use std::collections::BTreeMap;

use crate::content::field_value::FieldValue;
use crate::content::json_pointers::Pointers;
use crate::content::predicate::holds;
use crate::delivery::headers::kept_text;
use crate::description::{Condition, Description, FieldPath, FieldPaths, HeaderName, Predicate};

/// A condition on numbered places.
#[derive(Clone, Debug)]
pub(crate) struct CompiledCondition {
    fields: Vec<FieldRef>,
    first: bool,
    predicate: Predicate,
}

/// Where something is.
#[derive(Clone, Debug)]
pub(crate) enum FieldRef {
    /// At this one of the pointers.
    Body(usize),
    /// In this header.
    Header(HeaderName),
    /// In the URL's query, under this name.
    Query(String),
}

/// Gives each place of the body a number.
pub(crate) struct FieldIndex<'d> {
    /// The places of the body, in the order of their numbers.
    pub(crate) pointers: Pointers,
    id_headers: &'d [HeaderName],
}

/// What a delivery has at the numbered places.
pub(crate) struct FieldValues<'a> {
    /// The headers: those that were kept, or those that a challenge asks about.
    pub(crate) headers: &'a BTreeMap<String, String>,
    /// The URL's query, where it is looked at.
    pub(crate) query: BTreeMap<String, String>,
    /// What stands in the body, by number.
    pub(crate) in_body: Vec<FieldValue<'a>>,
}

impl<'d> FieldIndex<'d> {
    /// An index without any place yet.
    pub(crate) fn new(description: &'d Description) -> FieldIndex<'d> {
        FieldIndex { pointers: Pointers::default(), id_headers: description.scheme.id_headers() }
    }

    /// Numbers the places of a condition.
    pub(crate) fn condition(&mut self, condition: &Condition) -> CompiledCondition {
        let Condition { at, first, predicate } = condition;
        CompiledCondition { fields: self.fields(at), first: *first, predicate: predicate.clone() }
    }

    /// Numbers some places.
    pub(crate) fn fields(&mut self, paths: &FieldPaths) -> Vec<FieldRef> {
        let mut fields = Vec::new();
        for path in &paths.0 {
            match path {
                FieldPath::Body(pointer) => fields.extend(self.pointers.add(pointer).map(FieldRef::Body)),
                FieldPath::Header(name) => fields.push(FieldRef::Header(name.clone())),
                FieldPath::Query(name) => fields.push(FieldRef::Query(name.clone())),
                FieldPath::Id => fields.extend(self.id_headers.iter().cloned().map(FieldRef::Header)),
            }
        }
        fields
    }
}

impl CompiledCondition {
    /// The places that it asks about.
    pub(crate) fn fields(&self) -> &[FieldRef] {
        &self.fields
    }
}

impl FieldValues<'_> {
    /// The text there.
    pub(crate) fn text(&self, field: &FieldRef) -> Option<&str> {
        match field {
            FieldRef::Body(number) => self.in_body.get(*number)?.text(),
            FieldRef::Header(name) => kept_text(self.headers, name),
            FieldRef::Query(name) => self.query.get(name).map(String::as_str).filter(|text| !text.is_empty()),
        }
    }

    /// Whether a condition holds of them.
    pub(crate) fn satisfy(&self, condition: &CompiledCondition) -> bool {
        let values = condition.fields.iter().map(|field| match field {
            FieldRef::Body(number) if self.in_body.get(*number) == Some(&FieldValue::Object) => FieldValue::Object,
            FieldRef::Body(_) | FieldRef::Header(_) | FieldRef::Query(_) => FieldValue::from(self.text(field)),
        });
        holds(&condition.predicate, condition.first, values)
    }
}
