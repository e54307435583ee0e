//! What a body contains.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A JSON value that a body contains. An object is contained in one that has all of its members, an array in one that has
/// all of its elements, and anything else in what equals it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BodyPattern(Value);

/// A text that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no JSON")]
pub struct NotAPattern;

impl BodyPattern {
    /// Reads one.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn parse(text: &str) -> Result<BodyPattern, NotAPattern> {
        serde_json::from_str(text).map(BodyPattern).map_err(|_| NotAPattern)
    }

    /// Whether a body contains it. One that is no JSON contains nothing.
    #[must_use]
    pub fn is_in(&self, body: &[u8]) -> bool {
        serde_json::from_slice(body).is_ok_and(|body| contains(&body, &self.0))
    }
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, part)| whole.get(name).is_some_and(|whole| contains(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            part.iter().all(|part| whole.iter().any(|whole| contains(whole, part)))
        }
        (whole, part) => whole == part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_contains_what_it_has_and_may_have_more() {
        let body =
            br#"{"status": "done", "cost": 2, "files": [{"name": "a", "size": 1}, {"name": "b"}], "user": {"id": 7}}"#;
        let check = |pattern, expected| {
            assert_eq!(BodyPattern::parse(pattern).unwrap().is_in(body), expected, "{pattern}");
        };
        check("{}", true);
        check(r#"{"status": "done", "user": {"id": 7}}"#, true);
        check(r#"{"files": [{"name": "b"}]}"#, true);
        check(r#"{"files": []}"#, true);
        check(r#"{"files": [{"name": "b", "size": 1}]}"#, false);
        check(r#"{"status": "failed"}"#, false);
        check(r#"{"cost": "2"}"#, false);
        check(r#"{"missing": null}"#, false);
        check("[]", false);
        assert!(!BodyPattern::parse("{}").unwrap().is_in(b"status=done"));
        assert_eq!(BodyPattern::parse("status=done"), Err(NotAPattern));
    }
}
