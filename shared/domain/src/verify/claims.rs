//! The claims of a token.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// The claims of a token, by their names. A token has few, so that a list is quicker than a map that owns the names.
pub(super) struct Claims<'t>(Vec<(Cow<'t, str>, Value)>);

impl Claims<'_> {
    /// What the token claims under `name`; of several it is the last.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Claims<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Claims<'de>, D::Error> {
        deserializer.deserialize_map(ClaimsVisitor)
    }
}

struct ClaimsVisitor;

impl<'de> Visitor<'de> for ClaimsVisitor {
    type Value = Claims<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims<'de>, A::Error> {
        #[derive(serde::Deserialize)]
        struct Name<'n>(#[serde(borrow)] Cow<'n, str>);
        let mut claims = Vec::with_capacity(8);
        while let Some((Name(name), value)) = map.next_entry()? {
            claims.push((name, value));
        }
        Ok(Claims(claims))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, name: &str, expected: Option<&str>) {
        let claims: Claims<'_> = serde_json::from_str(json).expect("an object");
        assert_eq!(claims.get(name).and_then(Value::as_str), expected, "{name} of {json}");
    }

    #[test]
    fn a_claim_is_found_by_its_name_however_that_is_written() {
        let json = r#"{"iss": "a", "\u0061ud": "b", "sub": "c", "sub": "d"}"#;
        check(json, "iss", Some("a"));
        check(json, "aud", Some("b"));
        check(json, "sub", Some("d"));
        check(json, "exp", None);
        assert!(serde_json::from_str::<Claims<'_>>("[]").is_err(), "a list claims nothing");
    }
}
