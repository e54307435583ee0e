//! What an event is about and how it stands: the `type` that consumers filter on.

use std::fmt;

use serde::Deserialize;
use serde::de::Deserializer;

use crate::text::string_enum::string_enum;

/// The type of an event: `landfall.{thing}.{status}`, or `landfall.unrecognized` for a genuine body of a shape
/// that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// A shape that the provider's description knows.
    Known(Thing, Status),
    /// Its end was expected and did not come. Landfall says so, no sender does.
    Expired(Thing),
    /// Any other.
    Unrecognized,
}

/// The thing that a sender reports on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A generation, rendering or conversion job.
    Job,
    /// The training of a model.
    Training,
    /// A run of several jobs defined at the sender.
    Workflow,
    /// A 3D model uploaded to the sender.
    Model,
    /// A project at the sender.
    Project,
    /// Something of the sender's own kind, of which Landfall knows no more than that it happened.
    Event,
}

/// How the thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It came to be, and this sender says no more about it.
    Created,
    /// It goes on; more events will follow.
    Progress,
    /// It ended well.
    Completed,
    /// It ended badly.
    Failed,
    /// It happened. Only events of the sender's own kind do.
    Occurred,
}

/// What a body reports, written `job.completed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report(pub Thing, pub Status);

/// A text that names no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a report is `{{thing}}.{{status}}`: job, training, workflow, model or project with created, progress, completed or failed; or `event.occurred`"
)]
pub struct NotAReport;

impl EventType {
    /// The status, if the shape is known.
    #[must_use]
    pub const fn status(self) -> Option<Status> {
        match self {
            EventType::Known(_, status) => Some(status),
            EventType::Expired(_) | EventType::Unrecognized => None,
        }
    }

    /// Whether later events of the same thing and status must be told apart by their content.
    ///
    /// A sender may report progress many times under one id; an end it reports once, and what merely occurs has an id of
    /// its own.
    #[must_use]
    pub const fn may_recur(self) -> bool {
        matches!(self, EventType::Known(_, Status::Progress) | EventType::Unrecognized)
    }

    /// Reads the text that [`Display`](fmt::Display) writes. A type that this version does not know reads as
    /// unrecognized: the processor derives the type from the body anyway.
    #[must_use]
    pub fn parse(text: &str) -> EventType {
        let Some(report) = text.strip_prefix("landfall.") else {
            return EventType::Unrecognized;
        };
        let expired = report.strip_suffix(".expired").and_then(|thing| thing.parse().ok());
        if let Some(thing) = expired.filter(|thing| *thing != Thing::Event) {
            return EventType::Expired(thing);
        }
        Report::parse(report).map_or(EventType::Unrecognized, EventType::from)
    }
}

string_enum!(Thing {
    Job => "job", Training => "training", Workflow => "workflow", Model => "model", Project => "project", Event => "event",
});
string_enum!(Status {
    Created => "created", Progress => "progress", Completed => "completed", Failed => "failed", Occurred => "occurred",
});

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// If there is no such thing, no such status, or they do not go together.
    pub fn parse(text: &str) -> Result<Report, NotAReport> {
        let (thing, status) = text.split_once('.').ok_or(NotAReport)?;
        let thing = Thing::ALL.into_iter().find(|known| known.as_str() == thing).ok_or(NotAReport)?;
        let status = Status::ALL.into_iter().find(|known| known.as_str() == status).ok_or(NotAReport)?;
        if (thing == Thing::Event) != (status == Status::Occurred) {
            return Err(NotAReport);
        }
        Ok(Report(thing, status))
    }
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Report::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl From<Report> for EventType {
    fn from(Report(thing, status): Report) -> EventType {
        EventType::Known(thing, status)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventType::Known(thing, status) => write!(f, "landfall.{}.{}", thing.as_str(), status.as_str()),
            EventType::Expired(thing) => write!(f, "landfall.{}.expired", thing.as_str()),
            EventType::Unrecognized => f.write_str("landfall.unrecognized"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back() {
        for thing in Thing::ALL {
            for status in Status::ALL {
                let known = EventType::Known(thing, status);
                let goes_together = (thing == Thing::Event) == (status == Status::Occurred);
                let expected = if goes_together { known } else { EventType::Unrecognized };
                assert_eq!(EventType::parse(&known.to_string()), expected);
            }
            let expired = EventType::Expired(thing);
            let expected = if thing == Thing::Event { EventType::Unrecognized } else { expired };
            assert_eq!(EventType::parse(&expired.to_string()), expected);
        }
        assert_eq!(EventType::parse("landfall.unrecognized"), EventType::Unrecognized);
    }

    #[test]
    fn types_of_later_versions_read_as_unrecognized() {
        for unknown in [
            "landfall.job.paused",
            "landfall.job.occurred",
            "landfall.job",
            "landfall.job.failed.twice",
            "landfall.landfall.job.failed",
            "other.job.failed",
            "job.failed",
            "",
        ] {
            assert_eq!(EventType::parse(unknown), EventType::Unrecognized, "{unknown}");
        }
    }
}
