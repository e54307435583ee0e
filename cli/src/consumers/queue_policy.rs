//! Whether a queue's policy lets the topic send to it.

use serde_json::Value;

/// Whether some statement allows it. What else may forbid it is not looked at.
pub(super) fn lets_topic_send(policy: Option<&Value>, topic: &str) -> bool {
    let statements = policy.map(|policy| list(&policy["Statement"])).unwrap_or_default();
    statements.into_iter().any(|statement| allows(statement, topic))
}

fn allows(statement: &Value, topic: &str) -> bool {
    let has = |value: &Value, wanted: &[&str]| {
        list(value)
            .iter()
            .filter_map(|value| value.as_str())
            .any(|value| wanted.iter().any(|it| it.eq_ignore_ascii_case(value)))
    };
    let principal = &statement["Principal"];
    let is_for_sns =
        has(principal, &["*"]) || has(&principal["AWS"], &["*"]) || has(&principal["Service"], &["sns.amazonaws.com"]);
    let conditions = statement["Condition"].as_object();
    let is_for_topic = conditions.into_iter().flatten().all(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn")).all(|(_, values)| {
            let is_pattern = operator.contains("Like") || operator.starts_with("Arn");
            list(values).iter().filter_map(|value| value.as_str()).any(|value| {
                value == topic
                    || (is_pattern
                        && value
                            .split_once('*')
                            .is_some_and(|(begin, end)| topic.starts_with(begin) && topic.ends_with(end)))
            })
        })
    });
    statement["Effect"] == "Allow"
        && is_for_sns
        && has(&statement["Action"], &["sqs:SendMessage", "sqs:*", "*"])
        && is_for_topic
}

/// One value or several, as policies have them.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        value => vec![value],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::lets_topic_send;

    const TOPIC: &str = "arn:aws:sns:us-east-1:1:Topic";

    #[test]
    fn only_a_statement_for_this_topic_lets_it_send() {
        let check = |principal: Value, action: Value, condition: Value, expected: bool| {
            let policy = json!({"Statement": {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}});
            assert_eq!(lets_topic_send(Some(&policy), TOPIC), expected, "{policy}");
        };
        let sns = || json!({"Service": "sns.amazonaws.com"});
        let of_topic = || json!({"ArnEquals": {"aws:SourceArn": TOPIC}});
        check(sns(), json!("sqs:SendMessage"), of_topic(), true);
        check(json!("*"), json!(["SQS:SendMessage"]), of_topic(), true);
        check(sns(), json!("sqs:SendMessage"), Value::Null, true);
        check(
            sns(),
            json!("sqs:SendMessage"),
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:1:*"}}),
            true,
        );
        check(
            sns(),
            json!("sqs:SendMessage"),
            json!({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:1:Other"}}),
            false,
        );
        check(json!({"Service": "events.amazonaws.com"}), json!("sqs:SendMessage"), Value::Null, false);
        check(sns(), json!("sqs:ReceiveMessage"), Value::Null, false);
        assert!(!lets_topic_send(None, TOPIC));
    }
}
