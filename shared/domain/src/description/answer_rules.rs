//! What the answer of a sender's API says.

use serde::Deserialize;

use crate::description::{Condition, FieldMapping, Pointer};

/// What an answer says, and how it becomes the body of a webhook, so that it is read as one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerRules {
    /// There is no such thing if any of these holds of the answer.
    pub unknown: Vec<Condition>,
    /// Where the object is that tells of the thing: the first of these that is an object. The whole answer, if none is.
    pub object: Vec<Pointer>,
    /// The list in which the object is one of several.
    pub among: Option<ListLookup>,
    /// It makes sense only if all of these hold of the object ...
    pub when: Vec<Condition>,
    /// ... and any of these, if there are any.
    pub when_any: Vec<Condition>,
    /// How the webhook's body is made of the object; without any, the object is the body.
    pub webhook: Vec<FieldMapping>,
    /// The answers other than 200 that tell of a failed job.
    pub failed: Option<FailureRules>,
}

/// Answers that tell by their HTTP status that the job has failed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureRules {
    /// The statuses.
    pub statuses: Vec<u16>,
    /// How the webhook's body is made of the whole answer.
    pub webhook: Vec<FieldMapping>,
}

/// A list of objects, each of which tells of one thing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListLookup {
    /// Where the list is.
    pub list: Pointer,
    /// Where in each is the id that was asked for.
    pub id: Pointer,
    /// Where the list of ids is of which nothing is known.
    #[serde(default)]
    pub unknown: Option<Pointer>,
}
