//! `landfall deploy` in accounts and regions that cannot give what it would ask for, and beside stacks in every state.

use expect_test::{Expect, expect};
use serde_json::json;

use crate::played_account::{Account, EVENTS, Run, check, stack};
use crate::played_release::release;

#[test]
fn a_stack_that_cannot_be_deployed_to_is_told_with_what_to_do() {
    let check_state = |state: &str, expected: Expect| {
        let run = Account::with_stack(state).run("deploy --yes --dry-run --region eu-west-1", "");
        let told = run.told.split_once("landfall: ").map(|(_, told)| told).unwrap_or_default();
        expected.assert_eq(told.trim_end());
        assert!(!run.succeeded, "{state}");
    };
    check_state(
        "UPDATE_ROLLBACK_FAILED",
        expect![[r#"
        An update of landfall failed, and so did undoing it (UPDATE_ROLLBACK_FAILED). Fix what its events name, let CloudFormation continue, and run this again:
          aws cloudformation describe-stack-events --stack-name landfall --region eu-west-1
          aws cloudformation continue-update-rollback --stack-name landfall --region eu-west-1"#]],
    );
    check_state(
        "ROLLBACK_IN_PROGRESS",
        expect![[r#"
        The stack landfall is being changed at this moment (ROLLBACK_IN_PROGRESS). Run this again when that has ended:
          aws cloudformation describe-stacks --query 'Stacks[0].StackStatus' --stack-name landfall --region eu-west-1"#]],
    );
    check_state(
        "ROLLBACK_COMPLETE",
        expect![[r#"
            A first deployment of landfall has failed before and left it as ROLLBACK_COMPLETE, which cannot be updated. Delete it, then try again:
              aws cloudformation describe-stack-resource --stack-name landfall --logical-resource-id Ledger --query StackResourceDetail.PhysicalResourceId --output text --region eu-west-1
              aws cloudformation delete-stack --stack-name landfall --region eu-west-1
              aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled --region eu-west-1
              aws dynamodb delete-table --table-name TABLE --region eu-west-1
            The first prints the ledger's name, for TABLE. The ledger is protected and outlives the stack, as an empty table that costs
            nothing (docs/hardening.md, By itself): leave out the last two, and it stays."#]],
    );
    check_state(
        "CREATE_FAILED",
        expect![[r#"
            A first deployment of landfall has failed before and left it as CREATE_FAILED, which cannot be updated. More than the ledger may be left:
            its events name what could not be made or deleted. Look there, delete it, then try again:
              aws cloudformation describe-stack-events --stack-name landfall --region eu-west-1
              aws cloudformation describe-stack-resource --stack-name landfall --logical-resource-id Ledger --query StackResourceDetail.PhysicalResourceId --output text --region eu-west-1
              aws cloudformation delete-stack --stack-name landfall --region eu-west-1
              aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled --region eu-west-1
              aws dynamodb delete-table --table-name TABLE --region eu-west-1
            The first prints the ledger's name, for TABLE. The ledger is protected and outlives the stack, as an empty table that costs
            nothing (docs/hardening.md, By itself): leave out the last two, and it stays."#]],
    );
    check_state(
        "ROLLBACK_FAILED",
        expect![[r#"
            A first deployment of landfall has failed before and left it as ROLLBACK_FAILED, which cannot be updated. More than the ledger may be left:
            its events name what could not be made or deleted. Look there, delete it, then try again:
              aws cloudformation describe-stack-events --stack-name landfall --region eu-west-1
              aws cloudformation describe-stack-resource --stack-name landfall --logical-resource-id Ledger --query StackResourceDetail.PhysicalResourceId --output text --region eu-west-1
              aws cloudformation delete-stack --stack-name landfall --region eu-west-1
              aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled --region eu-west-1
              aws dynamodb delete-table --table-name TABLE --region eu-west-1
            The first prints the ledger's name, for TABLE. The ledger is protected and outlives the stack, as an empty table that costs
            nothing (docs/hardening.md, By itself): leave out the last two, and it stays."#]],
    );
    check_state(
        "DELETE_FAILED",
        expect![[r#"
        Somebody deleted landfall, and that failed (DELETE_FAILED). Fix what its events name, delete it again, then try again:
          aws cloudformation describe-stack-events --stack-name landfall --region eu-west-1
          aws cloudformation delete-stack --stack-name landfall --region eu-west-1
        Ledger, bucket and queues outlive it, with what they hold: docs/operate.md, Removing the stack."#]],
    );
}

#[test]
fn a_stack_that_can_be_deployed_to_is_updated_or_made() {
    for state in ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE"] {
        let update = expect!["Account 111122223333, region eu-west-1, stack landfall: an update"];
        assert!(
            check(Account::with_stack(state), "deploy --yes --dry-run --region eu-west-1", &["Account"], update),
            "{state}"
        );
    }
    let first = expect!["Account 111122223333, region eu-west-1, stack landfall: a first deployment"];
    check(Account::with_stack("REVIEW_IN_PROGRESS"), "deploy --yes --dry-run --region eu-west-1", &["Account"], first);
}

#[test]
fn a_secret_that_is_being_deleted_is_told() {
    let pending = json!({"__type": "InvalidRequestException", "Message": "marked for deletion"});
    let account = Account::with_stack("UPDATE_COMPLETE").answering("GetSecretValue", 400, pending);
    let arguments = "source add csm --name csm-prod --yes --region eu-west-1 --url-file /dev/null";
    let expected = expect![[r#"
        landfall: The secret landfall/source/csm-prod is being deleted, and its name is taken until then. Restore it, or choose another name:
          aws secretsmanager restore-secret --secret-id landfall/source/csm-prod --region eu-west-1"#]];
    assert!(!check(account, arguments, &["being deleted", "restore-secret"], expected));
}

#[test]
fn a_new_source_is_entered_in_the_directory_of_sources() {
    let arguments = "source add csm --name csm-prod --yes --region eu-west-1 --url-file /dev/null";
    let account = |status: u16, code: &str| {
        let none = json!({"__type": "ResourceNotFoundException", "Message": "no such secret"});
        let account = Account::with_stack("UPDATE_COMPLETE").answering("GetSecretValue", 400, none);
        let account = account.answering("CreateSecret", 200, json!({"Name": "landfall/source/csm-prod"}));
        account.answering("UpdateItem", status, json!({"__type": code, "message": "no"}))
    };
    let words = ["was created", "could not be written"];
    let made = || expect!["The secret landfall/source/csm-prod was created."];
    assert!(check(account(200, ""), arguments, &words, made()));
    // There is no directory yet: the first sweep lists it with all others.
    assert!(check(account(400, "ConditionalCheckFailedException"), arguments, &words, made()));
    let (told, succeeded) = account(400, "AccessDeniedException").deploy(arguments);
    assert!(succeeded && told.contains("could not be written to landfall-Ledger-1"), "{told}");
}

#[test]
fn a_denied_call_is_told_with_the_permission_that_is_missing() {
    let message = "User: arn:aws:iam::111122223333:user/ops is not authorized to perform: secretsmanager:GetSecretValue on \
        resource: landfall/source/csm-prod because no identity-based policy allows it";
    let denied = json!({"__type": "AccessDeniedException", "Message": message});
    let account = Account::with_stack("UPDATE_COMPLETE").answering("GetSecretValue", 400, denied);
    let expected = expect![
        r#"  {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "landfall/source/csm-prod"}"#
    ];
    assert!(!check(account, "source show csm-prod --region eu-west-1", &["Effect"], expected));
}

#[test]
fn a_deployment_that_fails_says_what_failed_and_what_to_do() {
    let release = release();
    let arguments = release.with("upgrade --yes --region eu-west-1");
    let (told, succeeded) = Account::with_stack("UPDATE_ROLLBACK_COMPLETE").upgrading(EVENTS).deploy(&arguments);
    assert!(
        !succeeded && told.contains("Uploading s3://landfall-artifacts-111122223333-eu-west-1/landfall/"),
        "{told}"
    );
    for line in [
        "replace  Ledger    AWS::DynamoDB::Table\n",
        "Warning: this replaces Ledger, and with it the ledger: all records of events, finished or not.\n",
        "  UPDATE_FAILED                Process (AWS::Lambda::Function) ",
        "  Process: User: arn:aws:iam::111122223333:user/ops is not authorized to perform: lambda:UpdateFunctionCode\n",
        "Your credentials lack that permission: ask the account's administrator for it.\n",
        "The stack is as it was before, and takes deliveries as before.\n",
    ] {
        assert!(told.contains(line), "no {line:?} in {told}");
    }
    assert!(!told.contains("Sweep: "), "what was only cancelled did not fail by itself: {told}");
}

#[test]
fn a_refused_change_set_leaves_the_stack_alone() {
    let release = release();
    let arguments = release.with("upgrade --region eu-west-1");
    let (told, succeeded) = Account::with_stack("UPDATE_COMPLETE").upgrading("").deploy_with(&arguments, "no\n");
    assert!(
        !succeeded && told.contains("Make these changes? [y/N]: ") && told.contains("Nothing was changed."),
        "{told}"
    );
}

#[test]
fn functions_for_another_processor_are_refused() {
    let release = release();
    let arguments = release.with("upgrade --yes --region eu-west-1 --parameter Architecture=arm64");
    let (told, succeeded) = Account::with_stack("UPDATE_COMPLETE").deploy(&arguments);
    assert!(!succeeded && told.contains("Architecture=arm64 does not fit: the functions of "), "{told}");
    assert!(told.contains(" are built for x86_64"), "{told}");
}

/// An index of a large table takes longer than many sessions.
#[test]
fn somebody_who_is_signed_out_meanwhile_learns_that_the_update_goes_on() {
    let release = release();
    let expired = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The token is expired</Message></Error></ErrorResponse>";
    let account = Account::with_stack("UPDATE_COMPLETE").upgrading("");
    let account = account.later_answering("DescribeStackEvents", 403, expired);
    let run = account.run(&release.with("upgrade --yes --region eu-west-1"), "");
    let told = run.told.split_once("landfall: ").map(|(_, told)| told).unwrap_or_default();
    expect![[r#"
        No valid AWS credentials: cloudformation:DescribeStackEvents: The token is expired
        This is only about looking: CloudFormation goes on with landfall. To see what becomes of it:
          aws cloudformation describe-stacks --stack-name landfall --region eu-west-1
        Sign in (aws sso login, aws configure, or AWS_PROFILE) and try again."#]]
    .assert_eq(told.trim_end());
    assert!(!run.succeeded);
}

#[test]
fn what_cloudformation_refuses_at_once_is_told_with_what_to_do() {
    let release = release();
    let told = |message: &str| {
        let refused = format!(
            "<ErrorResponse><Error><Code>ValidationError</Code><Message>{message}</Message></Error></ErrorResponse>"
        );
        let account = Account::with_stack("UPDATE_COMPLETE").upgrading("").answering("CreateChangeSet", 400, refused);
        let Run { told, code, .. } = account.run(&release.with("upgrade --yes --region eu-west-1"), "");
        format!(
            "{} (exit code {})",
            told.split_once("landfall: ").map(|(_, told)| told.trim_end()).unwrap_or_default(),
            code.unwrap_or_default()
        )
    };
    expect![[r#"
        CloudFormation refuses this: Parameter 'LogLevel' must be one of AllowedValues
        A parameter does not fit: see docs/deploy.md, and give another with --parameter NAME=VALUE. (exit code 2)"#]]
    .assert_eq(&told("Parameter 'LogLevel' must be one of AllowedValues"));
    expect![[r#"
        CloudFormation refuses this: Template validation error: ProcessConcurrency is 0 for no ceiling, or 2 and more.
        A parameter does not fit: see docs/deploy.md, and give another with --parameter NAME=VALUE. (exit code 2)"#]]
    .assert_eq(&told("Template validation error: ProcessConcurrency is 0 for no ceiling, or 2 and more."));
    expect![[r#"
        CloudFormation cannot change landfall now: Stack:1 is in UPDATE_IN_PROGRESS state and can not be updated.
        Run this again: it says what the state of the stack needs first. (exit code 6)"#]]
    .assert_eq(&told("Stack:1 is in UPDATE_IN_PROGRESS state and can not be updated."));
}

#[test]
fn a_secret_that_is_being_deleted_stops_a_deployment_before_it_begins() {
    let release = release();
    let pending = json!({"__type": "InvalidRequestException", "Message": "marked for deletion"});
    let account = Account::of_concurrency(1000).answering("GetSecretValue", 400, pending);
    let arguments = release.with("deploy --yes --region eu-west-1 --provider csm --url-file /dev/null");
    let Run { told, succeeded, calls, .. } = account.run(&arguments, "");
    assert!(!succeeded && told.contains("The secret landfall/source/csm-prod is being deleted"), "{told}");
    assert!(!calls.iter().any(|call| call.starts_with("PUT")) && !told.contains("Uploading "), "{calls:?}");
}

#[test]
fn a_secret_that_is_deleted_meanwhile_keeps_nobody_from_learning_what_is_where() {
    let release = release();
    let none = json!({"__type": "ResourceNotFoundException", "Message": "no such secret"});
    let pending = json!({"__type": "InvalidRequestException", "Message": "marked for deletion"});
    let account = Account::of_concurrency(1000).upgrading("").answering("GetSecretValue", 400, none);
    let account = account.later_answering("GetSecretValue", 400, pending);
    let account = account.later_answering("DescribeStacks", 200, stack("CREATE_COMPLETE", &[]));
    let arguments = release.with("deploy --yes --region eu-west-1 --provider csm --url-file /dev/null");
    let Run { told, succeeded, .. } = account.run(&arguments, "");
    assert!(succeeded && told.contains("The secret landfall/source/csm-prod is being deleted"), "{told}");
    let later = "landfall upgrade --region eu-west-1 --stack landfall updates it";
    assert!(told.contains("Landfall is deployed.") && told.contains(later), "{told}");
}
