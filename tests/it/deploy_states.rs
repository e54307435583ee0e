//! `landfall deploy` in accounts and regions that cannot give what it would ask for, and beside stacks in every state.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::played_account::{Account, EVENTS, check};
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
          aws cloudformation delete-stack --stack-name landfall --region eu-west-1
        The ledger stays, as an empty table that costs nothing: it is protected (docs/hardening.md, By itself). To delete it too,
        read its name before you delete the stack, and put it in the place of TABLE:
          aws cloudformation describe-stack-resource --stack-name landfall --logical-resource-id Ledger --query StackResourceDetail.PhysicalResourceId --output text --region eu-west-1
          aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled --region eu-west-1
          aws dynamodb delete-table --table-name TABLE --region eu-west-1"#]],
    );
    check_state(
        "CREATE_FAILED",
        expect![[r#"
        A first deployment of landfall has failed before and left it as CREATE_FAILED, which cannot be updated. More than the ledger may be left:
        its events name what could not be made or deleted. Look there, delete it, then try again:
          aws cloudformation describe-stack-events --stack-name landfall --region eu-west-1
          aws cloudformation delete-stack --stack-name landfall --region eu-west-1
        The ledger stays, as an empty table that costs nothing: it is protected (docs/hardening.md, By itself). To delete it too,
        read its name before you delete the stack, and put it in the place of TABLE:
          aws cloudformation describe-stack-resource --stack-name landfall --logical-resource-id Ledger --query StackResourceDetail.PhysicalResourceId --output text --region eu-west-1
          aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled --region eu-west-1
          aws dynamodb delete-table --table-name TABLE --region eu-west-1"#]],
    );
    check_state(
        "ROLLBACK_FAILED",
        expect![[r#"
        A first deployment of landfall has failed before and left it as ROLLBACK_FAILED, which cannot be updated. More than the ledger may be left:
        its events name what could not be made or deleted. Look there, delete it, then try again:
          aws cloudformation describe-stack-events --stack-name landfall --region eu-west-1
          aws cloudformation delete-stack --stack-name landfall --region eu-west-1
        The ledger stays, as an empty table that costs nothing: it is protected (docs/hardening.md, By itself). To delete it too,
        read its name before you delete the stack, and put it in the place of TABLE:
          aws cloudformation describe-stack-resource --stack-name landfall --logical-resource-id Ledger --query StackResourceDetail.PhysicalResourceId --output text --region eu-west-1
          aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled --region eu-west-1
          aws dynamodb delete-table --table-name TABLE --region eu-west-1"#]],
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
fn a_region_without_function_urls_gets_an_http_api() {
    let list = include_str!("../../deploy/function_urls.json");
    let list: Value = serde_json::from_str(list).expect("it is JSON");
    let regions = list["regions_without"].as_array().expect("a list");
    assert!(regions.len() > 5);
    for region in [regions.first(), regions.last()].into_iter().flatten() {
        let region = region.as_str().expect("a text");
        let (told, succeeded) =
            Account::of_concurrency(1000).deploy(&format!("deploy --yes --dry-run --region {region}"));
        assert!(succeeded && told.contains(" Front=http-api"), "{told}");
    }
    let (told, _) = Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region eu-west-1");
    assert!(!told.contains("Front="), "{told}");
    // An operator who knows better has the last word.
    let (told, _) =
        Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region ap-southeast-5 --parameter Front=url");
    assert!(told.contains(" Front=url"), "{told}");
}

#[test]
fn a_region_of_the_european_sovereign_cloud_is_one() {
    let (told, succeeded) = Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region eusc-de-east-1");
    assert!(succeeded && told.contains("region eusc-de-east-1"), "{told}");
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

/// Nobody is surprised by a bucket.
#[test]
fn a_bucket_is_told_of_before_anything_is_uploaded() {
    let answers = "no@example.com\n\nno\n";
    let account = Account::of_concurrency(1000);
    let (told, succeeded) = account.deploy_with("deploy --region eu-west-1 --stack landfall", answers);
    assert!(!succeeded && told.contains("uploaded to a bucket of your account"), "{told}");
    assert!(told.contains("Nothing was changed."), "{told}");
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

#[test]
fn a_bucket_of_somebody_else_is_not_used() {
    let release = release();
    let arguments = release.with("upgrade --yes --region eu-west-1 --bucket theirs");
    let (told, succeeded) = Account::with_stack("UPDATE_COMPLETE").answering("theirs", 403, "").deploy(&arguments);
    assert!(
        !succeeded && told.contains("The bucket theirs belongs to another account, or you may not use it"),
        "{told}"
    );
}
