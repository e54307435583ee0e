//! A list of events of which each proves itself.

use serde_json::Value;

use crate::description::Batch;

/// `body`, a list of events, with each of them as the body in `items` at its place has it.
pub(super) fn with_items(body: &[u8], batch: &Batch, items: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut whole: Value = serde_json::from_slice(body).ok()?;
    let pointer = batch.items.iter().find(|pointer| !events(&mut whole, &pointer.levels()).is_empty())?;
    let levels = pointer.levels();
    for (event, item) in events(&mut whole, &levels).into_iter().zip(items) {
        let mut item: Value = serde_json::from_slice(item).ok()?;
        // A pointer through lists gives each event with what stands around it.
        *event = if levels.len() > 1 { events(&mut item, &levels).into_iter().next()?.take() } else { item };
    }
    Some(whole.to_string().into_bytes())
}

/// The events in the lists to which `levels` lead, in their order.
fn events<'v>(value: &'v mut Value, levels: &[&[String]]) -> Vec<&'v mut Value> {
    let Some((path, inner_levels)) = levels.split_first() else { return Vec::new() };
    let list = path.iter().try_fold(value, |value, name| value.get_mut(name.as_str()));
    let mut found = Vec::new();
    for item in list.and_then(Value::as_array_mut).into_iter().flatten() {
        // What holds no list is an event itself.
        if inner_levels.is_empty() || events(item, inner_levels).is_empty() {
            found.push(item);
        } else {
            found.extend(events(item, inner_levels));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::Pointer;

    fn check(pointers: &[&str], body: &str, items: &[&str], expected: &str) {
        let items_at = pointers.iter().map(|pointer| Pointer::parse(pointer).expect("a pointer")).collect();
        let items: Vec<Vec<u8>> = items.iter().map(|item| item.as_bytes().to_vec()).collect();
        let completed = with_items(body.as_bytes(), &Batch { items: items_at }, &items).expect("it lists events");
        assert_eq!(String::from_utf8(completed).expect("JSON"), expected);
    }

    #[test]
    fn each_event_takes_the_place_it_had() {
        check(&[""], r#"[{"a":1},{"a":2}]"#, &[r#"{"a":3}"#, r#"{"a":4}"#], r#"[{"a":3},{"a":4}]"#);
        let body = r#"{"n":0,"older":[{"a":1}]}"#;
        check(&["/events", "/older"], body, &[r#"{"b":1}"#], r#"{"n":0,"older":[{"b":1}]}"#);
        let whole = r#"{"l":[{"m":[1,2]},{"m":[]},{"m":[3]}],"n":0}"#;
        let items = [
            r#"{"l":[{"m":[4]}],"n":0}"#,
            r#"{"l":[{"m":[5]}],"n":0}"#,
            r#"{"l":[{"k":6}],"n":0}"#,
            r#"{"l":[{"m":[7]}],"n":0}"#,
        ];
        check(&["/l/*/m"], whole, &items, r#"{"l":[{"m":[4,5]},{"k":6},{"m":[7]}],"n":0}"#);
    }
}
