//! The bytes that a signature is over.

use serde::de::{Deserialize, Deserializer};

use crate::description::{HeaderName, Pointer, RedactedText};

/// The bytes that a signature is over: `{id}.{timestamp}.{body}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(pub Vec<TemplatePart>);

/// A part of them.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// This text.
    Literal(String),
    /// `{body}`: the body's bytes as they were sent.
    Body,
    /// `{body_sha256}`: the hex digits of the body's SHA-256, in lower case.
    BodySha256,
    /// `{timestamp}`: the timestamp as it was sent.
    Timestamp,
    /// `{id}`: the delivery's id as it was sent.
    Id,
    /// `{header:x-name}`: a header's value.
    Header(HeaderName),
    /// `{query:name}`: what stands in the URL's query under this name, decoded.
    Query(String),
    /// `{json:/pointer}`: a text or an integer in the body; `{json:/one|/other}`: the first of these that is there;
    /// `{json:/pointer|}`: nothing, if it is not there.
    Json {
        /// The places.
        pointers: Vec<Pointer>,
        /// Whether it may be missing, and then stands for nothing.
        or_empty: bool,
    },
    /// `{url}`: the URL that the sender was given, with its query.
    Url,
    /// `{path}`: the path of that URL, as it was encoded.
    Path,
    /// `{form}`: names and values of a form in the body, sorted by name, with nothing between them. For a body that is
    /// no form it is empty, and the URL's query must have the body's SHA-256 as `bodySHA256`.
    Form,
    /// `{lines:/one,/other?}`: of each of these texts in the body its name and itself, each with a line's end behind it. One
    /// with a question mark may be missing.
    Lines(Vec<Line>),
    /// `{body_crc32}`: the CRC-32 of the body, in decimal. It is no hash: anybody can make another body that has it.
    BodyCrc32,
    /// `{account}`: the source's `account`.
    Account,
    /// `{secret}`: the source's secret, at the end of what is hashed without a key.
    Secret,
}

/// A text in the body that is signed behind its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Where it stands; the last segment is its name.
    pub pointer: Pointer,
    /// Whether it may be missing.
    pub is_optional: bool,
}

/// A text that is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is unknown in a message: write {{body}}, {{body_sha256}}, {{timestamp}}, {{id}}, {{header:x-name}}, {{query:name}}, {{json:/pointer}}, {{url}}, {{path}}, {{form}}, {{lines:/one,/other?}}, {{body_crc32}}, {{account}} or, at the end of a plain hash, {{secret}}"
)]
pub struct NotATemplate(RedactedText);

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// If a part is unknown or its brace is not closed.
    pub fn parse(text: &str) -> Result<Template, NotATemplate> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while !rest.is_empty() {
            let (literal, tail) = rest.split_once('{').unwrap_or((rest, ""));
            if !literal.is_empty() {
                parts.push(TemplatePart::Literal(literal.to_owned()));
            }
            if literal.len() == rest.len() {
                break;
            }
            let (name, tail) = tail.split_once('}').ok_or_else(|| NotATemplate(RedactedText::of(tail)))?;
            parts.push(TemplatePart::parse(name).ok_or_else(|| NotATemplate(RedactedText::of(name)))?);
            rest = tail;
        }
        Ok(Template(parts))
    }

    /// Whether the URL that the sender was given takes part.
    #[must_use]
    pub fn holds_url(&self) -> bool {
        self.0.iter().any(|part| matches!(part, TemplatePart::Url | TemplatePart::Path))
    }

    /// Whether a checksum stands for the body, which keeps nobody from writing another.
    #[must_use]
    pub fn has_checksum(&self) -> bool {
        self.0.contains(&TemplatePart::BodyCrc32)
    }

    /// Whether every byte of the body is vouched for.
    #[must_use]
    pub fn covers_body(&self) -> bool {
        self.0.iter().any(|part| matches!(part, TemplatePart::Body | TemplatePart::BodySha256 | TemplatePart::Form))
    }
}

impl TemplatePart {
    fn parse(name: &str) -> Option<TemplatePart> {
        Some(match name.split_once(':') {
            None => match name {
                "body" => TemplatePart::Body,
                "body_sha256" => TemplatePart::BodySha256,
                "timestamp" => TemplatePart::Timestamp,
                "id" => TemplatePart::Id,
                "url" => TemplatePart::Url,
                "path" => TemplatePart::Path,
                "form" => TemplatePart::Form,
                "body_crc32" => TemplatePart::BodyCrc32,
                "account" => TemplatePart::Account,
                "secret" => TemplatePart::Secret,
                _ => return None,
            },
            Some(("header", name)) => TemplatePart::Header(HeaderName::parse(name).ok()?),
            Some(("query", name)) if !name.is_empty() => TemplatePart::Query(name.to_owned()),
            Some(("json", text)) => {
                let bare = text.strip_suffix('|');
                let pointers = bare.unwrap_or(text).split('|').map(Pointer::parse).collect::<Result<Vec<_>, _>>();
                TemplatePart::Json { pointers: pointers.ok()?, or_empty: bare.is_some() }
            }
            Some(("lines", pointers)) => {
                let lines = pointers.split(',').map(Line::parse).collect::<Option<Vec<_>>>();
                TemplatePart::Lines(lines?)
            }
            Some(_) => return None,
        })
    }
}

impl Line {
    fn parse(text: &str) -> Option<Line> {
        let bare = text.strip_suffix('?');
        let pointer = Pointer::parse(bare.unwrap_or(text)).ok().filter(|pointer| !pointer.0.is_empty())?;
        Some(Line { pointer, is_optional: bare.is_some() })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.pointer.0.last().map(String::as_str).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Template::parse(&text).map_err(serde::de::Error::custom)
    }
}
