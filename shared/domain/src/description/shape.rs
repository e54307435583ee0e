//! A form that a sender's bodies have.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::description::one_or_many::one_or_many;
use crate::description::{Condition, DetailRules, FieldPath, FieldPaths, Lazy, ReportRule};
use crate::event::event_type::Report;
use crate::event::key_meaning::KeyMeaning;

/// A form that a sender's bodies have: how it is known, what identifies an event of it, and what it reports.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// What it is, in a word or two, for the documentation.
    #[serde(default)]
    pub name: String,
    /// It is this form if all of these hold ...
    #[serde(default)]
    pub when: Vec<Condition>,
    /// ... and any of these, if there are any.
    #[serde(default)]
    pub when_any: Vec<Condition>,
    /// Where the sender's own id of the thing is: the event's subject, and the id of the job.
    #[serde(default)]
    pub subject: FieldPaths,
    /// What tells an event from every other of the source, in order. If any of it is missing, the whole body does.
    #[serde(default, deserialize_with = "one_or_many")]
    pub key: Vec<FieldPaths>,
    /// What the key names: the event by an id of its own, or a state of a thing.
    #[serde(default)]
    pub names: Option<KeyMeaning>,
    /// What joins the key, as far as it is there, if the source has a token in its URL: what tells deliveries apart and is
    /// not signed, such as a delivery's id in a header.
    #[serde(default)]
    pub key_with_token: Vec<FieldPaths>,
    /// Whether the whole body is part of the key as well: for a sender whose bodies alone do not tell events apart, and
    /// whose other words are not signed.
    #[serde(default)]
    pub key_with_body: bool,
    /// What it reports: the first rule that holds.
    #[serde(default)]
    pub report: Vec<ReportRule>,
    /// What it reports if no rule holds; without this it is unrecognized.
    #[serde(default)]
    pub otherwise: Option<DefaultReport>,
    /// Where the rest is.
    #[serde(default)]
    pub details: Lazy<DetailRules>,
}

/// What a body reports of which no rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultReport {
    /// This.
    Report(Report),
    /// Nothing that is known, written `unrecognized`: a shape can tell events apart that it cannot name.
    Unrecognized,
}

impl Shape {
    /// All places that are looked at to know what identifies an event, and what it reports.
    pub(crate) fn head_places(&self) -> impl Iterator<Item = &FieldPath> {
        let conditions = self.when.iter().chain(&*self.when_any).chain(self.report.iter().map(|rule| &rule.condition));
        conditions
            .map(|condition| &condition.at)
            .chain([&self.subject])
            .chain(&*self.key)
            .chain(&*self.key_with_token)
            .flat_map(|places| &*places.0)
    }
}

impl<'de> Deserialize<'de> for DefaultReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "unrecognized" {
            return Ok(DefaultReport::Unrecognized);
        }
        Report::parse(&text).map(DefaultReport::Report).map_err(serde::de::Error::custom)
    }
}
