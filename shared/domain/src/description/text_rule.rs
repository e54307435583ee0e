//! Which part of which text is meant.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::description::FieldPath;
use crate::description::one_or_many::one_or_many;

/// Where a text is, and which part of it is meant: a place alone, or a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TextRule {
    /// Where it stands.
    pub at: FieldPath,
    /// Only what is before the first of these: `job` of `job.complete` with `.`. A text without it is none.
    pub before: Option<String>,
    /// Only what is left without one of these at its end. A text with none of them is none.
    pub without_suffix: Vec<String>,
    /// Only texts that begin so.
    pub starts_with: Option<String>,
    /// Whether an object or a list there is a text too: its JSON.
    pub or_json: bool,
}

impl<'de> Deserialize<'de> for TextRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            at: FieldPath,
            #[serde(default)]
            before: Option<String>,
            #[serde(default, deserialize_with = "one_or_many")]
            without_suffix: Vec<String>,
            #[serde(default)]
            starts_with: Option<String>,
            #[serde(default)]
            or_json: bool,
        }
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "a place, or a table with `at` and one of `before`, `without_suffix`, `starts_with`, `or_json`"
        )]
        enum Written {
            FieldPath(FieldPath),
            Table(Table),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::FieldPath(at) => {
                TextRule { at, before: None, without_suffix: Vec::new(), starts_with: None, or_json: false }
            }
            Written::Table(Table { at, before, without_suffix, starts_with, or_json }) => {
                TextRule { at, before, without_suffix, starts_with, or_json }
            }
        })
    }
}
