//! What a body reports: of which thing, and how it stands.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::description::Condition;

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

/// What the body reports if a condition holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "crate::description::condition::Written")]
pub struct ReportRule {
    /// The condition.
    pub condition: Condition,
    /// What it reports then.
    pub is: Report,
}

/// A kind of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    /// Still images.
    Image,
    /// Moving images.
    Video,
    /// Sound.
    Audio,
    /// Three-dimensional models, whole or in parts.
    #[serde(rename = "3d")]
    ThreeD,
    /// Text.
    Text,
    /// Anything else.
    Other,
}

impl Thing {
    /// All of them.
    pub const ALL: [Thing; 6] =
        [Thing::Job, Thing::Training, Thing::Workflow, Thing::Model, Thing::Project, Thing::Event];

    /// The word for it in an event type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Thing::Job => "job",
            Thing::Training => "training",
            Thing::Workflow => "workflow",
            Thing::Model => "model",
            Thing::Project => "project",
            Thing::Event => "event",
        }
    }
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 5] =
        [Status::Created, Status::Progress, Status::Completed, Status::Failed, Status::Occurred];

    /// The word for it in an event type and in the event's data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Created => "created",
            Status::Progress => "progress",
            Status::Completed => "completed",
            Status::Failed => "failed",
            Status::Occurred => "occurred",
        }
    }
}

impl Media {
    /// The word for it in an event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Media::Image => "image",
            Media::Video => "video",
            Media::Audio => "audio",
            Media::ThreeD => "3d",
            Media::Text => "text",
            Media::Other => "other",
        }
    }
}

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
