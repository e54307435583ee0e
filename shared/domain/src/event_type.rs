//! What an event is about and how it stands: the `type` that consumers filter on.

use std::fmt;

use crate::description::Report;
pub use crate::description::{Status, Thing};

/// The type of an event: `landfall.{thing}.{status}`, or `landfall.unrecognized` for a genuine body of a shape
/// that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// A shape that the provider's description knows.
    Known(Thing, Status),
    /// Any other.
    Unrecognized,
}

impl EventType {
    /// The status, if the shape is known.
    #[must_use]
    pub const fn status(self) -> Option<Status> {
        match self {
            EventType::Known(_, status) => Some(status),
            EventType::Unrecognized => None,
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
        let report = text.strip_prefix("landfall.").and_then(|report| Report::parse(report).ok());
        report.map_or(EventType::Unrecognized, EventType::from)
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
