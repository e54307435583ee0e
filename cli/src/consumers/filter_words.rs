//! A filter policy in words.

use serde_json::{Map, Value};

/// What a subscription with this filter policy receives. `is_of_body` tells that it looks into the event and not at its
/// attributes.
pub(super) fn filter_words(policy: Option<&str>, is_of_body: bool) -> String {
    let policy: Map<String, Value> = policy.and_then(|policy| serde_json::from_str(policy).ok()).unwrap_or_default();
    if policy.is_empty() {
        return "all events".to_owned();
    }
    let words = all_of(&policy, "");
    if is_of_body { format!("{words} (in the body)") } else { words }
}

fn all_of(policy: &Map<String, Value>, path: &str) -> String {
    let words = policy.iter().map(|(name, condition)| {
        let name = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match condition {
            Value::Array(branches) if name.ends_with("$or") => {
                let branches = branches.iter().filter_map(Value::as_object).map(|branch| all_of(branch, path));
                format!("({})", branches.collect::<Vec<_>>().join(" or "))
            }
            Value::Array(values) => any_of(&name, values),
            Value::Object(inner) => all_of(inner, &name),
            other => format!("{name} is {}", plain(other)),
        }
    });
    words.collect::<Vec<_>>().join(" and ")
}

fn any_of(name: &str, values: &[Value]) -> String {
    let (rules, plains): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|value| value.is_object());
    let mut words = Vec::new();
    if !plains.is_empty() {
        words.push(format!("{name} is {}", plains.into_iter().map(plain).collect::<Vec<_>>().join(" or ")));
    }
    words.extend(rules.into_iter().filter_map(Value::as_object).flatten().map(|(rule, value)| match rule.as_str() {
        "exists" => format!("{name} is {}", if value == &Value::Bool(true) { "there" } else { "not there" }),
        "prefix" => format!("{name} begins with {}", plain(value)),
        "suffix" => format!("{name} ends with {}", plain(value)),
        "anything-but" => match value.as_object().and_then(|inner| inner.iter().next()) {
            Some((rule, value)) => {
                format!("not ({})", any_of(name, &[Value::Object(Map::from_iter([(rule.clone(), value.clone())]))]))
            }
            None => format!("{name} is not {}", plain(value)),
        },
        rule => format!("{name} {rule} {}", plain(value)),
    }));
    words.join(" or ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(" or "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::filter_words;

    #[test]
    fn a_filter_is_told_in_words() {
        let check = |policy: Option<&str>, expected: &str| assert_eq!(filter_words(policy, false), expected);
        check(None, "all events");
        check(Some("{}"), "all events");
        check(Some(r#"{"source": ["csm-prod", "fal-prod"]}"#), "source is csm-prod or fal-prod");
        check(
            Some(r#"{"type": [{"prefix": "landfall.job."}], "provider": [{"anything-but": ["csm"]}]}"#),
            "provider is not csm and type begins with landfall.job.",
        );
        check(Some(r#"{"media": [{"exists": false}, "3d"]}"#), "media is 3d or media is not there");
        check(
            Some(r#"{"type": [{"anything-but": {"prefix": "landfall.event"}}]}"#),
            "not (type begins with landfall.event)",
        );
        check(Some(r#"{"$or": [{"a": ["1"]}, {"b": ["2"]}]}"#), "(a is 1 or b is 2)");
        check(Some(r#"{"size": [{"numeric": [">", 5]}]}"#), "size numeric > or 5");
    }

    #[test]
    fn a_filter_of_the_body_names_the_field() {
        let words = filter_words(Some(r#"{"data": {"media": ["image"]}}"#), true);
        assert_eq!(words, "data.media is image (in the body)");
    }
}
