//! How a sender's own API is asked whether an event is true.

mod filling;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use self::filling::{Filling, NotAFilling, NotAPollUrl, PollUrl};
use crate::description::{Condition, HeaderName, Pointer, Shown, Thing};

/// How the API is asked about an event that ends something: the first that fits is taken. Its key goes to the host of
/// [`PollUrl`] alone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// The things that it knows of; all, if there are none.
    #[serde(default, deserialize_with = "things")]
    pub things: Vec<Thing>,
    /// It is asked if all of these hold of the delivery.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// It is asked only for sources whose `api_family` is one of these; all, if there are none.
    #[serde(default)]
    pub families: Vec<String>,
    /// `GET` or `POST`.
    pub method: Method,
    /// Where.
    pub url: PollUrl,
    /// The headers, beside those that every request has.
    #[serde(default, deserialize_with = "headers")]
    pub headers: Vec<PollHeader>,
    /// The members of the JSON object that is sent; none is sent without any.
    #[serde(default, deserialize_with = "body")]
    pub body: Vec<PollField>,
    /// What the answer says.
    #[serde(default)]
    pub answer: Answer,
}

/// How an API is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`.
    Get,
    /// `POST`.
    Post,
}

/// A header of the question.
#[derive(Clone, Debug, PartialEq)]
pub struct PollHeader {
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    pub value: Filling,
}

/// A member of what is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct PollField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: FieldValue,
}

/// The value of a member of what is sent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "a text, or a list of texts")]
pub enum FieldValue {
    /// A text.
    Text(Filling),
    /// A list of texts.
    List(Vec<Filling>),
}

/// What an answer says, and how it becomes the body of a webhook, so that it is read as one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answer {
    /// There is no such thing if any of these holds of the answer.
    pub unknown: Vec<Condition>,
    /// Where the object is that tells of the thing: the first of these that is an object. The whole answer, if none is.
    pub object: Vec<Pointer>,
    /// The list in which the object is one of several.
    pub among: Option<Among>,
    /// It makes sense only if all of these hold of the object ...
    pub when: Vec<Condition>,
    /// ... and any of these, if there are any.
    pub when_any: Vec<Condition>,
    /// How the webhook's body is made of the object; without any, the object is the body.
    pub webhook: Vec<Put>,
}

/// A list of objects, each of which tells of one thing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Among {
    /// Where the list is.
    pub list: Pointer,
    /// Where in each is the id that was asked for.
    pub id: Pointer,
    /// Where the list of ids is of which nothing is known.
    #[serde(default)]
    pub unknown: Option<Pointer>,
}

/// A member of a webhook's body: `{ set = "/event", from = "/status", prefix = "job." }`. What stands above it is made.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Put {
    /// Where in the body.
    pub set: Pointer,
    /// What.
    pub value: PutValue,
}

/// What is put there.
#[derive(Clone, Debug, PartialEq)]
pub enum PutValue {
    /// This text: `to = "session_status_changed"`.
    Constant(String),
    /// What stands here in the object, whatever it is: `from = "/status"`.
    Copy(Pointer),
    /// The text that stands here, or the id that was asked for: `from = "/id", or_id = true`.
    CopyOrId(Pointer),
    /// The text that stands here, after a prefix: `from = "/status", prefix = "job."`.
    Prefixed {
        /// Where.
        from: Pointer,
        /// The prefix.
        prefix: String,
    },
    /// The sender's other word for the text that stands here: `from = "/status", words = { READY = "processed" },
    /// otherwise = "processing"`.
    Words {
        /// Where.
        from: Pointer,
        /// The words, each with what it becomes.
        words: Vec<Word>,
        /// What any other becomes.
        otherwise: String,
    },
}

/// A word, and what it becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The word.
    pub is: String,
    /// What it becomes.
    pub becomes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    set: Pointer,
    to: Option<String>,
    from: Option<Pointer>,
    #[serde(default)]
    or_id: bool,
    prefix: Option<String>,
    words: Option<BTreeMap<String, String>>,
    otherwise: Option<String>,
}

impl TryFrom<Written> for Put {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Put, &'static str> {
        let Written { set, to, from, or_id, prefix, words, otherwise } = written;
        let value = match (to, from, or_id, prefix, words, otherwise) {
            (Some(text), None, false, None, None, None) => PutValue::Constant(text),
            (None, Some(from), false, None, None, None) => PutValue::Copy(from),
            (None, Some(from), true, None, None, None) => PutValue::CopyOrId(from),
            (None, Some(from), false, Some(prefix), None, None) => PutValue::Prefixed { from, prefix },
            (None, Some(from), false, None, Some(words), Some(otherwise)) => {
                let words = words.into_iter().map(|(is, becomes)| Word { is, becomes }).collect();
                PutValue::Words { from, words, otherwise }
            }
            _ => {
                return Err(
                    "say what is put there: `to` alone, or `from` alone or with one of `or_id = true`, `prefix`, and `words` with `otherwise`",
                );
            }
        };
        Ok(Put { set, value })
    }
}

fn things<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Thing>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let things = names.iter().map(|name| {
        Thing::ALL.into_iter().find(|known| known.as_str() == name).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{} is no thing: write job, training, workflow, model, project or event",
                Shown::of(name)
            ))
        })
    });
    things.collect()
}

fn headers<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PollHeader>, D::Error> {
    let written = BTreeMap::<String, Filling>::deserialize(deserializer)?;
    let headers = written.into_iter().map(|(name, value)| {
        HeaderName::parse(&name).map(|name| PollHeader { name, value }).map_err(serde::de::Error::custom)
    });
    headers.collect()
}

fn body<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PollField>, D::Error> {
    let written = BTreeMap::<String, FieldValue>::deserialize(deserializer)?;
    Ok(written.into_iter().map(|(name, value)| PollField { name, value }).collect())
}

impl Poll {
    /// Everything that is filled in, wherever it stands.
    pub(crate) fn fillings(&self) -> impl Iterator<Item = &Filling> {
        let fields = self.body.iter().flat_map(|field| match &field.value {
            FieldValue::Text(filling) => std::slice::from_ref(filling),
            FieldValue::List(fillings) => fillings,
        });
        self.url.segments.iter().chain(self.headers.iter().map(|header| &header.value)).chain(fields)
    }
}
