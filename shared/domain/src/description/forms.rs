//! Whether a sender sends forms, and where in them its JSON is.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// Whether a sender sends forms: `true`, or `{ json_in = "payload" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Forms {
    /// It sends none.
    #[default]
    None,
    /// A body that is no JSON is read as if it were an object of the form's fields, each a text, and a field that is
    /// there more than once a list of them.
    Fields,
    /// The same; but where the form has this field once, the field's text is the JSON that is read.
    JsonIn(String),
}

impl<'de> Deserialize<'de> for Forms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            json_in: String,
        }
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "`true`, or a table with `json_in`, the name of the field that holds JSON")]
        enum Written {
            Are(bool),
            In(Table),
        }
        match Written::deserialize(deserializer)? {
            Written::Are(false) => Ok(Forms::None),
            Written::Are(true) => Ok(Forms::Fields),
            Written::In(Table { json_in }) if json_in.is_empty() => Err(Error::custom(
                "`json_in` is empty: name the field of the form that holds JSON, or write `forms = true`",
            )),
            Written::In(Table { json_in }) => Ok(Forms::JsonIn(json_in)),
        }
    }
}
