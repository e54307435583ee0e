//! What stands at a few JSON pointers.
//!
//! This is done before the sender hears an answer. It costs one pass over the body, one list for what is found, and at
//! each object that a pointer leads into a comparison of its names with those of the pointers that led there. Nothing
//! is allocated for what no pointer leads to, and a text without escapes is borrowed from the body.

use std::borrow::{Borrow, Cow};
use std::{fmt, slice};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::content::field_value::FieldValue;
use crate::content::lenient;
use crate::description::{HEAD_POINTERS_MAX, Pointer};

/// One bit a pointer.
type Bits = u64;

/// Up to [`Pointers::MAX`] JSON pointers, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pointers(Vec<Pointer>);

impl Pointers {
    /// How many there may be.
    pub(crate) const MAX: usize = HEAD_POINTERS_MAX;

    /// Takes a pointer in, and gives the place of what it finds in the answer of [`read`](Self::read); `None` if there
    /// are too many already, which the check of a description rules out.
    pub(crate) fn add(&mut self, pointer: &Pointer) -> Option<usize> {
        let known = self.0.iter().position(|known| known == pointer);
        known.or_else(|| {
            (self.0.len() < Self::MAX).then(|| {
                self.0.push(pointer.clone());
                self.0.len() - 1
            })
        })
    }

    /// Whether there are none, so that no body need be read.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands at each of them; `None` if `body` cannot be read.
    ///
    /// A body that gives a member on the way to a pointer twice can be read in two ways, and is not read. What stands
    /// elsewhere is of no account, and half a surrogate pair is U+FFFD. The bytes are checked for UTF-8 as a whole,
    /// because serde does not look into values that it skips: a body in another encoding is no JSON, wherever its
    /// umlauts are.
    pub(crate) fn read<'a>(&self, body: &'a [u8]) -> Option<Vec<FieldValue<'a>>> {
        let mut found = vec![FieldValue::Other; self.0.len()];
        read(&self.0, body, &mut found)?;
        Some(found)
    }
}

/// What stands at `pointer` alone, read by the same rules.
pub(crate) fn find<'a>(pointer: &Pointer, body: &'a [u8]) -> Option<FieldValue<'a>> {
    let mut found = [FieldValue::Other];
    read(slice::from_ref(pointer), body, &mut found)?;
    let [found] = found;
    Some(found)
}

/// What stands at each of the pointers, as [`find`] reads it, in one pass for as many as a pass can look for.
pub(crate) fn find_all<'a>(pointers: &[impl Borrow<Pointer>], body: &'a [u8]) -> Vec<FieldValue<'a>> {
    let mut found = vec![FieldValue::Other; pointers.len()];
    for (pointers, found) in pointers.chunks(Pointers::MAX).zip(found.chunks_mut(Pointers::MAX)) {
        if read(pointers, body, found).is_none() {
            found.fill(FieldValue::Other);
        }
    }
    found
}

fn read<'a>(pointers: &[impl Borrow<Pointer>], body: &'a [u8], found: &mut [FieldValue<'a>]) -> Option<()> {
    let text = lenient::text(body)?;
    if read_text(pointers, text, found).is_some() {
        return Some(());
    }
    let text = lenient::repaired(text)?;
    let mut repaired = vec![FieldValue::Other; found.len()];
    read_text(pointers, &text, &mut repaired)?;
    for (found, repaired) in found.iter_mut().zip(repaired) {
        *found = repaired.into_owned();
    }
    Some(())
}

fn read_text<'a>(pointers: &[impl Borrow<Pointer>], text: &'a str, found: &mut [FieldValue<'a>]) -> Option<()> {
    let wanted = (0..pointers.len()).fold(0, |bits, index| bits | bit(index));
    let mut deserializer = serde_json::Deserializer::from_str(text);
    PointerReader { pointers, wanted, depth: 0, found }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()
}

/// The value to which the first `depth` segments of the `wanted` pointers lead.
struct PointerReader<'p, 'f, 'a, P> {
    pointers: &'p [P],
    wanted: Bits,
    depth: usize,
    found: &'f mut [FieldValue<'a>],
}

impl<'de, P: Borrow<Pointer>> PointerReader<'_, '_, 'de, P> {
    /// Notes what stands here for the pointers that end here, and gives those that lead on.
    fn note(&mut self, here: &FieldValue<'de>) -> Bits {
        let mut further = 0;
        for index in ones(self.wanted) {
            if self.pointers[index].borrow().0.len() == self.depth {
                self.found[index].clone_from(here);
            } else {
                further |= bit(index);
            }
        }
        further
    }

    /// A member's or an item's value.
    fn inner(&mut self, wanted: Bits) -> PointerReader<'_, '_, 'de, P> {
        PointerReader { pointers: self.pointers, wanted, depth: self.depth + 1, found: self.found }
    }
}

impl<'de, P: Borrow<Pointer>> DeserializeSeed<'de> for PointerReader<'_, '_, 'de, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: Borrow<Pointer>> Visitor<'de> for PointerReader<'_, '_, 'de, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(mut self, text: &'de str) -> Result<(), E> {
        if !text.is_empty() {
            self.note(&FieldValue::Text(Cow::Borrowed(text)));
        }
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        if !text.is_empty() {
            self.note(&FieldValue::Text(Cow::Owned(text.to_owned())));
        }
        Ok(())
    }

    fn visit_u64<E>(mut self, integer: u64) -> Result<(), E> {
        self.note(&FieldValue::Text(Cow::Owned(integer.to_string())));
        Ok(())
    }

    fn visit_i64<E>(mut self, integer: i64) -> Result<(), E> {
        self.note(&FieldValue::Text(Cow::Owned(integer.to_string())));
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(mut self, truth: bool) -> Result<(), E> {
        self.note(&FieldValue::of_bool(truth));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let further = self.note(&FieldValue::Other);
        let indices: Vec<(usize, Bits)> = ones(further)
            .filter_map(|index| Some((item_number(&self.pointers[index].borrow().0[self.depth])?, bit(index))))
            .collect();
        if indices.is_empty() {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        for number in 0.. {
            let wanted = indices.iter().filter(|(known, _)| *known == number).fold(0, |bits, (_, bit)| bits | bit);
            let is_there = if wanted == 0 {
                seq.next_element::<IgnoredAny>()?.is_some()
            } else {
                seq.next_element_seed(self.inner(wanted))?.is_some()
            };
            if !is_there {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let further = self.note(&FieldValue::Object);
        if further == 0 {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut seen = 0;
        while let Some(wanted) = map.next_key_seed(Name { pointers: self.pointers, of: further, depth: self.depth })? {
            if wanted == 0 {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if wanted & seen != 0 {
                return Err(A::Error::custom("a member is given twice"));
            }
            seen |= wanted;
            map.next_value_seed(self.inner(wanted))?;
        }
        Ok(())
    }
}

/// A member's name: gives those of the pointers that lead into it.
struct Name<'p, P> {
    pointers: &'p [P],
    of: Bits,
    depth: usize,
}

impl<'de, P: Borrow<Pointer>> DeserializeSeed<'de> for Name<'_, P> {
    type Value = Bits;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bits, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<P: Borrow<Pointer>> Visitor<'_> for Name<'_, P> {
    type Value = Bits;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Bits, E> {
        let leads_here = |index: &usize| self.pointers[*index].borrow().0[self.depth] == name;
        Ok(ones(self.of).filter(leads_here).fold(0, |bits, index| bits | bit(index)))
    }
}

/// The number of an item, as RFC 6901 writes it.
pub(crate) fn item_number(segment: &str) -> Option<usize> {
    let is_canonical =
        segment == "0" || (!segment.starts_with('0') && segment.bytes().all(|byte| byte.is_ascii_digit()));
    is_canonical.then(|| segment.parse().ok()).flatten()
}

const fn bit(index: usize) -> Bits {
    1 << index
}

/// The places of the bits that are set.
fn ones(mut bits: Bits) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let index = bits.trailing_zeros();
        (index < Bits::BITS).then(|| {
            bits &= bits - 1;
            index as usize
        })
    })
}

#[cfg(test)]
mod tests;
