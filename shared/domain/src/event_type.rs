//! What an event is about and how it stands: the `type` that consumers filter on.

use std::fmt;

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
}

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
    /// A sender may report progress many times under one id; an end it reports once.
    #[must_use]
    pub const fn may_recur(self) -> bool {
        matches!(self, EventType::Known(_, Status::Progress) | EventType::Unrecognized)
    }

    /// Reads the text that [`Display`](fmt::Display) writes. A type that this version does not know reads as
    /// unrecognized: the processor derives the type from the body anyway.
    #[must_use]
    pub fn parse(text: &str) -> EventType {
        let mut parts = text.split('.');
        let (Some("landfall"), Some(thing), Some(status), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return EventType::Unrecognized;
        };
        let thing = Thing::ALL.into_iter().find(|known| known.as_str() == thing);
        let status = Status::ALL.into_iter().find(|known| known.as_str() == status);
        match (thing, status) {
            (Some(thing), Some(status)) => EventType::Known(thing, status),
            _ => EventType::Unrecognized,
        }
    }
}

impl Thing {
    const ALL: [Thing; 5] = [Thing::Job, Thing::Training, Thing::Workflow, Thing::Model, Thing::Project];

    /// The word for it in an event type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Thing::Job => "job",
            Thing::Training => "training",
            Thing::Workflow => "workflow",
            Thing::Model => "model",
            Thing::Project => "project",
        }
    }
}

impl Status {
    const ALL: [Status; 4] = [Status::Created, Status::Progress, Status::Completed, Status::Failed];

    /// The word for it in an event type and in the event's data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Created => "created",
            Status::Progress => "progress",
            Status::Completed => "completed",
            Status::Failed => "failed",
        }
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
                assert_eq!(EventType::parse(&known.to_string()), known);
            }
        }
        assert_eq!(EventType::parse("landfall.unrecognized"), EventType::Unrecognized);
    }

    #[test]
    fn types_of_later_versions_read_as_unrecognized() {
        for unknown in ["landfall.job.paused", "landfall.job", "landfall.job.failed.twice", "other.job.failed", ""] {
            assert_eq!(EventType::parse(unknown), EventType::Unrecognized, "{unknown}");
        }
    }
}
