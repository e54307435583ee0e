//! Which second bodies under a known key a sender must have vectors of, by its description.

use std::collections::{BTreeMap, BTreeSet};

use domain::delivery::headers::Headers;
use domain::delivery::unpack::unpack;
use domain::description::{DefaultReport, Description, Shape};
use domain::event::VerifiedBy;
use domain::event::event_type::EventType;
use domain::event::key_meaning::KeyMeaning;
use domain::provider::compiled_provider::CompiledProvider;
use testdata::vector::{Case, VectorFile};

/// The vector of a second body where the sender's API decides between the two.
const TO_CONFIRM: &str = "second-body-to-confirm";

/// What a second body turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SecondBody {
    AnotherEvent,
    Repeat,
}

/// The second bodies of which a file has no vector: of each shape with a key, in each way that there is.
pub(crate) fn lacking(file: &VectorFile, description: &Description) -> Vec<String> {
    let shown: BTreeSet<(usize, SecondBody)> =
        file.cases().filter_map(|(_, case)| shown(file, case, description)).collect();
    let shapes = description.shapes.iter().enumerate();
    let required = shapes.flat_map(|(number, shape)| ways(description, shape).iter().map(move |way| (number, *way)));
    let missing = required.filter(|required| !shown.contains(required));
    let missing = missing.map(|(number, way)| {
        let shape = &description.shapes[number].name;
        format!("{}, `{shape}`: no vector has a second body under a known key that is {way:?}", file.sender)
    });
    let mut missing: Vec<String> = missing.collect();
    if asks_sender(file, description) && file.case(TO_CONFIRM).is_none_or(|(_, case)| !case.expected.repeat) {
        missing.push(format!("{}, {TO_CONFIRM} is missing; it is to be a repeat", file.sender));
    }
    missing
}

/// Whether a source may ask the sender's API about a genuine delivery.
fn asks_sender(file: &VectorFile, description: &Description) -> bool {
    let proof = file.case("genuine").and_then(|(_, case)| case.expected.accepted.as_ref());
    !description.polls.is_empty() && proof.is_some_and(|proof| proof.verified_by == VerifiedBy::Token.as_str())
}

fn ways(description: &Description, shape: &Shape) -> &'static [SecondBody] {
    if shape.key.is_empty() || shape.key_with_body {
        return &[];
    }
    match shape.names.unwrap_or(KeyMeaning::State) {
        KeyMeaning::Event => &[SecondBody::Repeat],
        // What may recur has the body in its key.
        KeyMeaning::State if reports(shape).all(EventType::may_recur) => &[SecondBody::AnotherEvent],
        KeyMeaning::State if description.retries_differ => &[SecondBody::Repeat],
        KeyMeaning::State => &[SecondBody::AnotherEvent, SecondBody::Repeat],
    }
}

fn reports(shape: &Shape) -> impl Iterator<Item = EventType> {
    let otherwise = shape.otherwise.iter().filter_map(|otherwise| match otherwise {
        DefaultReport::Report(report) => Some(*report),
        DefaultReport::Unrecognized => None,
    });
    shape.report.iter().map(|rule| rule.is).chain(otherwise).map(EventType::from)
}

/// Which shape's second body a case is, and what is made of it.
fn shown(file: &VectorFile, case: &Case, description: &Description) -> Option<(usize, SecondBody)> {
    let (_, before) = file.case(case.after.as_deref()?)?;
    if before.request.body().expect("a body") == case.request.body().expect("a body") {
        return None;
    }
    let second = if case.expected.repeat { SecondBody::Repeat } else { SecondBody::AnotherEvent };
    Some((keyed_shape(description, before)?, second))
}

/// The number of the shape that gives a delivery its key.
fn keyed_shape(description: &Description, case: &Case) -> Option<usize> {
    let body = case.request.body().expect("a body");
    let headers: Headers = case.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let unpacked = if description.unpack { unpack(&headers, &body).expect("it is packed right") } else { None };
    let body = unpacked.unwrap_or(body);
    let key = |shapes: &[Shape]| {
        let sender = CompiledProvider::of(Description { shapes: shapes.to_vec(), ..description.clone() });
        let kept: BTreeMap<String, String> = sender.kept(&headers);
        sender.heads(&kept, &body).into_iter().flat_map(|head| head.key).collect::<Vec<String>>()
    };
    (0..description.shapes.len()).find(|number| !key(&description.shapes[..=*number]).is_empty())
}
