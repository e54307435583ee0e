//! What a body says beyond its head.

use std::time::Duration;

use serde::Serialize;

use crate::content::asset::Asset;
use crate::content::expiry;
use crate::content::media::Media;
use crate::text::truncate::truncate;
use crate::time::Timestamp;

/// What a body says beyond its head. Whatever a sender leaves out is absent, never guessed; a text above 2 KiB is cut,
/// and the sender's body, which is published beside it, has all of it.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// When the sender says that it happened.
    pub time: Option<Timestamp>,
    /// What kind of media the job is about; absent only for a body of unknown shape.
    pub media: Option<Media>,
    /// The job in the sender's terms.
    pub job: Job,
    /// The outputs, each URL once: lists in the sender's order, fields in the order of their names. Never the inputs,
    /// never links that do not work yet.
    pub assets: Vec<Asset>,
    /// How many URLs the body has beyond the thousand assets that an event can have.
    pub assets_omitted: usize,
    /// Why it failed, if it did.
    pub error: Option<EventError>,
    /// What the sender says about the time it took.
    pub timings: Timings,
}

/// The sender's job.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Job {
    /// The sender's id of it.
    pub id: Option<String>,
    /// The sender's word for its kind (`image_to_3d`, `render`).
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The model that did it, in the sender's words.
    pub model: Option<String>,
    /// The id that the customer gave when submitting it.
    pub correlation_id: Option<String>,
}

/// Why a job failed, in the sender's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EventError {
    /// The sender's code, if it gives one.
    pub code: Option<String>,
    /// The sender's message, if it gives one.
    pub message: Option<String>,
}

/// What the sender says about time. Instants are the sender's own texts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Timings {
    /// When the job was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When work on it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    /// How long the work took, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_seconds: Option<f64>,
}

impl Details {
    /// The same with every text cut to a bound. The list of assets needs none: it can travel by reference.
    pub(crate) fn truncated(self) -> Details {
        let Details { time, media, job, assets, assets_omitted, error, timings } = self;
        Details {
            time,
            media,
            job: Job {
                id: job.id.map(truncate),
                kind: job.kind.map(truncate),
                model: job.model.map(truncate),
                correlation_id: job.correlation_id.map(truncate),
            },
            assets,
            assets_omitted,
            error: error
                .map(|error| EventError { code: error.code.map(truncate), message: error.message.map(truncate) }),
            timings: Timings {
                created_at: timings.created_at.map(truncate),
                started_at: timings.started_at.map(truncate),
                completed_at: timings.completed_at.map(truncate),
                work_seconds: timings.work_seconds,
            },
        }
    }

    /// The same with the time at which each asset's link stops working, as far as the link tells it, or
    /// how long the sender keeps them.
    pub(crate) fn dated(mut self, life_seconds: Option<u64>) -> Details {
        let by_rule = life_seconds.and_then(|seconds| Some(self.time? + Duration::from_secs(seconds)));
        for asset in &mut self.assets {
            asset.expires_at = expiry::of_url(&asset.url).or(by_rule).map(|expiry| expiry.to_string());
        }
        self
    }
}
