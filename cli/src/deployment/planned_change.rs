//! What a change set would do to one resource.

use aws_sdk_cloudformation::types::{Change, ChangeAction, Replacement};
use serde::Serialize;

use crate::output::Row;

/// What somebody would miss if the resource were another one, by its type.
const PRECIOUS: [(&str, &str); 7] = [
    ("AWS::DynamoDB::Table", "the ledger: all records of events, finished or not"),
    ("AWS::S3::Bucket", "large bodies and copies of assets"),
    ("AWS::SQS::Queue", "the messages that wait in it, and its address for those who read or send"),
    ("AWS::SNS::Topic", "its subscriptions of other teams"),
    ("AWS::Lambda::Url", "the address that senders have"),
    ("AWS::ApiGatewayV2::Api", "the address that senders have"),
    ("AWS::Logs::LogGroup", "the log lines in it"),
];

/// What a change set would do to one resource.
#[derive(Debug, Serialize)]
pub(crate) struct PlannedChange {
    /// `add`, `modify`, `replace`, `may replace` or `remove`.
    pub(super) action: &'static str,
    pub(super) resource: String,
    #[serde(rename = "type")]
    pub(super) resource_type: String,
}

impl Row for PlannedChange {
    const COLUMNS: &'static [&'static str] = &["action", "resource", "type"];
}

impl PlannedChange {
    /// `None` for what concerns no resource.
    pub(super) fn of(change: &Change) -> Option<PlannedChange> {
        let change = change.resource_change()?;
        let action = match (change.action()?, change.replacement()) {
            (ChangeAction::Add, _) => "add",
            (ChangeAction::Remove, _) => "remove",
            (ChangeAction::Modify, Some(Replacement::True)) => "replace",
            (ChangeAction::Modify, Some(Replacement::Conditional)) => "may replace",
            _ => "modify",
        };
        Some(PlannedChange {
            action,
            resource: change.logical_resource_id().unwrap_or_default().to_owned(),
            resource_type: change.resource_type().unwrap_or_default().to_owned(),
        })
    }
}

/// What would be lost, a line each.
pub(super) fn warnings(changes: &[PlannedChange]) -> Vec<String> {
    let loses = |change: &&PlannedChange| ["replace", "may replace", "remove"].contains(&change.action);
    let lines = changes.iter().filter(loses).filter_map(|change| {
        let (_, lost) = PRECIOUS.iter().find(|(precious, _)| *precious == change.resource_type)?;
        let verb = match change.action {
            "remove" => "removes",
            "may replace" => "may replace",
            _ => "replaces",
        };
        Some(format!("Warning: this {verb} {}, and with it {lost}.", change.resource))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::types::{Change, ChangeAction, Replacement, ResourceChange};
    use expect_test::{Expect, expect};

    use super::{PlannedChange, warnings};

    fn check(action: ChangeAction, replacement: Option<Replacement>, resource_type: &str, expected: Expect) {
        let change = ResourceChange::builder().action(action).set_replacement(replacement);
        let change = change.logical_resource_id("Thing").resource_type(resource_type).build();
        let change =
            PlannedChange::of(&Change::builder().resource_change(change).build()).expect("it is of a resource");
        let changes = [change];
        let told = format!("{} {}", changes[0].action, warnings(&changes).concat());
        expected.assert_eq(told.trim_end());
    }

    #[test]
    fn what_would_be_lost_is_said() {
        use ChangeAction::{Add, Modify, Remove};
        check(Add, None, "AWS::SQS::Queue", expect!["add"]);
        check(Modify, Some(Replacement::False), "AWS::DynamoDB::Table", expect!["modify"]);
        check(
            Modify,
            Some(Replacement::True),
            "AWS::DynamoDB::Table",
            expect![
                "replace Warning: this replaces Thing, and with it the ledger: all records of events, finished or not."
            ],
        );
        check(
            Modify,
            Some(Replacement::Conditional),
            "AWS::SNS::Topic",
            expect!["may replace Warning: this may replace Thing, and with it its subscriptions of other teams."],
        );
        check(
            Remove,
            None,
            "AWS::Lambda::Url",
            expect!["remove Warning: this removes Thing, and with it the address that senders have."],
        );
        check(Modify, Some(Replacement::True), "AWS::Lambda::Permission", expect!["replace"]);
    }
}
