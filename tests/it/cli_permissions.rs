//! What the tool's commands ask of AWS: no more than the template's policies allow, and no less.

use std::collections::{BTreeMap, BTreeSet};

use domain::provider::Provider;
use serde_json::{Value, json};
use tests::stack::Stack;
use tests::tool::{landfall, landfall_on};
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::{World, run};

use crate::cli_operations::play_ledger;
use crate::template::TEMPLATE;

/// An action, and the resource as the tool's table names it.
pub(crate) type Allowed = BTreeSet<(String, String)>;

/// What the tool says that its commands ask for.
async fn table() -> Vec<Value> {
    let run = landfall(&["permissions", "--output", "ndjson"], "").await;
    assert_eq!(run.code, Some(0), "{}", run.told());
    run.documents()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// What a policy of the template allows. What only keys of the operator's own need is no call of the tool's.
fn allowed(policy: &str) -> Allowed {
    let statements = TEMPLATE["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"].as_array();
    let mut allowed = Allowed::new();
    for statement in statements.expect("a policy has statements") {
        let condition = statement["Fn::If"][0].as_str();
        let statement = if condition.is_some() { &statement["Fn::If"][1] } else { statement };
        if condition == Some("HasKey") {
            continue;
        }
        assert_eq!(statement["Effect"], "Allow");
        for action in list(&statement["Action"]) {
            for resource in list(&statement["Resource"]) {
                allowed.insert((text(&action), short(&resource)));
            }
        }
    }
    allowed
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// A resource without what all ARNs have in common.
fn short(resource: &Value) -> String {
    if let Some(path) = resource["Fn::GetAtt"].as_array() {
        text(&path[0])
    } else if let Some(name) = resource["Ref"].as_str() {
        name.to_owned()
    } else if let Some(pattern) = resource["Fn::Sub"].as_str() {
        let own = ["Ledger", "Bucket", "Refused"];
        let arn = pattern.replace(".Arn}", "");
        let arn = own.iter().fold(arn, |arn, name| arn.replace(&format!("${{{name}"), name));
        arn.rsplit("${AWS::AccountId}:").next().expect("there is a part").to_owned()
    } else {
        text(resource)
    }
}

#[test]
fn the_policies_allow_what_the_commands_ask_for_and_no_more() {
    run(async |_| {
        let table = table().await;
        for policy in ["ReaderPolicy", "OperatorPolicy", "DeveloperPolicy"] {
            let of_policy = table.iter().filter(|row| row["policy"] == policy);
            let asked: Allowed = of_policy.map(|row| (text(&row["action"]), text(&row["resource"]))).collect();
            assert_eq!(allowed(policy), asked, "{policy}");
            assert_eq!(TEMPLATE["Outputs"][policy]["Value"], json!({"Ref": policy}));
        }
    });
}

#[test]
fn a_reader_reads_no_secret_and_changes_nothing() {
    for (action, _) in allowed("ReaderPolicy") {
        let name = action.split(':').nth(1).expect("an action has a name");
        let is_reading =
            ["Get", "List", "Describe", "Query", "BatchGet", "Filter"].iter().any(|word| name.starts_with(word));
        assert!(is_reading && action != "secretsmanager:GetSecretValue", "{action}");
    }
}

/// What a command may call on a local stack, which says itself where it is.
pub(crate) async fn allowed_to(command: &str) -> Allowed {
    let table = table().await;
    let rows = table.iter().filter(|row| row["command"] == command);
    let allowed = rows.map(|row| (text(&row["action"]), text(&row["resource"])));
    allowed.filter(|(action, _)| action != "cloudformation:DescribeStacks").collect()
}

pub(crate) async fn asked_for(command: &str) -> BTreeSet<String> {
    allowed_to(command).await.into_iter().map(|(action, _)| action).collect()
}

/// What commands ask for in fact, through a proxy that takes notes.
#[test]
fn commands_ask_for_what_the_table_says() {
    run(async |world| {
        let queue =
            world.aws.sqs.create_queue().queue_name(format!("asked-for-{:08x}", fastrand::u32(..))).send().await;
        let url = queue.expect("a queue can be made").queue_url.expect("it has a URL");
        world.aws.sqs.send_message().queue_url(&url).message_body("{}").send().await.expect("a message can be sent");
        // Without a source, no secret is read.
        world.source(Provider::Glossi).await;
        let stack = Stack { consumer_dead_letter_queue_url: url.clone(), ..world.stack.clone() };
        for command in ["status", "consumers list", "dlq list", "dlq show consumer", "doctor", "source list", "cost"] {
            let proxy = ToolProxy::start(&stack).await;
            play_ledger(&proxy);
            let arguments: Vec<&str> = command.split(' ').collect();
            let run = landfall_on(&proxy.file, &arguments, "").await;
            assert!(matches!(run.code, Some(0 | 1)), "{}", run.told());
            let name = command.strip_suffix(" consumer").unwrap_or(command);
            assert_eq!(proxy.calls(), asked_for(name).await, "{command}");
        }
        world.aws.sqs.delete_queue().queue_url(url).send().await.expect("it can be deleted");
    });
}

#[test]
fn what_fails_is_told_with_what_to_do() {
    run(async |world| {
        let cases: BTreeMap<&str, &str> = BTreeMap::from([
            ("status", "cloudwatch:GetMetricData"),
            ("consumers list", "sns:ListSubscriptionsByTopic"),
            ("dlq list", "sqs:GetQueueAttributes"),
            ("dlq show consumer", "sqs:ReceiveMessage"),
            ("cost", "cloudwatch:DescribeAlarms"),
        ]);
        for (command, action) in cases {
            let arguments: Vec<&str> = command.split(' ').collect();
            let proxy = ToolProxy::start(&world.stack).await;
            proxy.refuse(action, Refusal::Denied);
            play_ledger(&proxy);
            let run = landfall_on(&proxy.file, &arguments, "").await;
            let statement = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "arn:aws:played"}}"#);
            assert!(run.code == Some(4) && run.words.contains(&statement), "{command}: {}", run.told());
            assert_eq!(run.data, "", "{command}");

            let proxy = ToolProxy::start(&world.stack).await;
            proxy.refuse(action, Refusal::Throttled);
            play_ledger(&proxy);
            let run = landfall_on(&proxy.file, &arguments, "").await;
            let reason = format!("{action} failed: ThrottlingException: Rate exceeded");
            assert!(run.code == Some(8) && run.words.contains(&reason), "{command}: {}", run.told());

            let run = landfall(&[&["--local=nowhere/stack.json"], arguments.as_slice()].concat(), "").await;
            assert!(
                run.code == Some(5) && run.words.contains("no local stack at nowhere/stack.json"),
                "{}",
                run.told()
            );
        }
    });
}

/// The doctor goes on.
#[test]
fn the_doctor_says_what_it_may_not_examine() {
    run(async |world: &'static World| {
        let proxy = ToolProxy::start(&world.stack).await;
        proxy.refuse("lambda:GetPolicy", Refusal::Denied);
        play_ledger(&proxy);
        let run = landfall_on(&proxy.file, &["doctor", "--output", "json"], "").await;
        let findings: Vec<Value> = serde_json::from_str(&run.data).expect("it is JSON");
        let unknown: Vec<&Value> = findings.iter().filter(|finding| finding["verdict"] == "unknown").collect();
        let [finding] = unknown.as_slice() else { panic!("{}", run.told()) };
        assert_eq!(finding["point"], "url permissions");
        let what_to_do = text(&finding["what_to_do"]);
        assert!(what_to_do.contains(r#""Action": "lambda:GetPolicy""#), "{what_to_do}");
        assert_eq!(run.code, Some(1));
    });
}
