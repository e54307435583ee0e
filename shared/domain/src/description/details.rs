//! Where a body says what consumers are told beyond its type.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::description::{AssetRule, Condition, Media, Never, Place, Places, Pointer, TimestampUnit};

/// Where the details are. Whatever is left out, or not in the body, is absent from the event.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Details {
    /// When it happened: the first that is an instant.
    pub time: Vec<TimeRule>,
    /// What kind of media it is about, whatever its assets are.
    pub media: Vec<MediaRule>,
    /// What kind of media it is about, if the names of its assets do not tell.
    pub media_implied: Option<Media>,
    /// The sender's id of the job; the event's subject, if this is left out.
    pub job_id: Option<Places>,
    /// The sender's word for the kind of job.
    pub job_type: Vec<TextRule>,
    /// The model that did it.
    pub model: Vec<TextRule>,
    /// The id that the customer gave when submitting it.
    pub correlation_id: Vec<TextRule>,
    /// Why it failed; read only of what failed.
    pub error: ErrorRules,
    /// When the job was created, in the sender's words.
    pub created_at: Vec<TextRule>,
    /// When work on it began.
    pub started_at: Vec<TextRule>,
    /// When it ended.
    pub completed_at: Vec<TextRule>,
    /// How long it took.
    pub work: Option<WorkRule>,
    /// Where the outputs are.
    pub assets: Vec<AssetRule>,
    /// Members that never are outputs, wherever they stand: links that do not work yet, what the customer sent in.
    pub never: Never,
}

/// Where a text is, and which part of it is meant: a place alone, or a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TextRule {
    /// Where it stands.
    pub at: Place,
    /// Only what is before the first of these: `job` of `job.complete` with `.`. A text without it is none.
    pub before: Option<String>,
    /// Only what is left without one of these at its end. A text with none of them is none.
    pub without_suffix: Vec<String>,
    /// Only texts that begin so.
    pub starts_with: Option<String>,
}

/// Where an instant is: a place alone, which holds it by RFC 3339, or a table that says what the number there counts.
/// Zero is no instant: some senders write it of what has not happened yet.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeRule {
    /// Where it stands.
    pub at: Place,
    /// How it is written.
    pub unit: TimestampUnit,
}

/// What kind of media it is about if a condition holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "crate::description::condition::Written")]
pub struct MediaRule {
    /// The condition.
    pub condition: Condition,
    /// The kind.
    pub is: Media,
}

/// Where the reason of a failure is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorRules {
    /// Objects in which senders put it in one of the usual ways: an `error` that is a text or an object with `code` and
    /// `message`, or a `code` and a `message` (or `messege`) of their own. The first that has any is taken.
    pub within: Vec<Pointer>,
    /// Where the code is, if none of those has one.
    pub code: Vec<TextRule>,
    /// Where the message is, if none of those has one.
    pub message: Vec<TextRule>,
    /// Where the code is, if nothing at all has been found, such as a status `cancelled`.
    pub code_alone: Vec<TextRule>,
}

/// How long the sender worked.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkRule {
    /// Where the number is; in the body.
    pub at: Places,
    /// What it counts.
    pub unit: Unit,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

impl Details {
    /// All places that are looked at for one text or number.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        let Details { time, media, job_id, error, work, assets, .. } = self;
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

impl<'de> Deserialize<'de> for TextRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            at: Place,
            #[serde(default)]
            before: Option<String>,
            #[serde(default)]
            without_suffix: Vec<String>,
            #[serde(default)]
            starts_with: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "a place, or a table with `at` and one of `before`, `without_suffix`, `starts_with`"
        )]
        enum Written {
            Place(Place),
            Table(Table),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Place(at) => TextRule { at, before: None, without_suffix: Vec::new(), starts_with: None },
            Written::Table(Table { at, before, without_suffix, starts_with }) => {
                TextRule { at, before, without_suffix, starts_with }
            }
        })
    }
}

impl<'de> Deserialize<'de> for TimeRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            at: Place,
            unit: TimestampUnit,
        }
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a place, or a table with `at` and `unit`: seconds, milliseconds or rfc3339")]
        enum Written {
            Place(Place),
            Table(Table),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Place(at) => TimeRule { at, unit: TimestampUnit::Rfc3339 },
            Written::Table(Table { at, unit }) => TimeRule { at, unit },
        })
    }
}
