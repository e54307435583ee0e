//! Writing the answer to a challenge.

use serde_json::{Map, Value};

use crate::content::compiled_condition::{FieldIndex, FieldRef, FieldValues};
use crate::delivery::reply::Reply;
use crate::description::{Encoding, FieldPaths, ReplyBody, ReplyJson, ReplyPart, ReplyRule, ReplyTemplate};

/// More than any sender asks for. What is longer is not sent back.
const TEXT_MAX_BYTES: usize = 4096;

/// Makes the message authentication code of a text; `None` where the source must not.
pub(crate) type MakeCode<'m> = &'m dyn Fn(&str, Encoding) -> Option<String>;

/// An answer whose places are numbered.
#[derive(Clone, Debug)]
pub(crate) struct ReplyWriter {
    status: u16,
    headers: Vec<(String, Text)>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Text(Text),
    Json(Json),
}

#[derive(Clone, Debug)]
enum Json {
    Text(Text),
    Object(Vec<(String, Json)>),
    Fixed(Value),
}

type Text = Vec<Part>;

#[derive(Clone, Debug)]
enum Part {
    Literal(String),
    Field(Vec<FieldRef>),
    Mac(Vec<FieldRef>, Encoding),
}

impl ReplyWriter {
    pub(crate) fn of(rule: &ReplyRule, index: &mut FieldIndex<'_>) -> ReplyWriter {
        let headers = rule.headers.iter().map(|(name, template)| (name.0.clone(), text(template, index))).collect();
        let body = match &rule.body {
            ReplyBody::Text(template) => Body::Text(text(template, index)),
            ReplyBody::Json(rule) => Body::Json(json(rule, index)),
        };
        ReplyWriter { status: rule.status, headers, body }
    }

    /// The places that it looks at.
    pub(crate) fn fields(&self) -> Vec<&FieldRef> {
        let mut texts: Vec<&Text> = self.headers.iter().map(|(_, text)| text).collect();
        match &self.body {
            Body::Text(text) => texts.push(text),
            Body::Json(json) => json.collect(&mut texts),
        }
        let parts = texts.into_iter().flatten();
        parts
            .flat_map(|part| match part {
                Part::Literal(_) => &[][..],
                Part::Field(fields) | Part::Mac(fields, _) => fields,
            })
            .collect()
    }

    /// The answer; `None` if anything that it needs is missing, too long, or nothing that a header can carry.
    pub(crate) fn write(&self, values: &FieldValues<'_>, make_code: MakeCode<'_>) -> Option<Reply> {
        let header = |(name, text): &(String, Text)| {
            let value = filled(text, values, make_code)?;
            let is_plain = value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
            is_plain.then(|| (name.clone(), value))
        };
        let headers = self.headers.iter().map(header).collect::<Option<_>>()?;
        let (media_type, body) = match &self.body {
            Body::Text(text) => ("text/plain", filled(text, values, make_code)?),
            Body::Json(json) => ("application/json", json.write(values, make_code)?.to_string()),
        };
        Some(Reply { status: self.status, media_type, headers, body })
    }
}

impl Json {
    fn collect<'w>(&'w self, texts: &mut Vec<&'w Text>) {
        match self {
            Json::Text(text) => texts.push(text),
            Json::Object(members) => members.iter().for_each(|(_, member)| member.collect(texts)),
            Json::Fixed(_) => {}
        }
    }

    fn write(&self, values: &FieldValues<'_>, make_code: MakeCode<'_>) -> Option<Value> {
        Some(match self {
            Json::Text(text) => Value::String(filled(text, values, make_code)?),
            Json::Object(members) => {
                let members =
                    members.iter().map(|(name, member)| Some((name.clone(), member.write(values, make_code)?)));
                Value::Object(members.collect::<Option<Map<_, _>>>()?)
            }
            Json::Fixed(value) => value.clone(),
        })
    }
}

fn json(rule: &ReplyJson, index: &mut FieldIndex<'_>) -> Json {
    match rule {
        ReplyJson::Text(template) => Json::Text(text(template, index)),
        ReplyJson::Object(members) => {
            Json::Object(members.iter().map(|(name, member)| (name.clone(), json(member, index))).collect())
        }
        ReplyJson::Fixed(value) => Json::Fixed(value.clone()),
    }
}

fn text(template: &ReplyTemplate, index: &mut FieldIndex<'_>) -> Text {
    let mut fields = |place: &crate::description::FieldPath| index.fields(&FieldPaths(vec![place.clone()]));
    let part = |part: &ReplyPart| match part {
        ReplyPart::Literal(text) => Part::Literal(text.clone()),
        ReplyPart::Field(place) => Part::Field(fields(place)),
        ReplyPart::Mac(place, encoding) => Part::Mac(fields(place), *encoding),
    };
    template.0.iter().map(part).collect()
}

fn filled(text: &[Part], values: &FieldValues<'_>, make_code: MakeCode<'_>) -> Option<String> {
    let asked = |fields: &[FieldRef]| {
        let text = fields.iter().find_map(|field| values.text(field))?;
        (text.len() <= TEXT_MAX_BYTES).then_some(text.to_owned())
    };
    let parts = text.iter().map(|part| match part {
        Part::Literal(text) => Some(text.clone()),
        Part::Field(fields) => asked(fields),
        Part::Mac(fields, encoding) => make_code(&asked(fields)?, *encoding),
    });
    parts.collect()
}
