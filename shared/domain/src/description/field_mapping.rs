//! How a member of a webhook's body is made of an API's answer.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::description::Pointer;

/// A member of a webhook's body: `{ set = "/event", from = "/status", prefix = "job." }`. What stands above it is made.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "FieldMappingForm")]
pub struct FieldMapping {
    /// Where in the body.
    pub set: Pointer,
    /// What.
    pub value: MappingValue,
}

/// What is put there.
#[derive(Clone, Debug, PartialEq)]
pub enum MappingValue {
    /// This text: `to = "session_status_changed"`.
    Constant(String),
    /// What stands here in the object, whatever it is: `from = "/status"`.
    Copy(Pointer),
    /// The id that was asked for: `id = true`.
    Id,
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
    /// otherwise = "processing"`. Without `otherwise`, nothing is put for another text.
    Words {
        /// Where.
        from: Pointer,
        /// The words, each with what it becomes.
        words: Vec<WordMapping>,
        /// What any other becomes.
        otherwise: Option<String>,
    },
}

/// A word, and what it becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct WordMapping {
    /// The word.
    pub is: String,
    /// What it becomes.
    pub becomes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldMappingForm {
    set: Pointer,
    to: Option<String>,
    from: Option<Pointer>,
    #[serde(default)]
    id: bool,
    #[serde(default)]
    or_id: bool,
    prefix: Option<String>,
    words: Option<BTreeMap<String, String>>,
    otherwise: Option<String>,
}

impl TryFrom<FieldMappingForm> for FieldMapping {
    type Error = &'static str;

    fn try_from(form: FieldMappingForm) -> Result<FieldMapping, &'static str> {
        let FieldMappingForm { set, to, from, id, or_id, prefix, words, otherwise } = form;
        let value = match (to, from, id, or_id, prefix, words, otherwise) {
            (Some(text), None, false, false, None, None, None) => MappingValue::Constant(text),
            (None, None, true, false, None, None, None) => MappingValue::Id,
            (None, Some(from), false, false, None, None, None) => MappingValue::Copy(from),
            (None, Some(from), false, true, None, None, None) => MappingValue::CopyOrId(from),
            (None, Some(from), false, false, Some(prefix), None, None) => MappingValue::Prefixed { from, prefix },
            (None, Some(from), false, false, None, Some(words), otherwise) if !words.is_empty() => {
                let words = words.into_iter().map(|(is, becomes)| WordMapping { is, becomes }).collect();
                MappingValue::Words { from, words, otherwise }
            }
            _ => {
                return Err(
                    "say what is put there: `to` or `id = true` alone, or `from` alone or with one of `or_id = true`, `prefix`, and `words`, with `otherwise` for all others",
                );
            }
        };
        Ok(FieldMapping { set, value })
    }
}
