//! JSON objects, read for a head.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The fields of a JSON object; none if the value is missing or anything but an object.
///
/// Serde alone would refuse the whole body for one value of another type, and would take an array for the fields in
/// their order.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Object(None)
    }
}

/// Reads the fields of a body that is a JSON object; none for all other bytes.
///
/// The bytes are checked for UTF-8 as a whole, because serde does not look into values that it skips: a body in
/// another encoding is no JSON, wherever its umlauts are.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Option<T> {
    let Object(fields) = serde_json::from_str(str::from_utf8(body).ok()?).ok()?;
    fields
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|fields| Object(Some(fields)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Object<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Object(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Object<T>, E> {
        Ok(Object(None))
    }

    fn visit_unit<E>(self) -> Result<Object<T>, E> {
        Ok(Object(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Scalar;

    #[derive(Deserialize)]
    struct Outer<'a> {
        #[serde(borrow, default)]
        inner: Object<Inner<'a>>,
    }

    #[derive(Deserialize)]
    struct Inner<'a> {
        #[serde(borrow, default)]
        id: Scalar<'a>,
    }

    #[test]
    fn only_an_object_has_fields() {
        let check = |json: &str, expected: Option<&str>| {
            let outer: Outer<'_> = read(json.as_bytes()).expect(json);
            assert_eq!(outer.inner.0.and_then(|inner| inner.id.to_text()).as_deref(), expected, "{json}");
        };
        check(r#"{"inner":{"id":"a","other":[{}]}}"#, Some("a"));
        check(r#"{"inner":{}}"#, None);
        check("{}", None);
        for other in [r#"["a"]"#, "[]", r#""a""#, "1", "-1", "1.5", "true", "null"] {
            check(&format!(r#"{{"inner":{other}}}"#), None);
        }
    }

    #[test]
    fn other_bytes_have_none() {
        for body in [&b""[..], b"{", b"{}}", b"null", b"[]", br#"[{"id":"a"}]"#, b"\xef\xbb\xbf{}", b"{\"x\":\"\xfc\"}"]
        {
            assert!(read::<Outer<'_>>(body).is_none(), "{}", body.escape_ascii());
        }
    }
}
