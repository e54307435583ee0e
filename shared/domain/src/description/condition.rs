//! Conditions on what a delivery says.

use serde::Deserialize;

use crate::description::FieldPaths;
use crate::description::one_or_many::{ComparedText, OneOrMany};

/// Something that may hold of a delivery: `{ at = "/status", equals = ["failed", "error"] }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "ConditionForm")]
pub struct Condition {
    /// The places that are looked at. It holds if it holds of any of them; [`Predicate::Absent`] and [`Predicate::NotObject`] must
    /// hold of all.
    pub at: FieldPaths,
    /// ConditionForm `first_of` in the place of `at`: only the first of the places that has a text is asked.
    pub first: bool,
    /// What is asked of them.
    pub predicate: Predicate,
}

/// What is asked of a place. A text is a string that is not empty, an integer or a boolean; nothing else is one.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// The text is one of these.
    Equals(Vec<String>),
    /// There is a text, and it is none of these.
    NotEquals(Vec<String>),
    /// The text begins with one of these.
    StartsWith(Vec<String>),
    /// The text ends with one of these, and has more before it.
    EndsWith(Vec<String>),
    /// The text has one of these in it.
    Contains(Vec<String>),
    /// There is a text.
    Present,
    /// There is no text.
    Absent,
    /// There is a JSON object. Of a header this never holds.
    Object,
    /// There is none.
    NotObject,
    /// The text is a UUID, with its hyphens.
    Uuid,
}

/// A condition as it is written, with what it is for: exactly one of the tests must be given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionForm {
    #[serde(default)]
    at: Option<FieldPaths>,
    #[serde(default)]
    first_of: Option<FieldPaths>,
    #[serde(default)]
    equals: Option<OneOrMany<ComparedText>>,
    #[serde(default)]
    not_equals: Option<OneOrMany<ComparedText>>,
    #[serde(default)]
    starts_with: Option<OneOrMany<ComparedText>>,
    #[serde(default)]
    ends_with: Option<OneOrMany<ComparedText>>,
    #[serde(default)]
    contains: Option<OneOrMany<ComparedText>>,
    #[serde(default)]
    present: Option<bool>,
    #[serde(default)]
    object: Option<bool>,
    #[serde(default)]
    uuid: Option<bool>,
    #[serde(default)]
    is: Option<String>,
}

const ONE_TEST: &str = "a condition asks one thing of its places: give one of `equals`, `not_equals`, `starts_with`, `ends_with`, `contains`, `present`, `object` and `uuid = true`";
const ONE_AT: &str = "a condition says which places it asks about: give `at`, or `first_of` if only the first of them that has a text is meant";

impl ConditionForm {
    pub(super) fn condition(self) -> Result<(Condition, Option<String>), &'static str> {
        let presence = self.present.map(|present| if present { Predicate::Present } else { Predicate::Absent });
        let tests = [
            self.equals.map(|texts| Predicate::Equals(texts.into_texts())),
            self.not_equals.map(|texts| Predicate::NotEquals(texts.into_texts())),
            self.starts_with.map(|texts| Predicate::StartsWith(texts.into_texts())),
            self.ends_with.map(|texts| Predicate::EndsWith(texts.into_texts())),
            self.contains.map(|texts| Predicate::Contains(texts.into_texts())),
            presence,
            self.uuid.and_then(|uuid| uuid.then_some(Predicate::Uuid)),
            self.object.map(|object| if object { Predicate::Object } else { Predicate::NotObject }),
        ];
        let (at, first) = match (self.at, self.first_of) {
            (Some(at), None) => (at, false),
            (None, Some(at)) => (at, true),
            (None, None) | (Some(_), Some(_)) => return Err(ONE_AT),
        };
        let mut tests = tests.into_iter().flatten();
        match (tests.next(), tests.next()) {
            (Some(predicate), None) => Ok((Condition { at, first, predicate }, self.is)),
            _ => Err(ONE_TEST),
        }
    }
}

impl TryFrom<ConditionForm> for Condition {
    type Error = &'static str;

    fn try_from(form: ConditionForm) -> Result<Condition, &'static str> {
        match form.condition()? {
            (condition, None) => Ok(condition),
            (_, Some(_)) => Err("a condition of a shape decides nothing but whether the shape fits: leave `is` out"),
        }
    }
}
