//! What `landfall deploy` and `landfall upgrade` check: the account's concurrency before anything is uploaded, and after a new
//! key, that events still reach the consumer queue.

use expect_test::expect;
use serde_json::json;

use crate::played_account::{Account, Run, check, stack};
use crate::played_release::release;

#[test]
fn the_processor_of_a_new_account_leaves_something_to_ingest() {
    let arguments = "deploy --yes --dry-run --region eu-west-1";
    let words = ["This account", "by a change set"];
    let shown = |told: &str| told.lines().filter(|line| words.iter().any(|word| line.contains(word))).count();
    let (told, succeeded) = Account::of_concurrency(10).deploy(arguments);
    assert!(succeeded && shown(&told) == 2 && told.contains(" ProcessConcurrency=2"), "{told}");
    assert!(told.contains("This account has 10 concurrent executions in eu-west-1"), "{told}");
    let (told, _) = Account::of_concurrency(1000).deploy(arguments);
    assert!(shown(&told) == 1 && !told.contains("ProcessConcurrency"), "{told}");
    let (told, _) = Account::of_concurrency(10).deploy(&format!("{arguments} --parameter ProcessConcurrency=4"));
    assert!(told.contains(" ProcessConcurrency=4"), "{told}");
    // A caller who may not read the limits can deploy all the same.
    let denied = json!({"Type": "User", "Message": "not authorized to perform: lambda:GetAccountSettings"});
    let account = Account::of_concurrency(10).answering("account-settings", 403, denied);
    let (told, succeeded) = account.deploy(arguments);
    assert!(succeeded && told.contains("Could not check ") && told.contains("GetAccountSettings"), "{told}");
}

#[test]
fn a_reservation_that_lambda_would_refuse_is_refused_first() {
    let with =
        |units: u64| format!("deploy --yes --dry-run --region eu-west-1 --parameter ReservedConcurrency={units}");
    let words = ["is too much", "can be reserved", "by a change set"];
    let none = expect![[r#"
        landfall: ReservedConcurrency=5 is too much: of the account's 10 concurrent executions 0 can be reserved."#]];
    assert!(!check(Account::of_concurrency(10), &with(5), &words, none));
    let few = expect![[r#"
        landfall: ReservedConcurrency=901 is too much: of the account's 1000 concurrent executions 900 can be reserved."#]];
    assert!(!check(Account::of_concurrency(1000), &with(901), &words, few));
    let (told, succeeded) = Account::of_concurrency(1000).deploy(&with(900));
    assert!(succeeded && told.contains(" ReservedConcurrency=900"), "{told}");
    // What the stack has reserved itself is free for it.
    let limit = json!({"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 500}});
    let standing = || {
        let account = Account::with_stack("UPDATE_COMPLETE").answering("account-settings", 200, &limit);
        account.answering("concurrency", 200, json!({"ReservedConcurrentExecutions": 500}))
    };
    assert!(standing().deploy(&with(900)).1);
    assert!(!standing().deploy(&with(901)).1);
}

#[test]
fn a_ceiling_that_lambda_would_refuse_is_told_plainly() {
    let told =
        expect!["landfall: ProcessConcurrency=1: 0 for none, or 2 to 1000, as Lambda takes no lower ceiling than 2"];
    let arguments = "deploy --yes --dry-run --region eu-west-1 --parameter ProcessConcurrency=1";
    assert!(!check(Account::of_concurrency(1000), arguments, &["ProcessConcurrency"], told));
}

#[test]
fn what_a_small_account_means_depends_on_the_parameters() {
    let told = |parameters: &str| {
        let arguments = format!("deploy --yes --dry-run --region eu-west-1{parameters}");
        Account::of_concurrency(10).deploy(&arguments).0
    };
    assert!(told("").contains("Requests above that are answered 429."));
    assert!(told(" --parameter Front=http-api").contains("Requests above that are answered 500 or 503."));
    let asking = "Expectations=on takes up to 5 of them for questions to senders, beside those of ProcessConcurrency.";
    assert!(!told("").contains("Expectations") && told(" --parameter Expectations=on").contains(asking));
}

#[test]
fn an_upgrade_is_checked_like_a_deployment() {
    let release = release();
    let with = |parameter: &str| release.with(&format!("upgrade --yes --region eu-west-1 --parameter {parameter}"));
    let standing = || Account::with_stack("UPDATE_COMPLETE").upgrading("");
    let Run { told, succeeded, calls, .. } = standing().run(&with("ReservedConcurrency=901"), "");
    assert!(!succeeded && told.contains("ReservedConcurrency=901 is too much: "), "{told}");
    assert!(!calls.iter().any(|call| call.starts_with("PUT")), "{calls:?}");
    let (told, succeeded) = standing().deploy(&with("ReservedConcurrency=900"));
    assert!(succeeded && told.contains("Uploading "), "{told}");
    let limit = json!({"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}});
    let (told, _) = standing().answering("account-settings", 200, limit).deploy(&with("ProcessConcurrency=2"));
    assert!(told.contains("This account has 10 concurrent executions in eu-west-1"), "{told}");
}

#[test]
fn what_is_published_is_seen_in_the_consumer_queue_or_missed() {
    let arguments = "deploy --yes --check-delivery --region eu-west-1";
    let reached = expect!["An event of the type landfall.check was published and reached the consumer queue."];
    assert!(check(Account::with_stack("CREATE_COMPLETE"), arguments, &["landfall.check"], reached));
    let denied = "<ErrorResponse><Error><Code>KMSAccessDenied</Code><Message>no kms:GenerateDataKey</Message></Error>\
        </ErrorResponse>";
    let (told, succeeded) = Account::with_stack("CREATE_COMPLETE").answering("Publish", 400, denied).deploy(arguments);
    assert!(!succeeded && told.contains("Could not check ") && told.contains("no kms:GenerateDataKey"), "{told}");
}

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";

/// What either command says of a deployment that leaves the stack with [`KEY`].
fn with_key(command: &str, former: &[(&str, &str)], delivers: bool) -> Run {
    let release = release();
    let account = Account::with_stack("").answering("DescribeStacks", 200, stack("UPDATE_COMPLETE", former));
    let parameters = [("KeyArn", KEY), ("TimeScale", "0.01")];
    let account = account.upgrading("").later_answering("DescribeStacks", 200, stack("UPDATE_COMPLETE", &parameters));
    let arguments = format!("{command} --yes --region eu-west-1 --parameter KeyArn={KEY}");
    account.delivering(delivers).run(&release.with(&arguments), "")
}

#[test]
fn a_new_key_is_checked_by_an_event() {
    for command in ["deploy", "upgrade"] {
        let Run { told, succeeded, .. } = with_key(command, &[], true);
        assert!(succeeded && told.contains("was published and reached the consumer queue"), "{command}: {told}");
        let Run { told, succeeded, calls, .. } = with_key(command, &[("KeyArn", KEY)], true);
        assert!(succeeded && !calls.contains(&"Publish".to_owned()), "{command}: {told}");
        // Running it again would say nothing.
        let Run { told, succeeded, .. } = with_key(command, &[], false);
        assert!(!succeeded && told.contains("a re-run of `deploy` or `upgrade` does not"), "{command}: {told}");
        assert!(told.contains("\n  landfall deploy --check-delivery --region eu-west-1"), "{command}: {told}");
    }
}

#[test]
fn a_queue_in_use_is_neither_misread_nor_disturbed() {
    let standing = || {
        let stack = stack("UPDATE_COMPLETE", &[("TimeScale", "0.01")]);
        Account::with_stack("").answering("DescribeStacks", 200, stack)
    };
    let run = |account: Account| account.run("deploy --yes --check-delivery --region eu-west-1", "");
    let Run { told, succeeded, calls, .. } = run(standing().with_strangers(60));
    assert!(succeeded && told.contains("reached the consumer queue"), "{told}");
    let count = |calls: &[String], action: &str| calls.iter().filter(|call| *call == action).count();
    assert_eq!([count(&calls, "ReceiveMessage"), count(&calls, "ChangeMessageVisibilityBatch")], [7, 6]);

    let Run { told, succeeded, calls, .. } = run(standing().with_strangers(10_000));
    assert!(!succeeded && told.contains("Could not tell whether the event "), "{told}");
    assert!(told.contains("the queue holds other messages, of which 500 were looked at"), "{told}");
    assert!(told.contains("\n  landfall deploy --check-delivery --region eu-west-1"), "{told}");
    assert_eq!([count(&calls, "ReceiveMessage"), count(&calls, "ChangeMessageVisibilityBatch")], [50, 50]);

    // Others' messages came, but in the end the queue was empty.
    let Run { told, succeeded, .. } = run(standing().with_strangers(10).delivering(false));
    assert!(!succeeded && told.contains(" was published and did not reach the consumer queue."), "{told}");
}
