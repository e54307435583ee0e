//! The items of a list in a body.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::content::lenient;
use crate::description::Pointer;

/// The texts of the items of the list at `pointer`, which leads through objects; `None` if there is no list, or if the
/// body can be read in two ways. Of more than `max` items, one more than `max` are given.
pub(crate) fn items<'b>(pointer: &Pointer, body: &'b [u8], max: usize) -> Option<Vec<&'b str>> {
    let whole: &RawValue = serde_json::from_str(lenient::text(body)?).ok()?;
    let list = pointer.0.iter().try_fold(whole, |value, name| {
        serde_json::Deserializer::from_str(value.get()).deserialize_map(Member { name }).ok().flatten()
    })?;
    serde_json::Deserializer::from_str(list.get()).deserialize_seq(Items { max }).ok()
}

/// The member `name` of an object, which has it once.
struct Member<'n> {
    name: &'n str,
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<String>()? {
            if name != self.name {
                map.next_value::<IgnoredAny>()?;
            } else if found.replace(map.next_value()?).is_some() {
                return Err(A::Error::custom("a member is given twice"));
            }
        }
        Ok(found)
    }
}

struct Items {
    max: usize,
}

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while items.len() <= self.max {
            match seq.next_element::<&RawValue>()? {
                Some(item) => items.push(item.get()),
                None => return Ok(items),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pointer: &str, body: &str, expected: Option<&[&str]>) {
        let pointer = Pointer::parse(pointer).expect("a pointer");
        assert_eq!(items(&pointer, body.as_bytes(), 3).as_deref(), expected, "{pointer} of {body}");
    }

    #[test]
    fn items_are_given_as_they_stand() {
        check("", r#" [ {"a": 1} ,2,"x"] "#, Some(&[r#"{"a": 1}"#, "2", r#""x""#]));
        check("/data/events", r#"{"a":[],"data":{"events":[{"b":"\ud83d"}]}}"#, Some(&[r#"{"b":"\ud83d"}"#]));
        check("/events", r#"{"events":[]}"#, Some(&[]));
        check("/events", r#"{"\u0065vents":[1]}"#, Some(&["1"]));
    }

    #[test]
    fn no_more_are_given_than_show_that_there_are_too_many() {
        check("", "[1,2,3]", Some(&["1", "2", "3"]));
        check("", "[1,2,3,4,5,6]", Some(&["1", "2", "3", "4"]));
    }

    #[test]
    fn whatever_is_no_list_or_can_be_read_in_two_ways_has_none() {
        for body in
            ["", "x", "{}", r#"{"events":{}}"#, r#"{"events":"[1]"}"#, r#"{"events":[1]"#, r#"{"events":[1]} x"#]
        {
            check("/events", body, None);
        }
        check("/events", r#"{"events":[1],"events":[2]}"#, None);
        check("/events", r#"[{"events":[1]}]"#, None);
        check("", "[1,]", None);
    }
}
