//! What a failed deployment is told with: which resource, why, and what to do.

use crate::deployment::leftovers;
use crate::session::Session;

/// A resource that CloudFormation could not make or change.
pub(super) struct ResourceFailure {
    pub(super) resource: String,
    pub(super) reason: String,
}

/// Words of AWS's reasons, and what they ask for.
const ADVICE: [(&[&str], &str); 6] = [
    (
        &["service control policy", "permissions boundary", "explicit deny"],
        "A policy of your organization forbids it: ask its administrator.",
    ),
    (
        &["not authorized to perform", "AccessDenied", "is not authorized"],
        "Your credentials lack that permission: ask the account's administrator for it.",
    ),
    (
        &["already exists"],
        "Something of that name exists outside this stack: delete it, or deploy under another name with --stack.",
    ),
    (
        &["limit", "quota", "Quota", "LimitExceeded", "minimum value of"],
        "A quota of the account is reached: request more in Service Quotas, or remove what is not needed.",
    ),
    (
        &["Throttling", "Rate exceeded", "Internal Failure", "internal error"],
        "AWS could not do it at that moment: run this again.",
    ),
    (
        &["must have values", "must match pattern", "must be one of", "AllowedValues", "Parameter"],
        "A parameter does not fit: see docs/deploy.md, and give another with --parameter NAME=VALUE.",
    ),
];

/// What a reason asks for, on a line of its own; nothing if it is not known.
pub(super) fn advice(reason: &str) -> String {
    let known = ADVICE.iter().find(|(words, _)| words.iter().any(|word| reason.contains(word)));
    known.map(|(_, advice)| format!("\n{advice}")).unwrap_or_default()
}

/// What becomes of the stack after a failure.
pub(super) fn text(session: &Session, stack: &str, status: &str, failures: &[ResourceFailure]) -> String {
    let mut text = format!("The deployment of {stack} failed.");
    for ResourceFailure { resource, reason } in failures {
        text += &format!("\n  {resource}: {reason}");
    }
    text += &failures.first().map(|failure| advice(&failure.reason)).unwrap_or_default();
    text += &match status {
        "UPDATE_ROLLBACK_COMPLETE" => "\nThe stack is as it was before, and takes deliveries as before.".to_owned(),
        "ROLLBACK_COMPLETE" => format!(
            "\nOf the stack, only its name and the ledger are left. Delete both, fix the cause, and deploy again:{}",
            leftovers::commands(session, stack)
        ),
        _ => "\nRun this again: it says what the state of the stack needs first.".to_owned(),
    };
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{ResourceFailure, text};
    use crate::options::{Format, Options};
    use crate::session::Session;

    fn session() -> Session {
        Session::new(Options {
            output: Format::Table,
            fields: Vec::new(),
            stack: None,
            profile: None,
            region: Some("eu-west-1".to_owned()),
            local: None,
            yes: true,
        })
    }

    fn check(status: &str, reason: &str, expected: Expect) {
        let failure = ResourceFailure { resource: "Ingest".into(), reason: reason.into() };
        expected.assert_eq(&text(&session(), "landfall", status, &[failure]));
    }

    #[test]
    fn a_failure_says_what_to_do_and_what_is_left() {
        check(
            "UPDATE_ROLLBACK_COMPLETE",
            "User: arn:aws:iam::1:user/ops is not authorized to perform: lambda:UpdateFunctionCode",
            expect![[r#"
                The deployment of landfall failed.
                  Ingest: User: arn:aws:iam::1:user/ops is not authorized to perform: lambda:UpdateFunctionCode
                Your credentials lack that permission: ask the account's administrator for it.
                The stack is as it was before, and takes deliveries as before."#]],
        );
        check(
            "ROLLBACK_COMPLETE",
            "Specified ReservedConcurrentExecutions decreases account's UnreservedConcurrentExecution below its minimum value of [100]",
            expect![[r#"
                The deployment of landfall failed.
                  Ingest: Specified ReservedConcurrentExecutions decreases account's UnreservedConcurrentExecution below its minimum value of [100]
                A quota of the account is reached: request more in Service Quotas, or remove what is not needed.
                Of the stack, only its name and the ledger are left. Delete both, fix the cause, and deploy again:
                  aws cloudformation describe-stack-resource --stack-name landfall --logical-resource-id Ledger --query StackResourceDetail.PhysicalResourceId --output text --region eu-west-1
                  aws cloudformation delete-stack --stack-name landfall --region eu-west-1
                  aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled --region eu-west-1
                  aws dynamodb delete-table --table-name TABLE --region eu-west-1
                The first prints the ledger's name, for TABLE. The ledger is protected and outlives the stack, as an empty table that costs
                nothing (docs/hardening.md, By itself): leave out the last two, and it stays."#]],
        );
        check(
            "UPDATE_ROLLBACK_FAILED",
            "an unknown reason",
            expect![[r#"
                The deployment of landfall failed.
                  Ingest: an unknown reason
                Run this again: it says what the state of the stack needs first."#]],
        );
    }
}
