//! Which part of which text is meant.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::description::FieldPath;

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
}

impl<'de> Deserialize<'de> for TextRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            at: FieldPath,
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
            FieldPath(FieldPath),
            Table(Table),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::FieldPath(at) => TextRule { at, before: None, without_suffix: Vec::new(), starts_with: None },
            Written::Table(Table { at, before, without_suffix, starts_with }) => {
                TextRule { at, before, without_suffix, starts_with }
            }
        })
    }
}
