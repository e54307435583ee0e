//! Every command that calls AWS: it succeeds on the stack with the calls that the tool's table names, though each is
//! throttled at first; it says what to do when one of these calls is denied, when all are throttled, when nobody is signed
//! in, and when there is no stack; and it ends when it is interrupted while AWS does not answer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tests::clock::Stopwatch;
use tests::command_lines::{ADMINISTRATION, COMMAND_LINES, CommandLine, PreparedStack, WITHOUT_LINE};
use tests::observe::until;
use tests::tool::{Run, Tool, landfall, landfall_in, landfall_on};
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::run;
use tokio::time::timeout;

use crate::cli_operations::play_ledger;
use crate::cli_permissions::{Allowed, allowed_to};

/// What a command may call with what, and no line here does: the command, the action, the resource, and why.
const NOT_MADE: &[(&str, &str, &str, &str)] = &[
    ("doctor", "sns:ListSubscriptionsByTopic", "AlarmTopic", "the local stack's alarms notify nobody"),
    ("listen", "sqs:TagQueue", "landfall-listen-*", "AWS asks for it when a queue is made with tags"),
    (
        "refused release",
        "dynamodb:UpdateItem",
        "Ledger",
        "where the event has failed or its sender is to be asked again",
    ),
    ("listen", "dynamodb:GetItem", "Ledger", LISTENED_SINCE),
    ("listen", "dynamodb:Query", "Ledger/index/arrived", LISTENED_SINCE),
    ("listen", "dynamodb:BatchGetItem", "Ledger", LISTENED_SINCE),
    ("listen", "s3:GetObject", "Bucket/bodies/*", LISTENED_SINCE),
    ("listen", "secretsmanager:GetSecretValue", "secret:${SourcesPrefix}/source/*", LISTENED_SINCE),
];
/// Why a listener here reads nothing of before.
const LISTENED_SINCE: &str = "with --since or --as-sender: tests/it/listen.rs";
/// The commands that go on without an answer, and with which exit code they end.
const GOES_ON: &[(&str, &str, i32)] = &[
    ("events get", "logs:FilterLogEvents", 0),
    ("source add", "dynamodb:UpdateItem", 0),
    ("source register", "dynamodb:UpdateItem", 0),
    ("source remove", "cloudwatch:GetMetricData", 0),
    ("doctor", "", 1),
];
/// So many programs run at once. Most of the time they wait.
const AT_ONCE: usize = 8;
/// Within this, a command ends that AWS throttles all the time, or that nobody is signed in for.
const ENDS_WITHIN: Duration = Duration::from_secs(80);
/// Within this, a command ends that is interrupted.
const STOPS_WITHIN: Duration = Duration::from_secs(5);
/// After this, a person interrupts again.
const PATIENCE: Duration = Duration::from_secs(2);

/// The calls of one command, and what is wrong with it.
type Finding = (&'static str, Allowed, Vec<String>);

#[test]
fn every_command_of_the_reference_has_a_line_here_or_a_reason_why_not() {
    let reference = include_str!("../../docs/cli.md");
    let documented: BTreeSet<&str> = reference.lines().filter_map(|line| line.strip_prefix("## landfall ")).collect();
    let lines = COMMAND_LINES.iter().chain(ADMINISTRATION).map(|line| line.command);
    let here: BTreeSet<&str> = lines.chain(WITHOUT_LINE.iter().map(|(command, _)| *command)).collect();
    assert_eq!(here, documented);
}

#[test]
fn each_call_of_each_command_may_be_throttled_once_or_denied_or_never_answered() {
    run(async |world| {
        let prepared = PreparedStack::put(&world.aws, &world.stack).await;
        let findings = COMMAND_LINES.iter().map(async |line| {
            let _alone = match line.command.starts_with("dlq ") {
                true => Some(prepared.dead_letters.lock().await),
                false => None,
            };
            examine(line, &prepared).await
        });
        let findings: Vec<Finding> = stream::iter(findings).buffer_unordered(AT_ONCE).collect().await;
        prepared.remove().await;
        let mut objections = Vec::new();
        let mut made: BTreeMap<&str, Allowed> = BTreeMap::new();
        for (command, calls, of_command) in findings {
            made.entry(command).or_default().extend(calls);
            objections.extend(of_command);
        }
        for (command, made) in made {
            objections.extend(differences(command, &made, &allowed_to(command).await));
        }
        assert!(objections.is_empty(), "{}", objections.join("\n"));
    });
}

/// What a command calls and may not, and what it may and does not call. The policies allow what the table allows:
/// `tests/it/cli_permissions.rs`.
fn differences(command: &str, made: &Allowed, allowed: &Allowed) -> Vec<String> {
    let any = "*".to_owned();
    let may = |(action, resource): &(String, String)| {
        [resource, &any].iter().any(|resource| allowed.contains(&(action.clone(), (*resource).clone())))
    };
    let does = |(action, resource): &(String, String)| {
        made.iter().any(|(called, with)| called == action && (*resource == any || with == resource))
    };
    let is_excused = |(action, resource): &(String, String)| {
        NOT_MADE
            .iter()
            .any(|(of, excused, with, _)| (*of, *excused, *with) == (command, action.as_str(), resource.as_str()))
    };
    let forbidden = made.iter().filter(|call| !may(call));
    let forbidden = forbidden.map(|(action, with)| format!("{command}: the table lacks {action} with {with}"));
    let unused = allowed.iter().filter(|call| !does(call) && !is_excused(call));
    let unused = unused.map(|(action, with)| format!("{command}: no line here asks for {action} with {with}"));
    forbidden.chain(unused).collect()
}

/// Runs a command line with all that may happen to its calls.
async fn examine(line: &'static CommandLine, prepared: &PreparedStack) -> Finding {
    let mut objections = Vec::new();
    let mut object = |what: &str, run: &Run| {
        objections.push(format!("{} {} ({what}): {}", line.command, line.arguments, run.told()));
    };
    let proxy = proxy(prepared).await;
    proxy.refuse_first(Refusal::Throttled);
    let run = run_line(line, prepared, &proxy, None).await;
    // The doctor finds that something is wrong with the other tests' sources.
    if run.code != Some(0) && (line.command, run.code) != ("doctor", Some(1)) {
        object("each call throttled once", &run);
    }
    let calls = proxy.calls_with_resources();
    for action in calls.iter().map(|(action, _)| action).collect::<BTreeSet<_>>() {
        let proxy = self::proxy(prepared).await;
        proxy.refuse(action, Refusal::Denied);
        let run = run_line(line, prepared, &proxy, Some(action)).await;
        let statement = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "arn:aws:played"}}"#);
        let goes_on = GOES_ON.iter().find(|(of, call, _)| *of == line.command && action.starts_with(call));
        let code = goes_on.map_or(4, |(.., code)| *code);
        let said = [run.words.clone(), run.data.replace(r#"\""#, r#"""#)].concat();
        if run.code != Some(code) || !said.contains(&statement) {
            object(&format!("{action} denied"), &run);
        }
    }
    let last_call = line.last_call.map(str::to_owned).or_else(|| calls.last().map(|(action, _)| action.clone()));
    let last_call = last_call.expect("each of these commands calls something");
    let proxy = self::proxy(prepared).await;
    proxy.leave_unanswered(&last_call);
    let mut tool = Tool::start(&proxy.file, &as_texts(&words(line, prepared).await));
    until_called_or_ended(&last_call, line, prepared, &proxy, &mut tool).await;
    let begun = Stopwatch::start();
    // A replay first tries to pause its job; who interrupts it again does not want to wait.
    if matches!(line.command, "replay" | "replay run") && !tool.has_ended() {
        tool.send_interrupt();
        let ended = until("the end", async || if tool.has_ended() { Ok(()) } else { Err(tool.words()) });
        let _ = timeout(PATIENCE, ended).await;
    }
    let run = if tool.has_ended() { tool.end().await } else { tool.interrupt().await };
    // `None`: by the signal, of which a shell makes 130. Those that go on until they are interrupted succeed.
    let is_fine = matches!(run.code, None | Some(130)) || line.last_call.is_some() && run.code == Some(0);
    if !is_fine || begun.elapsed() > STOPS_WITHIN {
        object(&format!("interrupted in {last_call}, ended after {:?}", begun.elapsed()), &run);
    }
    (line.command, calls.into_iter().collect(), objections)
}

/// Runs a command line to its end: one that goes on is interrupted after its last call, unless that is `refused`.
async fn run_line(line: &CommandLine, prepared: &PreparedStack, proxy: &ToolProxy, refused: Option<&str>) -> Run {
    let mut tool = Tool::start(&proxy.file, &as_texts(&words(line, prepared).await));
    let Some(last_call) = line.last_call else { return tool.end().await };
    let awaited = if refused == Some(last_call) { "nothing" } else { last_call };
    until_called_or_ended(awaited, line, prepared, proxy, &mut tool).await;
    if tool.has_ended() { tool.end().await } else { tool.interrupt().await }
}

/// Waits for a call, or for the end of the tool. What follows the events needs one now and then. A call that does not come
/// is seen in what the interrupted run says, or in the calls that were made.
async fn until_called_or_ended(
    call: &str,
    line: &CommandLine,
    prepared: &PreparedStack,
    proxy: &ToolProxy,
    tool: &mut Tool,
) {
    let called = until("a call", async || {
        if line.last_call.is_some() {
            prepared.let_event_arrive().await;
        }
        if tool.has_ended() || proxy.calls().contains(call) { Ok(()) } else { Err(call) }
    });
    let _ = timeout(ENDS_WITHIN, called).await;
}

#[test]
fn every_command_says_that_it_is_throttled_or_signed_out_or_that_there_is_no_stack() {
    run(async |world| {
        let prepared = PreparedStack::put(&world.aws, &world.stack).await;
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

async fn on_aws(line: &CommandLine, prepared: &PreparedStack, case: &OnAws) -> (Run, i32, &'static str) {
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

async fn proxy(prepared: &PreparedStack) -> ToolProxy {
    let proxy = ToolProxy::start(&prepared.stack).await;
    play_ledger(&proxy);
    proxy
}

async fn words(line: &CommandLine, prepared: &PreparedStack) -> Vec<String> {
    line.words(&prepared.values(line).await)
}

fn as_texts(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
