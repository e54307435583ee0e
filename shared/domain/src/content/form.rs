//! Bodies that are forms.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use url::form_urlencoded;

use crate::description::Forms;

/// What stands at a field's name. Two values are not one text, so that no rule takes either of them.
#[derive(Serialize)]
#[serde(untagged)]
enum Field<'a> {
    One(Cow<'a, str>),
    Several(Vec<Cow<'a, str>>),
}

/// The JSON of an object of the form's fields; `None` of what begins as the JSON that senders write, has no field, or is
/// no text.
pub(crate) fn to_json(body: &[u8]) -> Option<String> {
    if !is_form(body) {
        return None;
    }
    let mut fields: BTreeMap<Cow<'_, str>, Field<'_>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        match fields.remove(&name) {
            None => fields.insert(name, Field::One(value)),
            Some(Field::One(first)) => fields.insert(name, Field::Several(vec![first, value])),
            Some(Field::Several(mut values)) => {
                values.push(value);
                fields.insert(name, Field::Several(values))
            }
        };
    }
    serde_json::to_string(&fields).ok()
}

/// The text of the field `name` of a form that has it once.
pub(crate) fn field(body: &[u8], name: &str) -> Option<String> {
    let mut values = is_form(body).then(|| form_urlencoded::parse(body))?.filter(|(known, _)| known == name);
    let (_, value) = values.next()?;
    values.next().is_none().then(|| value.into_owned())
}

/// The body as it is read: itself, or the JSON of a form.
pub(crate) fn readable<'b>(forms: &Forms, body: &'b [u8]) -> Cow<'b, [u8]> {
    let json = match forms {
        Forms::None => None,
        Forms::Fields => to_json(body),
        Forms::JsonIn(name) => field(body, name).or_else(|| to_json(body)),
    };
    json.map_or(Cow::Borrowed(body), |json| Cow::Owned(json.into_bytes()))
}

fn is_form(body: &[u8]) -> bool {
    let text = str::from_utf8(body).unwrap_or_default().trim_ascii_start();
    !text.starts_with(['{', '[', '"']) && text.contains('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Option<&str>) {
        assert_eq!(to_json(body.as_bytes()).as_deref(), expected, "{body}");
    }

    #[test]
    fn a_form_is_an_object_of_its_fields() {
        check("To=%2B1555&Body=a+%26+b&Empty=&Bare", Some(r#"{"Bare":"","Body":"a & b","Empty":"","To":"+1555"}"#));
        check("a=1&a=2&a=1&b=3", Some(r#"{"a":["1","2","1"],"b":"3"}"#));
        check("=", Some(r#"{"":""}"#));
        check("quote=%22%5C%0A", Some(r#"{"quote":"\"\\\n"}"#));
        check("number=%F0%9F%92%A9&not_utf8=%ff", Some(r#"{"not_utf8":"�","number":"💩"}"#));
    }

    #[test]
    fn a_field_of_a_form_is_there_once_or_not_at_all() {
        let check = |body: &str, expected: Option<&str>| {
            assert_eq!(field(body.as_bytes(), "payload").as_deref(), expected, "{body}");
        };
        check("payload=%7B%22a%22%3A1%7D", Some(r#"{"a":1}"#));
        check("a=1&payload=+b%20&c", Some(" b "));
        for none in ["payload=1&payload=2", "payloads=1", "", "payload", r#"{"payload":"payload=1"}"#] {
            check(none, None);
        }
    }

    #[test]
    fn json_and_what_has_no_field_are_no_forms() {
        check(r#" {"a":"b=c"}"#, None);
        check(r#"[{"a":"b=c"}]"#, None);
        check("", None);
        check("plain text", None);
        assert_eq!(to_json(b"a=\xff"), None);
    }
}
