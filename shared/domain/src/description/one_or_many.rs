//! Lists that may be written as their only item.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

/// A list, or its only item alone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

/// A text that a delivery's is compared with. A boolean or an integer stands for its text.
pub(crate) struct ComparedText(pub(crate) String);

/// Reads a list, or its only item alone.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    OneOrMany::deserialize(deserializer).map(|OneOrMany(items)| items)
}

impl OneOrMany<ComparedText> {
    pub(crate) fn into_texts(self) -> Vec<String> {
        self.0.into_iter().map(|ComparedText(text)| text).collect()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> OneOrManyVisitor<T> {
    fn one<D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMany<T>, D::Error> {
        T::deserialize(deserializer).map(|item| OneOrMany(vec![item]))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one, or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Self::one(text.into_deserializer())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Self::one(truth.into_deserializer())
    }

    fn visit_u64<E: Error>(self, integer: u64) -> Result<Self::Value, E> {
        Self::one(integer.into_deserializer())
    }

    fn visit_i64<E: Error>(self, integer: i64) -> Result<Self::Value, E> {
        Self::one(integer.into_deserializer())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Self::one(number.into_deserializer())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Self::one(MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMany)
    }
}

impl<'de> Deserialize<'de> for ComparedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ComparedTextVisitor)
    }
}

struct ComparedTextVisitor;

impl Visitor<'_> for ComparedTextVisitor {
    type Value = ComparedText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, an integer or a boolean")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ComparedText, E> {
        if text.is_empty() {
            return Err(E::custom("an empty string is no text, so this would never hold: write `present = false`"));
        }
        Ok(ComparedText(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<ComparedText, E> {
        Ok(ComparedText(truth.to_string()))
    }

    fn visit_u64<E: Error>(self, integer: u64) -> Result<ComparedText, E> {
        Ok(ComparedText(integer.to_string()))
    }

    fn visit_i64<E: Error>(self, integer: i64) -> Result<ComparedText, E> {
        Ok(ComparedText(integer.to_string()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<ComparedText, E> {
        Err(E::custom("a fraction is no text, so this would never hold: ask for another place"))
    }
}
