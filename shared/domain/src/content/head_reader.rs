//! Reading what identifies an event, without building a tree of the body.

use std::collections::BTreeMap;

use crate::content::compiled_condition::{CompiledCondition, FieldIndex, FieldRef, FieldValues};
use crate::content::head::Head;
use crate::content::json_pointers::Pointers;
use crate::description::{DefaultReport, Description, Shape};
use crate::event::event_type::EventType;
use crate::event::event_type::Report;
use crate::event::key_meaning::KeyMeaning;
use crate::text::truncate::truncate;

/// Reads heads by a description. Each place that its shapes look at is numbered once, when it is made, so that a delivery
/// costs one pass over its body and no comparison of pointers.
#[derive(Clone, Debug)]
pub(crate) struct HeadReader {
    pointers: Pointers,
    shapes: Vec<ShapeReader>,
}

#[derive(Clone, Debug)]
struct ShapeReader {
    when: Vec<CompiledCondition>,
    when_any: Vec<CompiledCondition>,
    subject: Vec<FieldRef>,
    key: Vec<Vec<FieldRef>>,
    key_meaning: KeyMeaning,
    key_with_token: Vec<Vec<FieldRef>>,
    key_with_body: bool,
    report: Vec<(CompiledCondition, Report)>,
    otherwise: Option<Report>,
}

impl HeadReader {
    pub(crate) fn of(description: &Description) -> HeadReader {
        let mut index = FieldIndex::new(description);
        let shapes = description.shapes.iter().map(|shape| ShapeReader::of(shape, &mut index)).collect();
        HeadReader { pointers: index.pointers, shapes }
    }

    /// Reads the head, and the number of the shape that it is of.
    ///
    /// Of a body that is no JSON, or can be read in two ways, only the headers are looked at, and nothing is believed to
    /// have been reported.
    pub(crate) fn read(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> (Head, Option<usize>) {
        let in_body = self.pointers.read(body);
        let is_readable = in_body.is_some();
        let values = FieldValues { headers, query: BTreeMap::new(), in_body: in_body.unwrap_or_default() };
        let Some((number, shape)) = self.shapes.iter().enumerate().find(|(_, shape)| shape.fits(&values)) else {
            return (Head::unrecognized(), None);
        };
        let event_type = shape.report(&values).filter(|_| is_readable);
        let subject = shape.subject.iter().find_map(|field| values.text(field)).map(|text| truncate(text.to_owned()));
        let key = shape.key.iter().map(|fields| fields.iter().find_map(|field| values.text(field)).map(str::to_owned));
        let key: Vec<String> = key.collect::<Option<_>>().unwrap_or_default();
        let event_type = event_type.map_or(EventType::Unrecognized, EventType::from);
        let key_with_body = shape.key_with_body && !key.is_empty();
        let with_token = shape.key_with_token.iter();
        let with_token = with_token.filter_map(|fields| fields.iter().find_map(|field| values.text(field)));
        let key_with_token = with_token.map(str::to_owned).collect();
        // The whole body is no key under which another can come.
        let key_meaning = if key.is_empty() { KeyMeaning::Event } else { shape.key_meaning };
        (Head { event_type, subject, key, key_meaning, key_with_token, key_with_body }, Some(number))
    }
}

impl ShapeReader {
    fn of(shape: &Shape, index: &mut FieldIndex<'_>) -> ShapeReader {
        ShapeReader {
            when: shape.when.iter().map(|condition| index.condition(condition)).collect(),
            when_any: shape.when_any.iter().map(|condition| index.condition(condition)).collect(),
            subject: index.fields(&shape.subject),
            key: shape.key.iter().map(|component| index.fields(component)).collect(),
            // A sender of whom this is not said may send two events under one key; a repeat then does no harm.
            key_meaning: shape.names.unwrap_or(KeyMeaning::State),
            key_with_token: shape.key_with_token.iter().map(|component| index.fields(component)).collect(),
            key_with_body: shape.key_with_body,
            report: shape.report.iter().map(|rule| (index.condition(&rule.condition), rule.is)).collect(),
            otherwise: match shape.otherwise {
                Some(DefaultReport::Report(report)) => Some(report),
                Some(DefaultReport::Unrecognized) | None => None,
            },
        }
    }

    fn fits(&self, values: &FieldValues<'_>) -> bool {
        self.when.iter().all(|condition| values.satisfy(condition))
            && (self.when_any.is_empty() || self.when_any.iter().any(|condition| values.satisfy(condition)))
    }

    fn report(&self, values: &FieldValues<'_>) -> Option<Report> {
        let rule = self.report.iter().find(|(condition, _)| values.satisfy(condition));
        rule.map(|(_, report)| *report).or(self.otherwise)
    }
}

#[cfg(test)]
mod tests;
