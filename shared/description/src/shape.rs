//! A form that a sender's bodies have.

use serde::Deserialize;

use crate::{Condition, Details, List, Places, Pointer, Report, ReportRule, Text};

/// A form that a sender's bodies have: how it is known, what identifies an event of it, and what it reports.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "bake", derive(databake::Bake), databake(path = description))]
pub struct Shape {
    /// What it is, in a word or two, for the documentation.
    #[serde(default)]
    pub name: Text,
    /// It is this form if all of these hold ...
    #[serde(default)]
    pub when: List<Condition>,
    /// ... and any of these, if there are any.
    #[serde(default)]
    pub when_any: List<Condition>,
    /// Where the sender's own id of the thing is: the event's subject, and the id of the job.
    #[serde(default)]
    pub subject: Places,
    /// What tells an event from every other of the source, in order. If any of it is missing, the whole body does.
    #[serde(default)]
    pub key: List<Places>,
    /// What it reports: the first rule that holds.
    #[serde(default)]
    pub report: List<ReportRule>,
    /// What it reports if no rule holds; without this it is unrecognized.
    #[serde(default)]
    pub otherwise: Option<Report>,
    /// Where the rest is.
    #[serde(default)]
    pub details: Details,
}

/// A delivery that only wants to hear something back, to prove that somebody listens. It is no event.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "bake", derive(databake::Bake), databake(path = description))]
pub struct Challenge {
    /// How such a delivery is known, once it is verified.
    pub when: List<Condition>,
    /// The text that is sent back, as plain text.
    pub answer: Pointer,
}
