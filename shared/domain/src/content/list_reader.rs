//! The items of a list in a body, or of lists in lists.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::content::lenient;
use crate::description::{Pointer, TooManyEvents};

/// How much is given of a body at most.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// How many items.
    pub(crate) items: usize,
    /// How many bytes all of them have.
    pub(crate) bytes: usize,
}

/// The texts of the items of the list at `pointer`, which leads through objects; `None` if there is no list, or if the
/// body can be read in two ways.
///
/// A `*` in the pointer leads through the items of a list. Each text is then that of the whole body with one item in each
/// list on the way: a delivery as its sender would write it of that item alone.
pub(crate) fn items<'b>(
    pointer: &Pointer,
    body: &'b [u8],
    max: Limits,
) -> Option<Result<Vec<Cow<'b, str>>, TooManyEvents>> {
    let levels = pointer.levels();
    nested(lenient::text(body)?, &levels, levels.len() > 1, max)
}

fn nested<'b>(
    text: &'b str,
    levels: &[&[String]],
    keeps_around: bool,
    max: Limits,
) -> Option<Result<Vec<Cow<'b, str>>, TooManyEvents>> {
    let (path, inner_levels) = levels.split_first()?;
    let whole: &RawValue = serde_json::from_str(text).ok()?;
    let list = path.iter().try_fold(whole, |value, name| {
        serde_json::Deserializer::from_str(value.get()).deserialize_map(Member { name }).ok().flatten()
    })?;
    let listed = serde_json::Deserializer::from_str(list.get()).deserialize_seq(Items { max: max.items }).ok()?;
    let start = list.get().as_ptr().addr() - text.as_ptr().addr();
    let (before, after) = (&text[..start], &text[start + list.get().len()..]);
    let (mut found, mut bytes) = (Vec::new(), 0_usize);
    for item in listed {
        let of_item = if inner_levels.is_empty() { None } else { nested(item, inner_levels, keeps_around, max) };
        let of_item = match of_item {
            Some(Err(too_many)) => return Some(Err(too_many)),
            Some(Ok(inner)) if !inner.is_empty() => inner,
            // What holds no list is an item itself.
            Some(Ok(_)) | None => vec![Cow::Borrowed(item)],
        };
        for one in of_item {
            let around = if keeps_around { before.len() + after.len() + 2 } else { 0 };
            bytes = bytes.saturating_add(one.len() + around);
            if found.len() == max.items || bytes > max.bytes {
                return Some(Err(TooManyEvents));
            }
            found.push(if keeps_around { Cow::Owned([before, "[", &one, "]", after].concat()) } else { one });
        }
    }
    Some(Ok(found))
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

    fn check_within(max: Limits, pointer: &str, body: &str, expected: Option<Result<&[&str], TooManyEvents>>) {
        let pointer = Pointer::parse(pointer).expect("a pointer");
        let found = items(&pointer, body.as_bytes(), max);
        let found = found.map(|found| found.map(|items| items.into_iter().map(Cow::into_owned).collect::<Vec<_>>()));
        let expected = expected.map(|expected| expected.map(|items| items.iter().map(ToString::to_string).collect()));
        assert_eq!(found, expected, "{pointer} of {body}");
    }

    fn check(pointer: &str, body: &str, expected: Option<&[&str]>) {
        check_within(Limits { items: 3, bytes: 1000 }, pointer, body, expected.map(Ok));
    }

    #[test]
    fn items_are_given_as_they_stand() {
        check("", r#" [ {"a": 1} ,2,"x"] "#, Some(&[r#"{"a": 1}"#, "2", r#""x""#]));
        check("/data/events", r#"{"a":[],"data":{"events":[{"b":"\ud83d"}]}}"#, Some(&[r#"{"b":"\ud83d"}"#]));
        check("/events", r#"{"events":[]}"#, Some(&[]));
        check("/events", r#"{"\u0065vents":[1]}"#, Some(&["1"]));
    }

    #[test]
    fn an_item_of_lists_in_lists_is_the_body_with_that_one_alone() {
        check(
            "/entry/*/changes",
            r#"{"object":"page","entry":[{"id":"1","changes":[{"a": 1},2]}, {"id":"2", "changes":[3]} ]} "#,
            Some(&[
                r#"{"object":"page","entry":[{"id":"1","changes":[{"a": 1}]}]} "#,
                r#"{"object":"page","entry":[{"id":"1","changes":[2]}]} "#,
                r#"{"object":"page","entry":[{"id":"2", "changes":[3]}]} "#,
            ]),
        );
        check("/*/a/*/b", r#"[{"a":[{"b":[1]}]}]"#, Some(&[r#"[{"a":[{"b":[1]}]}]"#]));
        check(
            "/value/*",
            r#"{"value":[1,{"x":[2]}],"n":0}"#,
            Some(&[r#"{"value":[1],"n":0}"#, r#"{"value":[{"x":[2]}],"n":0}"#]),
        );
    }

    #[test]
    fn an_item_without_the_inner_list_is_one_itself() {
        let body = r#"{"entry":[{"changes":[1]},{"messaging":[2,3]},{"changes":[]}]}"#;
        let expected =
            [r#"{"entry":[{"changes":[1]}]}"#, r#"{"entry":[{"messaging":[2,3]}]}"#, r#"{"entry":[{"changes":[]}]}"#];
        check("/entry/*/changes", body, Some(&expected));
    }

    #[test]
    fn no_more_are_given_than_can_be_taken() {
        check("", "[1,2,3]", Some(&["1", "2", "3"]));
        let check = |bytes, pointer, body, expected| {
            check_within(Limits { items: 3, bytes }, pointer, body, Some(expected));
        };
        check(1000, "", "[1,2,3,4,5,6]", Err(TooManyEvents));
        check(1000, "/*/a", r#"[{"a":[1,2]},{"a":[3,4]}]"#, Err(TooManyEvents));
        let body = r#"{"a":[1,2],"x":"yyyy"}"#;
        let both: &[&str] = &[r#"{"a":[1],"x":"yyyy"}"#, r#"{"a":[2],"x":"yyyy"}"#];
        check(2 * both[0].len(), "/a/*", body, Ok(both));
        check(2 * both[0].len() - 1, "/a/*", body, Err(TooManyEvents));
    }

    #[test]
    fn whatever_is_no_list_or_can_be_read_in_two_ways_has_none() {
        for body in
            ["", "x", "{}", r#"{"events":{}}"#, r#"{"events":"[1]"}"#, r#"{"events":[1]"#, r#"{"events":[1]} x"#]
        {
            check("/events", body, None);
            check("/events/*/a", body, None);
        }
        check("/events", r#"{"events":[1],"events":[2]}"#, None);
        check("/events", r#"[{"events":[1]}]"#, None);
        check("", "[1,]", None);
    }
}
