//! Why a job failed, in the forms that several senders give it.

use serde_json::Value;

use crate::content::details::EventError;
use crate::content::parsed_delivery::text;

/// Why it failed: `error`, which is a text or an object, else `message`, with the `code` found on the way. Some of
/// ModelsLab's endpoints have a `messege`.
pub(crate) fn event_error(body: &Value) -> Option<EventError> {
    let error = &body["error"];
    let code = [&error["code"], &body["code"]].into_iter().find_map(text);
    let message = [&error["message"], error, &body["message"], &body["messege"]].into_iter().find_map(message);
    (code.is_some() || message.is_some()).then_some(EventError { code, message })
}

/// A message as text: validators write one as an object of fields and complaints, which is better kept than dropped.
fn message(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) if !items.is_empty() => Some(value.to_string()),
        Value::Object(members) if !members.is_empty() => Some(value.to_string()),
        // That there is an error is no reason.
        Value::Bool(_) => None,
        other => text(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_come_in_many_forms() {
        let check = |body: Value, code: Option<&str>, message: Option<&str>| {
            let found = event_error(&body).unwrap_or_default();
            assert_eq!((found.code.as_deref(), found.message.as_deref()), (code, message), "{body}");
        };
        check(json!({"error": "Render timed out"}), None, Some("Render timed out"));
        check(json!({"error": {"code": 1301, "message": "NSFW"}}), Some("1301"), Some("NSFW"));
        check(json!({"error": {"code": "nsfw"}}), Some("nsfw"), Some(r#"{"code":"nsfw"}"#));
        check(json!({"error": {"reason": "NSFW"}}), None, Some(r#"{"reason":"NSFW"}"#));
        check(json!({"code": "out_of_memory", "error": "no"}), Some("out_of_memory"), Some("no"));
        check(json!({"message": "no credits"}), None, Some("no credits"));
        check(json!({"messege": "no credits", "code": 402}), Some("402"), Some("no credits"));
        check(json!({"message": {"prompt": ["is required"]}}), None, Some(r#"{"prompt":["is required"]}"#));
        check(json!({"error": true, "message": "no credits"}), None, Some("no credits"));
        for nothing in [json!({}), json!({"error": null}), json!({"error": ""}), json!({"error": {}}), json!([1])] {
            assert_eq!(event_error(&nothing), None, "{nothing}");
        }
    }
}
