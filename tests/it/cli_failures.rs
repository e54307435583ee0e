//! Every command that calls AWS says what to do when its calls are throttled, when nobody is signed in, when there is no
//! stack, and when it may not look for one.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tests::command_lines::{ADMINISTRATION, COMMAND_LINES, CommandLine, Prepared, WITHOUT_LINE};
use tests::tool::{Run, landfall, landfall_in, landfall_on};
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::run;
use tokio::time::timeout;

use crate::cli_operations::play_ledger;

/// So many programs run at once. Most of the time they wait.
const AT_ONCE: usize = 16;
/// Within this, a command ends that AWS throttles all the time, or that nobody is signed in for.
const ENDS_WITHIN: Duration = Duration::from_secs(40);

#[test]
fn every_command_of_the_reference_has_a_line_here_or_a_reason_why_not() {
    let reference = include_str!("../../docs/cli.md");
    let documented: BTreeSet<&str> = reference.lines().filter_map(|line| line.strip_prefix("## landfall ")).collect();
    let lines = COMMAND_LINES.iter().chain(ADMINISTRATION).map(|line| line.command);
    let here: BTreeSet<&str> = lines.chain(WITHOUT_LINE.iter().map(|(command, _)| *command)).collect();
    assert_eq!(here, documented);
}

#[test]
fn every_command_says_that_it_is_throttled_or_signed_out_or_that_there_is_no_stack() {
    run(async |world| {
        let prepared = Prepared::put(&world.aws, &world.stack).await;
        let check = async |line: &'static CommandLine| {
            let words = words(line, &prepared).await;
            let local = [&["--local=nowhere/stack.json"], as_texts(&words).as_slice()].concat();
            let mut runs =
                vec![(landfall(&local, "").await, 5, "no local stack at nowhere/stack.json: start one with make up")];
            for (refusal, code, words) in [
                (Refusal::Throttled, 8, "failed: ThrottlingException: Rate exceeded"),
                (Refusal::Expired, 3, "Sign in (aws sso login, aws configure, or AWS_PROFILE) and try again."),
            ] {
                let proxy = proxy(&prepared).await;
                proxy.refuse_all(refusal);
                let arguments = self::words(line, &prepared).await;
                let run = timeout(ENDS_WITHIN, landfall_on(&proxy.file, &as_texts(&arguments), "")).await;
                runs.push((run.unwrap_or_else(|_| panic!("{line:?} goes on")), code, words));
            }
            for case in ON_AWS {
                runs.push(on_aws(line, &prepared, case).await);
            }
            runs.iter().filter_map(|(run, code, words)| objection(line, run, *code, words)).collect::<Vec<_>>()
        };
        let checks = stream::iter(COMMAND_LINES).map(check).buffer_unordered(AT_ONCE);
        let mut objections: Vec<String> = checks.collect::<Vec<_>>().await.concat();
        for line in ADMINISTRATION {
            for case in ON_AWS.iter().chain(SIGNED_OUT) {
                // A first deployment needs no stack.
                if (line.command, case.1) != ("deploy", Refusal::NoSuchStack) {
                    let (run, code, words) = on_aws(line, &prepared, case).await;
                    objections.extend(objection(line, &run, code, words));
                }
            }
        }
        prepared.remove().await;
        assert!(objections.is_empty(), "{}", objections.join("\n"));
    });
}

/// A call, how it is refused, the exit code, and words of the message.
type OnAws = (&'static str, Refusal, i32, &'static str);

/// Without `--local`, a command asks for the stack first.
const ON_AWS: &[OnAws] = &[
    ("cloudformation:DescribeStacks", Refusal::NoSuchStack, 5, "here is no stack landfall in us-east-1"),
    ("cloudformation:DescribeStacks", Refusal::Denied, 4, r#""Action": "cloudformation:DescribeStacks""#),
];
/// And an administrator's asks for the account before.
const SIGNED_OUT: &[OnAws] = &[
    ("sts:GetCallerIdentity", Refusal::Expired, 3, "Sign in"),
    (
        "sts:GetCallerIdentity",
        Refusal::Throttled,
        8,
        "sts:GetCallerIdentity failed: ThrottlingException: Rate exceeded",
    ),
    (
        "cloudformation:DescribeStacks",
        Refusal::Throttled,
        8,
        "cloudformation:DescribeStacks failed: ThrottlingException",
    ),
];

async fn on_aws(line: &CommandLine, prepared: &Prepared, case: &OnAws) -> (Run, i32, &'static str) {
    let (action, refusal, code, expected) = *case;
    let proxy = ToolProxy::start(&prepared.stack).await;
    proxy.refuse(action, refusal);
    let environment = [
        ("AWS_ENDPOINT_URL", proxy.endpoint.clone()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
    ];
    let words = words(line, prepared).await;
    (landfall_in(&environment, &as_texts(&words), "").await, code, expected)
}

fn objection(line: &CommandLine, run: &Run, code: i32, words: &str) -> Option<String> {
    let is_fine = match (line.command, code) {
        // It goes on, and names each point that it could not examine.
        ("doctor", 8) => run.code == Some(1) && run.data.contains(words),
        _ => run.code == Some(code) && run.words.contains(words) && run.data.is_empty(),
    };
    (!is_fine).then(|| format!("{} {} is to end with {code} and {words}: {}", line.command, line.arguments, run.told()))
}

async fn proxy(prepared: &Prepared) -> ToolProxy {
    let proxy = ToolProxy::start(&prepared.stack).await;
    play_ledger(&proxy);
    proxy
}

async fn words(line: &CommandLine, prepared: &Prepared) -> Vec<String> {
    line.words(&prepared.values(line).await)
}

fn as_texts(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
