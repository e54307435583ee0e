//! How a sender's own API is asked whether an event is true.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::description::{AnswerRules, Condition, HeaderName, PollUrl, RedactedText, RequestText, UnpromptedField};
use crate::event::event_type::Thing;

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
    /// It is asked only for these of the parts of the API; for all, if there are none.
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
    /// What makes the body that a delivery would have had, so that the API can be asked about a job whose webhook did not
    /// come. Without it, the API is asked about deliveries only.
    #[serde(default)]
    pub unprompted: Option<Vec<UnpromptedField>>,
    /// What the answer says.
    #[serde(default)]
    pub answer: AnswerRules,
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
    pub value: RequestText,
}

/// A member of what is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct PollField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: PollFieldValue,
}

/// The value of a member of what is sent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "a text, or a list of texts")]
pub enum PollFieldValue {
    /// A text.
    Text(RequestText),
    /// A list of texts.
    List(Vec<RequestText>),
}

impl Poll {
    /// Everything that is filled in, wherever it stands.
    pub fn texts(&self) -> impl Iterator<Item = &RequestText> {
        self.url.texts().chain(self.headers.iter().map(|header| &header.value)).chain(self.fields())
    }

    /// What is filled in within the body.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &RequestText> {
        self.body.iter().flat_map(|field| match &field.value {
            PollFieldValue::Text(text) => std::slice::from_ref(text),
            PollFieldValue::List(texts) => texts,
        })
    }
}

fn things<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Thing>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let things = names.iter().map(|name| {
        Thing::ALL.into_iter().find(|known| known.as_str() == name).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{} is no thing: write job, training, workflow, model, project or event",
                RedactedText::of(name)
            ))
        })
    });
    things.collect()
}

fn headers<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PollHeader>, D::Error> {
    let written = BTreeMap::<String, RequestText>::deserialize(deserializer)?;
    let headers = written.into_iter().map(|(name, value)| {
        HeaderName::parse(&name).map(|name| PollHeader { name, value }).map_err(serde::de::Error::custom)
    });
    headers.collect()
}

fn body<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PollField>, D::Error> {
    let written = BTreeMap::<String, PollFieldValue>::deserialize(deserializer)?;
    Ok(written.into_iter().map(|(name, value)| PollField { name, value }).collect())
}
