//! What a sender wants to hear back.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::description::{HeaderName, ReplyPart, ReplyTemplate};

/// What a challenge is answered with: `"/challenge"`, a text that stands there, or a table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct ReplyRule {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: ReplyBody,
    /// Headers beside the usual ones.
    pub headers: Vec<(HeaderName, ReplyTemplate)>,
}

/// A body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyBody {
    /// Plain text.
    Text(ReplyTemplate),
    /// JSON.
    Json(ReplyJson),
}

/// JSON whose texts are filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyJson {
    /// A text.
    Text(ReplyTemplate),
    /// An object.
    Object(Vec<(String, ReplyJson)>),
    /// A number, a boolean or null: as it stands.
    Fixed(Value),
}

impl ReplyRule {
    /// Whether it is made with the source's secret.
    pub(crate) fn makes_code(&self) -> bool {
        self.templates().iter().any(|template| template.0.iter().any(|part| matches!(part, ReplyPart::Mac(..))))
    }

    /// All texts that are filled in.
    pub(crate) fn templates(&self) -> Vec<&ReplyTemplate> {
        let mut templates: Vec<&ReplyTemplate> = self.headers.iter().map(|(_, template)| template).collect();
        match &self.body {
            ReplyBody::Text(template) => templates.push(template),
            ReplyBody::Json(json) => json.collect(&mut templates),
        }
        templates
    }
}

impl ReplyJson {
    fn collect<'r>(&'r self, templates: &mut Vec<&'r ReplyTemplate>) {
        match self {
            ReplyJson::Text(template) => templates.push(template),
            ReplyJson::Object(members) => members.iter().for_each(|(_, member)| member.collect(templates)),
            ReplyJson::Fixed(_) => {}
        }
    }
}

/// An answer as it is written.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a place such as `/challenge`, or a table with `text` or `json`, `headers` and `status`")]
enum Written {
    Place(String),
    Table(Table),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    json: Option<Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

impl TryFrom<Written> for ReplyRule {
    type Error = String;

    fn try_from(written: Written) -> Result<ReplyRule, String> {
        let template = |text: &str| ReplyTemplate::parse(text).map_err(|error| error.to_string());
        let Table { status, text, json, headers } = match written {
            Written::Place(place) => {
                let body = ReplyBody::Text(template(&format!("{{{place}}}"))?);
                return Ok(ReplyRule { status: 200, body, headers: Vec::new() });
            }
            Written::Table(table) => table,
        };
        let body = match (text, json) {
            (Some(_), Some(_)) => return Err("an answer has `text` or `json`, not both".to_owned()),
            (text, None) => ReplyBody::Text(template(&text.unwrap_or_default())?),
            (None, Some(json)) => ReplyBody::Json(reply_json(json)?),
        };
        let headers = headers
            .into_iter()
            .map(|(name, text)| Ok((HeaderName::parse(&name).map_err(|error| error.to_string())?, template(&text)?)));
        Ok(ReplyRule { status: status.unwrap_or(200), body, headers: headers.collect::<Result<_, String>>()? })
    }
}

fn reply_json(value: Value) -> Result<ReplyJson, String> {
    Ok(match value {
        Value::String(text) => ReplyJson::Text(ReplyTemplate::parse(&text).map_err(|error| error.to_string())?),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, member)| Ok((name, reply_json(member)?)));
            ReplyJson::Object(members.collect::<Result<_, String>>()?)
        }
        Value::Array(_) => return Err("an answer's `json` holds no lists: no sender asks for one".to_owned()),
        fixed => ReplyJson::Fixed(fixed),
    })
}
