//! What the thin function must know of a body, read without building a tree of it.

mod challenge;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::description::{Condition, Description, HeaderName, Otherwise, Place, Places, Report, Shape, Test};

use crate::condition::{Seen, holds};
use crate::event_type::EventType;
use crate::json::{Found, Pointers};
use crate::truncate::truncate;

pub(crate) use self::challenge::ChallengeReader;

/// The few facts that identify an event, read from the sender's body and the kept headers alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the body reports.
    pub event_type: EventType,
    /// The sender's own id of the thing, if the body names one.
    pub subject: Option<String>,
    /// The components of the idempotency key; empty if the body lacks any of them, and then the whole body is the key.
    pub key: Vec<String>,
    /// Whether the whole body is part of the key besides; never without components.
    pub key_with_body: bool,
}

impl Head {
    /// A body whose shape nobody knows.
    #[must_use]
    pub const fn unrecognized() -> Head {
        Head { event_type: EventType::Unrecognized, subject: None, key: Vec::new(), key_with_body: false }
    }
}

/// Reads heads by a description. Each place that its shapes look at is numbered once, when it is made, so that a delivery
/// costs one pass over its body and no comparison of pointers.
#[derive(Clone, Debug)]
pub(crate) struct HeadReader {
    pointers: Pointers,
    shapes: Vec<ShapeReader>,
}

#[derive(Clone, Debug)]
struct ShapeReader {
    when: Vec<Asked>,
    when_any: Vec<Asked>,
    subject: Vec<At>,
    key: Vec<Vec<At>>,
    key_with_body: bool,
    report: Vec<(Asked, Report)>,
    otherwise: Option<Report>,
}

/// A condition on numbered places.
#[derive(Clone, Debug)]
struct Asked {
    at: Vec<At>,
    first: bool,
    test: Test,
}

/// Where something is.
#[derive(Clone, Debug)]
enum At {
    /// At this one of the pointers.
    Body(usize),
    /// In this header.
    Header(HeaderName),
}

impl HeadReader {
    pub(crate) fn of(description: &Description) -> HeadReader {
        let mut places = Numbering { pointers: Pointers::default(), ids: description.scheme.id_headers() };
        let shapes = description.shapes.iter().map(|shape| ShapeReader::of(shape, &mut places)).collect();
        HeadReader { pointers: places.pointers, shapes }
    }

    /// Reads the head, and the number of the shape that it is of.
    ///
    /// Of a body that is no JSON, or can be read in two ways, only the headers are looked at, and nothing is believed to
    /// have been reported.
    pub(crate) fn read(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> (Head, Option<usize>) {
        let found = self.pointers.read(body);
        let is_readable = found.is_some();
        let delivery = Delivered { headers, found: found.unwrap_or_default() };
        let Some((number, shape)) = self.shapes.iter().enumerate().find(|(_, shape)| shape.fits(&delivery)) else {
            return (Head::unrecognized(), None);
        };
        let event_type = shape.report(&delivery).filter(|_| is_readable);
        let subject = shape.subject.iter().find_map(|at| delivery.text(at)).map(|text| truncate(text.to_owned()));
        let key = shape.key.iter().map(|places| places.iter().find_map(|at| delivery.text(at)).map(str::to_owned));
        let key: Vec<String> = key.collect::<Option<_>>().unwrap_or_default();
        let event_type = event_type.map_or(EventType::Unrecognized, EventType::from);
        let key_with_body = shape.key_with_body && !key.is_empty();
        (Head { event_type, subject, key, key_with_body }, Some(number))
    }
}

impl ShapeReader {
    fn of(shape: &Shape, places: &mut Numbering<'_>) -> ShapeReader {
        ShapeReader {
            when: shape.when.iter().map(|condition| places.condition(condition)).collect(),
            when_any: shape.when_any.iter().map(|condition| places.condition(condition)).collect(),
            subject: places.places(&shape.subject),
            key: shape.key.iter().map(|component| places.places(component)).collect(),
            key_with_body: shape.key_with_body,
            report: shape.report.iter().map(|rule| (places.condition(&rule.condition), rule.is)).collect(),
            otherwise: match shape.otherwise {
                Some(Otherwise::Report(report)) => Some(report),
                Some(Otherwise::Unrecognized) | None => None,
            },
        }
    }

    fn fits(&self, delivery: &Delivered<'_>) -> bool {
        self.when.iter().all(|asked| delivery.answers(asked))
            && (self.when_any.is_empty() || self.when_any.iter().any(|asked| delivery.answers(asked)))
    }

    fn report(&self, delivery: &Delivered<'_>) -> Option<Report> {
        let rule = self.report.iter().find(|(asked, _)| delivery.answers(asked));
        rule.map(|(_, report)| *report).or(self.otherwise)
    }
}

/// Gives each place of the body a number.
struct Numbering<'d> {
    pointers: Pointers,
    ids: &'d [HeaderName],
}

impl Numbering<'_> {
    fn condition(&mut self, condition: &Condition) -> Asked {
        let Condition { at, first, test } = condition;
        Asked { at: self.places(at), first: *first, test: test.clone() }
    }

    fn places(&mut self, places: &Places) -> Vec<At> {
        let mut numbered = Vec::new();
        for place in &*places.0 {
            match place {
                Place::Body(pointer) => numbered.extend(self.pointers.add(pointer).map(At::Body)),
                Place::Header(name) => numbered.push(At::Header(name.clone())),
                Place::Id => numbered.extend(self.ids.iter().cloned().map(At::Header)),
            }
        }
        numbered
    }
}

/// What a delivery has at the numbered places.
struct Delivered<'a> {
    headers: &'a BTreeMap<String, String>,
    found: Vec<Found<'a>>,
}

impl Delivered<'_> {
    fn text(&self, at: &At) -> Option<&str> {
        match at {
            At::Body(number) => self.found.get(*number)?.text(),
            At::Header(name) => header(self.headers, name),
        }
    }

    fn answers(&self, asked: &Asked) -> bool {
        let seen = asked.at.iter().map(|at| Seen {
            text: self.text(at).map(Cow::Borrowed),
            is_object: matches!(at, At::Body(number) if self.found.get(*number) == Some(&Found::Object)),
        });
        holds(&asked.test, asked.first, seen)
    }
}

/// The text of a kept header, if it has one.
pub(crate) fn header<'a>(headers: &'a BTreeMap<String, String>, name: &HeaderName) -> Option<&'a str> {
    headers.get(&*name.0).map(|value| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
