//! JSON as senders write it when they cut a text inside an emoji, overflow a number or nest without end.
//!
//! Strict reading comes first and costs a normal body nothing. Only a body that fails there is looked at again here.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Whatever nests deeper in a tree is null: no rule leads there, and a tree is dropped by recursion.
const NESTING_MAX: usize = 100;

/// The text of a body: UTF-8, without the byte order mark that some senders put before it.
pub(crate) fn text(body: &[u8]) -> Option<&str> {
    let text = str::from_utf8(body).ok()?;
    Some(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The tree of a body, read leniently; `None` of what is no JSON all the same.
pub(crate) fn tree(body: &[u8]) -> Option<Value> {
    let text = text(body)?;
    bounded_tree(text).or_else(|| bounded_tree(&repaired(text)?))
}

fn bounded_tree(text: &str) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Tree { depth: 0 }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// The same text with U+FFFD for each half of a surrogate pair that stands alone, and null for each number that no
/// float can hold; `None` if it has neither.
pub(crate) fn repaired(text: &str) -> Option<String> {
    let (mut bytes, mut at, mut is_repaired) = (Cow::Borrowed(text.as_bytes()), 0, false);
    while let Some(&byte) = text.as_bytes().get(at) {
        let end = match byte {
            b'"' => {
                let end = string_end(text.as_bytes(), at);
                for half in lone_halves(&text.as_bytes()[at..end]) {
                    is_repaired = true;
                    bytes.to_mut()[at + half..at + half + ESCAPE_BYTES].copy_from_slice(br"\ufffd");
                }
                end
            }
            b'-' | b'0'..=b'9' => {
                let end = number_end(text.as_bytes(), at);
                if text[at..end].parse().is_ok_and(f64::is_infinite) {
                    is_repaired = true;
                    // The shortest such number, 1e309, is longer than `null`.
                    let number = &mut bytes.to_mut()[at..end];
                    number.fill(b' ');
                    number[..4].copy_from_slice(b"null");
                }
                end
            }
            _ => at + 1,
        };
        at = end;
    }
    is_repaired.then(|| String::from_utf8(bytes.into_owned()).ok()).flatten()
}

/// How many bytes `\ud83d` has.
const ESCAPE_BYTES: usize = 6;

/// Where the string that begins at `start` ends.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    bytes[start..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |length| start + length)
}

/// Where in a string half a surrogate pair is escaped without the other half.
fn lone_halves(string: &[u8]) -> Vec<usize> {
    let (mut halves, mut at) = (Vec::new(), 0);
    while at < string.len() {
        at += match (string[at], unit(string, at)) {
            (b'\\', Some(0xd800..=0xdbff)) if matches!(unit(string, at + ESCAPE_BYTES), Some(0xdc00..=0xdfff)) => {
                2 * ESCAPE_BYTES
            }
            (b'\\', Some(0xd800..=0xdfff)) => {
                halves.push(at);
                ESCAPE_BYTES
            }
            (b'\\', _) => 2,
            _ => 1,
        };
    }
    halves
}

/// The UTF-16 code unit that is escaped at a place, if one is.
fn unit(string: &[u8], at: usize) -> Option<u16> {
    let digits = string.get(at..at + ESCAPE_BYTES)?.strip_prefix(br"\u")?;
    digits
        .iter()
        .try_fold(0, |unit: u16, digit| Some(unit << 4 | u16::try_from(char::from(*digit).to_digit(16)?).ok()?))
}

/// A value with so many arrays and objects around it.
struct Tree {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > NESTING_MAX {
            // This does not recurse, however deep it goes.
            return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Value::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Value, E> {
        Ok(integer.into())
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Value, E> {
        Ok(integer.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Tree { depth: self.depth + 1 })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            members.insert(name, map.next_value_seed(Tree { depth: self.depth + 1 })?);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_pair_is_replaced_and_a_whole_one_is_not() {
        let check = |json: &str, expected: Option<&str>| assert_eq!(repaired(json).as_deref(), expected, "{json}");
        check(r#""a\ud83d""#, Some(r#""a\ufffd""#));
        check(r#""\ude00b""#, Some(r#""\ufffdb""#));
        check(r#""\ud83d\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#));
        check(r#"{"\uD83D":["\uDE00"]}"#, Some(r#"{"\ufffd":["\ufffd"]}"#));
        for sound in [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\u00e9\n😀""#, r#""\ud8""#, "\"\\", "\"open", ""] {
            check(sound, None);
        }
    }

    #[test]
    fn a_number_that_no_float_holds_is_null() {
        let check = |json: &str, expected: Option<&str>| assert_eq!(repaired(json).as_deref(), expected, "{json}");
        check("[1e999,-1e309]", Some("[null ,null  ]"));
        for sound in ["[1e308,-0.0,1.5]", r#""1e999""#, "18446744073709551616"] {
            check(sound, None);
        }
    }

    #[test]
    fn a_tree_is_read_as_far_as_anybody_looks() {
        let check = |json: &str, expected: Option<&str>| {
            let told = tree(json.as_bytes()).map(|value| value.to_string());
            assert_eq!(told.as_deref(), expected, "{json:.100}");
        };
        check("\u{feff}{\"a\":1}", Some(r#"{"a":1}"#));
        check(
            r#"{"a":"x\ud83d","b":1e999,"c":[true,1.5,-1,null]}"#,
            Some(r#"{"a":"x�","b":null,"c":[true,1.5,-1,null]}"#),
        );
        check(r#"{"a":1"#, None);
        check("{} {}", None);
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let tree = tree(format!(r#"{{"a":{nested},"b":"c"}}"#).as_bytes()).unwrap();
        assert_eq!(tree["b"], "c");
    }
}
