//! Update expressions, as far as the functions write them: `SET name = value, ... ADD name value, ... REMOVE name, ...`.

use serde_json::{Map, Value, json};

use crate::Result;

/// Applies a DynamoDB `UpdateItem` request to `item`. Its condition is taken to hold: the stub's callers never race.
pub(crate) fn apply(request: &Value, item: &mut Map<String, Value>) -> Result<()> {
    let expression = request["UpdateExpression"].as_str().unwrap_or_default();
    let (set, remove) = match expression.split_once("REMOVE ") {
        Some((set, remove)) => (set.trim(), remove.trim()),
        None => (expression.trim(), ""),
    };
    let (set, add) = set.split_once("ADD ").unwrap_or((set, ""));
    let name = |token: &str| match request["ExpressionAttributeNames"][token.trim()].as_str() {
        Some(name) => name.to_owned(),
        None => token.trim().to_owned(),
    };
    for assignment in top_level_parts(set.strip_prefix("SET ").unwrap_or(set)) {
        let (target, value) = assignment.split_once('=').ok_or_else(|| format!("not an assignment: {assignment}"))?;
        let value = evaluate(value, request, item).ok_or_else(|| format!("cannot be evaluated: {value}"))?;
        item.insert(name(target), value);
    }
    for addition in add.split(',').filter(|addition| !addition.trim().is_empty()) {
        let (target, value) = addition.trim().split_once(' ').ok_or_else(|| format!("not an addition: {addition}"))?;
        let target = name(target);
        let sum = if item.contains_key(&target) { format!("{target} + {value}") } else { value.to_owned() };
        let sum = evaluate(&sum, request, item).ok_or_else(|| format!("cannot be evaluated: {addition}"))?;
        item.insert(target, sum);
    }
    for target in remove.split(',').filter(|target| !target.is_empty()) {
        item.remove(&name(target));
    }
    Ok(())
}

/// The parts between the commas that stand in no brackets.
fn top_level_parts(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_i32, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A value, the sum of two, or `if_not_exists(name, value)`.
fn evaluate(text: &str, request: &Value, item: &Map<String, Value>) -> Option<Value> {
    let text = text.trim();
    if let Some((left, right)) = text.split_once(" + ") {
        let number = |side| evaluate(side, request, item)?["N"].as_str()?.parse::<i64>().ok();
        return Some(json!({"N": (number(left)? + number(right)?).to_string()}));
    }
    if let Some(arguments) = text.strip_prefix("if_not_exists(") {
        let (name, default) = arguments.strip_suffix(')')?.split_once(',')?;
        return item.get(name.trim()).cloned().or_else(|| evaluate(default, request, item));
    }
    match request["ExpressionAttributeValues"].get(text) {
        Some(value) => Some(value.clone()),
        None => item.get(text).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_changes_what_it_says() {
        let request = json!({
            "UpdateExpression":
                "SET #state = :processing, attempts = if_not_exists(attempts, :zero) + :one REMOVE not_before, sweeps",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":processing": {"S": "processing"}, ":zero": {"N": "0"}, ":one": {"N": "1"}},
        });
        let mut item = json!({"state": {"S": "received"}, "sweeps": {"N": "2"}, "kept": {"S": "x"}});
        let item = item.as_object_mut().unwrap();
        apply(&request, item).unwrap();
        apply(&request, item).unwrap();
        let expected = json!({"state": {"S": "processing"}, "attempts": {"N": "2"}, "kept": {"S": "x"}});
        assert_eq!(Value::Object(item.clone()), expected);
    }

    #[test]
    fn what_it_does_not_know_is_an_error() {
        let request = json!({"UpdateExpression": "SET a = list_append(a, :b)"});
        assert!(apply(&request, &mut Map::new()).is_err());
    }
}
