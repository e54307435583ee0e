//! `landfall events diff`.

use clap::Args;
use domain::event::event_id::EventId;
use operator::listing::Listing;
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::id_argument::{event_id, missing};
use crate::output::Row;
use crate::services::Services;

/// The options of `landfall events diff`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The one event's id
    #[arg(value_name = "ID", value_parser = event_id)]
    one: EventId,
    /// The other's
    #[arg(value_name = "OTHER", value_parser = event_id)]
    other: EventId,
}

/// A place at which two bodies are not the same.
#[derive(Debug, PartialEq, Serialize)]
struct Difference {
    /// A JSON pointer.
    at: String,
    /// What the first body has there; absent if it has no such place.
    #[serde(skip_serializing_if = "Option::is_none")]
    one: Option<Value>,
    /// The same of the second body.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<Value>,
}

impl Row for Difference {
    const COLUMNS: &'static [&'static str] = &["at", "one", "other"];
}

/// Shows where the bodies of two events differ.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let listing = Services::of(&context.session).await?.listing()?;
    let (one, other) = (body(&listing, &arguments.one).await?, body(&listing, &arguments.other).await?);
    if one == other {
        context.output.words("The two bodies are the same.");
        return context.output.rows::<Difference>(&[]);
    }
    let differences = differences(&json(&arguments.one, &one)?, &json(&arguments.other, &other)?);
    if differences.is_empty() {
        context.output.words("The two bodies say the same in other bytes.");
    }
    context.output.rows(&differences)
}

async fn body(listing: &Listing, id: &EventId) -> Result<Vec<u8>> {
    listing.body(id).await?.ok_or_else(|| missing(id))
}

fn json(id: &EventId, body: &[u8]) -> Result<Value> {
    let not_json =
        |_| Error::Failed(format!("the bodies differ, and the body of {id} is not JSON: see landfall events body"));
    serde_json::from_slice(body).map_err(not_json)
}

fn differences(one: &Value, other: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare(Some(one), Some(other), String::new(), &mut differences);
    differences
}

fn compare(one: Option<&Value>, other: Option<&Value>, at: String, differences: &mut Vec<Difference>) {
    match (one, other) {
        (one, other) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                compare(one.get(name), other.get(name), format!("{at}/{escaped}"), differences);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                compare(one.get(index), other.get(index), format!("{at}/{index}"), differences);
            }
        }
        (one, other) => differences.push(Difference { at, one: one.cloned(), other: other.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_place_is_named_at_which_two_bodies_differ() {
        let check = |one: &Value, other: &Value, expected: &Value| {
            assert_eq!(json!(differences(one, other)), *expected, "{one}, {other}");
        };
        check(&json!({"a": 1}), &json!({"a": 1}), &json!([]));
        check(&json!({"a": 1}), &json!({"a": 2}), &json!([{"at": "/a", "one": 1, "other": 2}]));
        check(&json!({"a": null}), &json!({}), &json!([{"at": "/a", "one": null}]));
        check(&json!({"a/b": [1, 2]}), &json!({"a/b": [1]}), &json!([{"at": "/a~1b/1", "one": 2}]));
        check(&json!({"a": [1]}), &json!({"a": {}}), &json!([{"at": "/a", "one": [1], "other": {}}]));
        check(&json!(1), &json!("1"), &json!([{"at": "", "one": 1, "other": "1"}]));
    }
}
