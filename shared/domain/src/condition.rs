//! Whether a condition of a description holds.

use std::borrow::Cow;

use crate::description::Test;

/// What stands at one of a condition's places.
#[derive(Debug, Default)]
pub(crate) struct Seen<'a> {
    /// The text there.
    pub(crate) text: Option<Cow<'a, str>>,
    /// Whether it is an object.
    pub(crate) is_object: bool,
}

/// Whether `test` holds of the places of which `seen` tells: of any of them, or, if `first` is set, of the first that has
/// a text.
pub(crate) fn holds<'a>(test: &Test, first: bool, seen: impl IntoIterator<Item = Seen<'a>>) -> bool {
    let mut seen = seen.into_iter();
    match test {
        Test::Object => seen.any(|seen| seen.is_object),
        Test::NotObject => !seen.any(|seen| seen.is_object),
        Test::Absent => !seen.any(|seen| seen.text.is_some()),
        Test::Present => seen.any(|seen| seen.text.is_some()),
        Test::Equals(_) | Test::StartsWith(_) | Test::EndsWith(_) | Test::Contains(_) | Test::Uuid => {
            let mut texts = seen.filter_map(|seen| seen.text);
            if first { texts.next().is_some_and(|text| fits(test, &text)) } else { texts.any(|text| fits(test, &text)) }
        }
    }
}

fn fits(test: &Test, text: &str) -> bool {
    match test {
        Test::Equals(known) => known.iter().any(|known| text == known),
        Test::StartsWith(beginnings) => beginnings.iter().any(|beginning| text.starts_with(&**beginning)),
        Test::EndsWith(ends) => ends.iter().any(|end| text.len() > end.len() && text.ends_with(&**end)),
        Test::Contains(parts) => parts.iter().any(|part| text.contains(&**part)),
        Test::Uuid => is_uuid(text),
        Test::Present | Test::Absent | Test::Object | Test::NotObject => false,
    }
}

fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks of which of `seen` a condition holds; `{}` is an object and an empty text nothing.
    fn check(condition: &str, seen: &[&str], expected: bool) {
        let condition: crate::description::Condition = serde_json::from_str(condition).unwrap();
        let places = seen.iter().map(|text| Seen {
            text: (!matches!(*text, "" | "{}")).then_some(Cow::Borrowed(*text)),
            is_object: *text == "{}",
        });
        assert_eq!(holds(&condition.test, condition.first, places), expected, "{condition:?} of {seen:?}");
    }

    #[test]
    fn a_text_is_compared() {
        let equals = r#"{"at":"/a","equals":["failed","error"]}"#;
        check(equals, &["error"], true);
        check(equals, &["errors"], false);
        check(equals, &[""], false);
        let starts = r#"{"at":"/a","starts_with":["workflow"]}"#;
        check(starts, &["workflow.completed"], true);
        check(starts, &["my workflow"], false);
        let ends = r#"{"at":"/a","ends_with":["_done"]}"#;
        check(ends, &["preview_done"], true);
        check(ends, &["_done"], false);
        let contains = r#"{"at":"/a","contains":["fail"]}"#;
        check(contains, &["training_failed"], true);
        check(contains, &["training"], false);
    }

    #[test]
    fn any_place_is_enough_unless_the_first_is_meant() {
        check(r#"{"at":["/a","/b"],"equals":["failed"]}"#, &["success", "failed"], true);
        check(r#"{"first_of":["/a","/b"],"equals":["failed"]}"#, &["success", "failed"], false);
        check(r#"{"first_of":["/a","/b"],"equals":["failed"]}"#, &["", "failed"], true);
        check(r#"{"first_of":["/a","/b"],"equals":["failed"]}"#, &["", ""], false);
    }

    #[test]
    fn what_is_there_is_told_from_what_is_not() {
        let (present, absent) = (r#"{"at":["/a","/b"],"present":true}"#, r#"{"at":["/a","/b"],"present":false}"#);
        let (object, none) = (r#"{"at":["/a","/b"],"object":true}"#, r#"{"at":["/a","/b"],"object":false}"#);
        for (seen, is_present, is_object) in
            [(["", "x"], true, false), (["", ""], false, false), (["{}", ""], false, true), (["{}", "x"], true, true)]
        {
            check(present, &seen, is_present);
            check(absent, &seen, !is_present);
            check(object, &seen, is_object);
            check(none, &seen, !is_object);
        }
    }
}
