//! Where an instant is, and how it is written.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::description::{FieldPath, TimestampUnit};

/// Where an instant is: a place alone, which holds it by RFC 3339, or a table that says what the number there counts.
/// Zero is no instant: some senders write it of what has not happened yet.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeRule {
    /// Where it stands.
    pub at: FieldPath,
    /// How it is written.
    pub unit: TimestampUnit,
}

impl<'de> Deserialize<'de> for TimeRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            at: FieldPath,
            unit: TimestampUnit,
        }
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a place, or a table with `at` and `unit`: seconds, milliseconds or rfc3339")]
        enum Written {
            FieldPath(FieldPath),
            Table(Table),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::FieldPath(at) => TimeRule { at, unit: TimestampUnit::Rfc3339 },
            Written::Table(Table { at, unit }) => TimeRule { at, unit },
        })
    }
}
