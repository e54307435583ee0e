//! A form that a sender's bodies have.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::description::{Condition, Details, Place, Places, Pointer, Report, ReportRule};

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
    pub subject: Places,
    /// What tells an event from every other of the source, in order. If any of it is missing, the whole body does.
    #[serde(default)]
    pub key: Vec<Places>,
    /// Whether the whole body is part of the key as well: for a sender whose bodies alone do not tell events apart, and
    /// whose other words are not signed.
    #[serde(default)]
    pub key_with_body: bool,
    /// What it reports: the first rule that holds.
    #[serde(default)]
    pub report: Vec<ReportRule>,
    /// What it reports if no rule holds; without this it is unrecognized.
    #[serde(default)]
    pub otherwise: Option<Otherwise>,
    /// Where the rest is.
    #[serde(default)]
    pub details: Details,
}

/// What a body reports of which no rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// This.
    Report(Report),
    /// Nothing that is known, written `unrecognized`: a shape can tell events apart that it cannot name.
    Unrecognized,
}

/// A delivery that only wants to hear something back, to prove that somebody listens. It is no event.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// How such a delivery is known, once it is verified.
    pub when: Vec<Condition>,
    /// The text that is sent back, as plain text.
    pub answer: Pointer,
}

impl Shape {
    /// All places that are looked at to know what identifies an event, and what it reports.
    pub(crate) fn head_places(&self) -> impl Iterator<Item = &Place> {
        let conditions = self.when.iter().chain(&*self.when_any).chain(self.report.iter().map(|rule| &rule.condition));
        conditions.map(|condition| &condition.at).chain([&self.subject]).chain(&*self.key).flat_map(|places| &*places.0)
    }
}

impl<'de> Deserialize<'de> for Otherwise {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "unrecognized" {
            return Ok(Otherwise::Unrecognized);
        }
        Report::parse(&text).map(Otherwise::Report).map_err(serde::de::Error::custom)
    }
}
