//! Where a body says what consumers are told beyond its type.

use serde::Deserialize;

use crate::content::media::Media;
use crate::description::one_or_many::one_or_many;
use crate::description::{AssetRule, FieldPath, FieldPaths, MediaRule, Pointer, TextRule, TimeRule};

/// Where the details are. Whatever is left out, or not in the body, is absent from the event.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DetailRules {
    /// When it happened: the first that is an instant.
    #[serde(deserialize_with = "one_or_many")]
    pub time: Vec<TimeRule>,
    /// What kind of media it is about, whatever its assets are.
    pub media: Vec<MediaRule>,
    /// What kind of media it is about, if the names of its assets do not tell.
    pub media_implied: Option<Media>,
    /// The sender's id of the job; the event's subject, if this is left out.
    pub job_id: Option<FieldPaths>,
    /// The sender's word for the kind of job.
    #[serde(deserialize_with = "one_or_many")]
    pub job_type: Vec<TextRule>,
    /// The model that did it.
    #[serde(deserialize_with = "one_or_many")]
    pub model: Vec<TextRule>,
    /// The id that the customer gave when submitting it.
    #[serde(deserialize_with = "one_or_many")]
    pub correlation_id: Vec<TextRule>,
    /// Why it failed; read only of what failed.
    pub error: ErrorRules,
    /// When the job was created, in the sender's words.
    #[serde(deserialize_with = "one_or_many")]
    pub created_at: Vec<TextRule>,
    /// When work on it began.
    #[serde(deserialize_with = "one_or_many")]
    pub started_at: Vec<TextRule>,
    /// When it ended.
    #[serde(deserialize_with = "one_or_many")]
    pub completed_at: Vec<TextRule>,
    /// How long it took.
    pub work: Option<WorkRule>,
    /// Where the outputs are.
    pub assets: Vec<AssetRule>,
    /// Members that never are outputs, wherever they stand: links that do not work yet, what the customer sent in.
    pub never: Vec<String>,
}

/// Where the reason of a failure is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorRules {
    /// Objects in which senders put it in one of the usual ways: an `error` that is a text or an object with `code` and
    /// `message`, or a `code` and a `message` (or `messege`) of their own. The first that has any is taken.
    #[serde(deserialize_with = "one_or_many")]
    pub within: Vec<Pointer>,
    /// Where the code is, if none of those has one.
    #[serde(deserialize_with = "one_or_many")]
    pub code: Vec<TextRule>,
    /// Where the message is, if none of those has one.
    #[serde(deserialize_with = "one_or_many")]
    pub message: Vec<TextRule>,
    /// Where the code is, if nothing at all has been found, such as a status `cancelled`.
    #[serde(deserialize_with = "one_or_many")]
    pub code_alone: Vec<TextRule>,
}

/// How long the sender worked.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkRule {
    /// Where the number is; in the body.
    pub at: FieldPaths,
    /// What it counts.
    pub unit: DurationUnit,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DurationUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

impl DetailRules {
    /// All places that are looked at for one text or number.
    pub(crate) fn places(&self) -> impl Iterator<Item = &FieldPath> {
        let DetailRules { time, media, job_id, error, work, assets, .. } = self;
        let texts = [&self.job_type, &self.model, &self.correlation_id]
            .into_iter()
            .chain([&self.created_at, &self.started_at, &self.completed_at])
            .chain([&error.code, &error.message, &error.code_alone]);
        let conditions =
            media.iter().map(|rule| &rule.condition).chain(assets.iter().flat_map(|rule| rule.when.iter()));
        let several = conditions.map(|condition| &condition.at).chain(job_id).chain(work.as_ref().map(|work| &work.at));
        let several = several.flat_map(|places| places.0.iter());
        time.iter().map(|rule| &rule.at).chain(texts.flat_map(|rules| rules.iter()).map(|rule| &rule.at)).chain(several)
    }
}
