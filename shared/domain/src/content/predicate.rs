//! Whether a condition of a description holds.

use crate::content::field_value::FieldValue;
use crate::description::Predicate;

/// Whether `predicate` holds of the places where `values` stand: of any of them, or, if `first` is set, of the first that
/// has a text.
pub(crate) fn holds<'a>(predicate: &Predicate, first: bool, values: impl IntoIterator<Item = FieldValue<'a>>) -> bool {
    let mut values = values.into_iter();
    match predicate {
        Predicate::Object => values.any(|value| value == FieldValue::Object),
        Predicate::NotObject => !values.any(|value| value == FieldValue::Object),
        Predicate::Absent => !values.any(|value| value.text().is_some()),
        Predicate::Present => values.any(|value| value.text().is_some()),
        Predicate::Equals(_)
        | Predicate::NotEquals(_)
        | Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::Contains(_)
        | Predicate::Uuid => {
            let fits = |value: FieldValue<'_>| value.text().map(|text| fits(predicate, text));
            let mut texts = values.filter_map(fits);
            if first { texts.next() == Some(true) } else { texts.any(|fits| fits) }
        }
    }
}

fn fits(predicate: &Predicate, text: &str) -> bool {
    match predicate {
        Predicate::Equals(known) => known.iter().any(|known| text == known),
        Predicate::NotEquals(known) => known.iter().all(|known| text != known),
        Predicate::StartsWith(beginnings) => beginnings.iter().any(|beginning| text.starts_with(&**beginning)),
        Predicate::EndsWith(ends) => ends.iter().any(|end| text.len() > end.len() && text.ends_with(&**end)),
        Predicate::Contains(parts) => parts.iter().any(|part| text.contains(&**part)),
        Predicate::Uuid => is_uuid(text),
        Predicate::Present | Predicate::Absent | Predicate::Object | Predicate::NotObject => false,
    }
}

fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks of which `values` a condition holds; `{}` is an object and an empty text nothing.
    fn check(condition: &str, values: &[&str], expected: bool) {
        let condition: crate::description::Condition = serde_json::from_str(condition).unwrap();
        let values = values.iter().map(|value| match *value {
            "" => FieldValue::Other,
            "{}" => FieldValue::Object,
            text => FieldValue::Text(text.into()),
        });
        assert_eq!(holds(&condition.predicate, condition.first, values), expected, "{condition:?}");
    }

    #[test]
    fn a_text_is_compared() {
        let equals = r#"{"at":"/a","equals":["failed","error"]}"#;
        check(equals, &["error"], true);
        check(equals, &["errors"], false);
        check(equals, &[""], false);
        let differs = r#"{"at":"/a","not_equals":["200","201"]}"#;
        check(differs, &["501"], true);
        check(differs, &["201"], false);
        check(differs, &[""], false);
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
        for (values, is_present, is_object) in
            [(["", "x"], true, false), (["", ""], false, false), (["{}", ""], false, true), (["{}", "x"], true, true)]
        {
            check(present, &values, is_present);
            check(absent, &values, !is_present);
            check(object, &values, is_object);
            check(none, &values, !is_object);
        }
    }
}
