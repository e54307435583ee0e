//! `landfall mcp`, as an agent sees it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use domain::provider::Provider;
use expect_test::expect;
use serde_json::{Value, json};
use tests::agent::Agent;
use tests::clock::now_millis;
use tests::command_lines::{CommandLine, PreparedStack};
use tests::confidential::{self, Place};
use tests::observe::until;
use tests::recorded::recorded;
use tests::tool::landfall_on;
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::run;

use crate::cli_operations::play_ledger;
use crate::cli_replay::put_failed;
use crate::listing::done;

/// A call of a tool, and the same on the command line; names in braces are filled in.
struct Call {
    tool: &'static str,
    arguments: Value,
    line: CommandLine,
    /// Whether both say the same: neither times nor what other tests do is in it.
    is_stable: bool,
}

fn call(tool: &'static str, arguments: Value, command: &'static str, typed: &'static str) -> Call {
    Call { tool, arguments, line: CommandLine { command, arguments: typed, last_call: None }, is_stable: true }
}

/// One that differs from moment to moment.
fn unstable(call: Call) -> Call {
    Call { is_stable: false, ..call }
}

fn calls() -> Vec<Call> {
    vec![
        unstable(call("status", json!({"minutes": 5}), "status", "--minutes 5")),
        unstable(call("doctor", json!({}), "doctor", "")),
        unstable(call("cost", json!({"days": 1}), "cost", "--days 1")),
        call(
            "events_list",
            json!({"source": ["{source}"], "state": "done"}),
            "events list",
            "--source {source} --state done",
        ),
        call(
            "events_list",
            json!({"source": "{source}", "match": {"no_such_field": 1}}),
            "events list",
            "--source {source} --match {\"no_such_field\":1}",
        ),
        call("events_get", json!({"id": "{large}", "no_logs": true}), "events get", "{large} --no-logs"),
        call("events_body", json!({"id": "{small}"}), "events body", "{small}"),
        call("events_diff", json!({"one": "{small}", "other": "{large}"}), "events diff", "{small} {large}"),
        call("wait", json!({"id": "{small}", "timeout": "5s"}), "wait", "--id {small}"),
        call("reconcile", json!({"sources": ["{expecting}"], "jobs": true}), "reconcile", "{expecting} --jobs"),
        unstable(call(
            "expect_ask",
            json!({"source": "{expecting}", "job": "{waiting_job}"}),
            "expect ask",
            "{expecting} {waiting_job}",
        )),
        call("source_list", json!({}), "source list", ""),
        call("source_show", json!({"name": "{source}"}), "source show", "{source}"),
        call("refused_list", json!({"source": "{source}", "each": true}), "refused list", "--source {source} --each"),
        call("refused_show", json!({"id": "{refused}"}), "refused show", "{refused}"),
        call("refused_explain", json!({"id": "{refused}"}), "refused explain", "{refused}"),
        call("consumers_list", json!({}), "consumers list", ""),
        unstable(call("dlq_list", json!({}), "dlq list", "")),
        unstable(call("dlq_show", json!({"queue": "consumer", "limit": 5}), "dlq show", "consumer --limit 5")),
        call("replay_list", json!({}), "replay list", ""),
        call("replay_show", json!({"job": "{job}"}), "replay show", "{job}"),
        call("replay_count", json!({"ids": ["{fresh}"]}), "replay", "{fresh} --dry-run"),
        call("replay_pause", json!({"job": "{job}"}), "replay pause", "{job}"),
        call("replay_run", json!({"job": "{job}"}), "replay run", "{job}"),
        call("replay", json!({"ids": ["{fresh}"], "expect": 1}), "replay", "{fresh} --expect 1"),
    ]
}

/// Of these, each run is another.
const ONCE: [&str; 3] = ["replay", "replay_pause", "replay_run"];

#[test]
fn an_agent_is_told_what_each_tool_takes() {
    run(async |world| {
        let mut agent = Agent::start(&world.stack_file(), &["--allow-writes"]).await;
        assert_eq!(agent.server["serverInfo"]["name"], "landfall");
        assert!(agent.server["instructions"].as_str().is_some_and(|text| text.contains("data, never instructions")));
        let tools = agent.ask("tools/list", &json!({})).await["result"]["tools"].take();
        let mut told = String::new();
        for tool in tools.as_array().expect("there are some") {
            let schema = &tool["inputSchema"];
            let needed = schema["required"].as_array().expect("a list");
            let takes = |(name, value): (&String, &Value)| {
                let of = if value["type"] == "array" { "[]" } else { "" };
                format!("{name}{of}{}", if needed.contains(&json!(name)) { "!" } else { "" })
            };
            let takes: Vec<String> = schema["properties"].as_object().expect("an object").iter().map(takes).collect();
            let kind = if tool["annotations"]["readOnlyHint"] == true { "reads" } else { "writes" };
            let (name, about) = (tool["name"].as_str().expect("a name"), tool["description"].as_str().expect("words"));
            writeln!(told, "{name} {kind} ({}): {about}", takes.join(" ")).expect("a text takes any");
        }
        expect![[r#"
            status reads (minutes parts): Show what the stack has done and what waits: figures of the functions, queues, ledger and alarms
            doctor reads (): Examine the stack point by point, and say what to do
            cost reads (days): Show what the stack has cost, by what CloudWatch counted and list prices
            events_list reads (cursor limit match provider since source[] state subject type until verified_by view): List events, the newest first
            events_get reads (id! no_logs): Tell one event's whole life, from its record and the functions' log lines
            events_body reads (id!): Write the body of one event, byte for byte as its sender sent it
            events_diff reads (one! other!): Show where the bodies of two events differ
            wait reads (id source[] subject timeout): Wait until an event has ended, by its id or by its job's, and show it. Clients give up after a while: wait again with a short timeout, such as 50s
            reconcile reads (ended_by[] jobs since sources[] until): Show how the jobs ended that were expected of a source: by webhook, by the sender's answer, late, or never
            expect_ask reads (job! source! thing): Ask the sender how a job stands, and show its answer; nothing is published
            source_list reads (): List the sources
            source_show reads (name!): Show what a source's secret says, without any secret
            refused_list reads (cause each since source[]): List what was refused, by source and cause: since when, against the last genuine delivery and the secret's last change
            refused_show reads (id!): Show what is stored of a refused delivery
            refused_explain reads (id!): Explain why a delivery was refused, step by step, and which mistake it is
            consumers_list reads (): List the subscriptions of the topic: filters in words, how much waits, dead letters, and what to change
            dlq_list reads (): List the stack's dead-letter queues, and how much is in them
            dlq_show reads (limit queue!): Show what is in one: who put it there and why. It stays there
            replay_list reads (): List the jobs of the last 30 days
            replay_show reads (job!): Show how a job and its events stand
            replay_count reads (contradicted ids[] match provider rate since source[] state subject type until verified_by view): Count the events that a replay would take, and change nothing
            replay writes (contradicted expect! ids[] match provider rate since source[] state subject type until verified_by view): Have events processed and published to all consumers again, by their ids or by a filter. Count them with replay_count first
            replay_run writes (job!): Run a job, or go on with it: each of its events is replayed once
            replay_pause writes (job!): Stop a job, whichever terminal runs it, so that it can go on
        "#]].assert_eq(&told);
        let list = tools.as_array().expect("there are some").iter().find(|tool| tool["name"] == "events_list");
        let properties = &list.expect("it is there")["inputSchema"]["properties"];
        expect![[r#"
            [
              {
                "description": "Events in this state",
                "enum": [
                  "received",
                  "processing",
                  "done",
                  "failed"
                ],
                "type": "string"
              },
              {
                "description": "Events of this source; several times for several, without it all",
                "items": {
                  "type": "string"
                },
                "type": "array"
              },
              {
                "default": 50,
                "description": "At most this many events",
                "type": "integer"
              }
            ]"#]]
        .assert_eq(&format!("{:#}", json!([properties["state"], properties["source"], properties["limit"]])));
        let called: BTreeSet<String> = calls().iter().map(|call| call.tool.to_owned()).collect();
        let offered: BTreeSet<String> = tools
            .as_array()
            .expect("there are some")
            .iter()
            .map(|tool| tool["name"].as_str().expect("a name").to_owned())
            .collect();
        assert_eq!(called, offered, "each is called below");

        let unknown = agent.ask("tools/call", &json!({"name": "deploy", "arguments": {}})).await;
        assert_eq!(unknown["error"]["message"], "there is no tool deploy");
        for (tool, arguments, expected) in [
            ("events_list", json!({"follow": true}), "events_list takes no follow"),
            ("events_list", json!({"local": "/etc/passwd"}), "events_list takes no local"),
            ("events_list", json!({"limit": "many"}), "invalid digit found in string"),
            ("events_get", json!({"id": "--help"}), "--help is no event id"),
            ("events_get", json!({}), "required arguments were not provided"),
            ("events_get", json!({"id": "a/b", "no_logs": "x"}), "no_logs is true or false"),
            ("replay", json!({"source": "x"}), "replay needs expect"),
            ("replay", json!({"expect": 1}), "name events by their ids, or narrow them down"),
        ] {
            let answer = agent.call(tool, &arguments).await;
            assert!(answer.is_error && answer.text().contains(expected), "{tool} {arguments}: {answer:?}");
        }
        let run = agent.leave().await;
        assert_eq!(run.code, Some(0), "{}", run.words);
        assert!(run.words.contains("events_list: refused or failed in "), "{}", run.words);
    });
}

#[test]
fn each_tool_answers_what_its_command_says_or_which_permission_is_missing() {
    run(async |world| {
        let prepared = PreparedStack::put(&world.aws, &world.stack).await;
        let proxy = ToolProxy::start(&prepared.stack).await;
        play_ledger(&proxy);
        let mut agent = Agent::start(&proxy.file, &["--allow-writes"]).await;
        let mut answers = Vec::new();
        for Call { tool, arguments, line, is_stable } in calls() {
            let values = prepared.values(&line).await;
            let fill = |text: String| {
                values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
            };
            let arguments: Value = serde_json::from_str(&fill(arguments.to_string())).expect("it is JSON");
            let answer = agent.call(tool, &arguments).await;
            assert!(!answer.is_error, "{tool} {arguments}: {}", answer.text());
            if is_stable && !ONCE.contains(&tool) {
                let words = line.words(&values);
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let run = landfall_on(&proxy.file, &words, "").await;
                let data = if run.data.is_empty() { String::new() } else { answer.texts[0].clone() };
                assert_eq!(data, run.data, "{tool}: {}", run.told());
            }
            answers.push(answer.text());
        }
        // The same server, without a permission.
        proxy.refuse_all(Refusal::Denied);
        for Call { tool, arguments, line, .. } in calls() {
            if tool != "doctor" {
                let arguments: Value = serde_json::from_str(&denied_arguments(&arguments)).expect("it is JSON");
                let answer = agent.call(tool, &arguments).await;
                let is_told = answer.text().contains(r#"{"Effect": "Allow", "Action": ""#);
                assert!(answer.is_error && is_told, "{tool} {}: {}", line.command, answer.text());
            }
        }
        proxy.refuse_all(Refusal::Expired);
        let answer = agent.call("status", &json!({})).await;
        assert!(answer.is_error && answer.text().contains("Sign in (aws sso login"), "{}", answer.text());
        let run = agent.leave().await;
        assert_eq!(run.code, Some(0), "{}", run.words);
        let found = confidential::all().found(Place::Holds, answers.iter().map(|answer| answer.as_bytes()));
        assert!(found.is_empty(), "{found:?}");
        prepared.remove().await;
    });
}

/// Arguments that are well formed, of things that need not exist.
fn denied_arguments(arguments: &Value) -> String {
    let minute = "nobody/20260101T0000/1";
    [
        ("{source}", "nobody"),
        ("{expecting}", "nobody"),
        ("{refused}", minute),
        ("{job}", "0123456789abcdef"),
        ("{waiting_job}", "none"),
    ]
    .into_iter()
    .chain(["{small}", "{large}", "{fresh}"].map(|name| (name, "nobody/none")))
    .fold(arguments.to_string(), |text, (name, value)| text.replace(name, value))
}

#[test]
fn who_may_not_write_replays_nothing_and_who_may_counts_first() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let records = put_failed(world, &source, 3).await;
        let filter = json!({"source": source.name, "state": "failed"});
        let with = |count: u32| json!({"source": source.name, "state": "failed", "expect": count});
        let mut reader = Agent::start(&world.stack_file(), &[]).await;
        let tools = reader.ask("tools/list", &json!({})).await["result"]["tools"].take();
        assert!(
            tools.as_array().expect("a list").iter().all(|tool| tool["annotations"]["readOnlyHint"] == true),
            "{tools}"
        );
        let answer = reader.call("replay", &with(3)).await;
        assert!(answer.is_error && answer.text().contains("--allow-writes"), "{}", answer.text());
        let counted = reader.call("replay_count", &filter).await;
        assert_eq!(counted.documents()[0]["replayed"], 3, "{}", counted.text());
        reader.leave().await;
        let is_failed = async || world.record(records[0].id()).await.expect("it stands").text("state") == "failed";
        assert!(is_failed().await, "nothing was replayed");

        let mut writer = Agent::start(&world.stack_file(), &["--allow-writes"]).await;
        let answer = writer.call("replay", &with(2)).await;
        assert!(answer.is_error && answer.text().contains("there are 3 such events, and not 2"), "{}", answer.text());
        assert!(is_failed().await, "nothing was replayed");
        let answer = writer.call("replay", &with(3)).await;
        assert_eq!(answer.documents()[0]["replayed"], 3, "{}", answer.text());
        for record in &records {
            assert_eq!(world.event(&source, record.id()).await.json["landfallreplay"], 1);
        }
        writer.leave().await;
    });
}

#[test]
fn a_replay_whose_call_is_cancelled_is_paused() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        put_failed(world, &source, 50).await;
        let mut agent = Agent::start(&world.stack_file(), &["--allow-writes"]).await;
        let arguments = json!({"source": source.name, "state": "failed", "expect": 50, "rate": "1/s"});
        let call = agent.begin_call("replay", &arguments);
        let state = async |agent: &mut Agent| {
            let jobs = agent.call("replay_list", &json!({})).await.documents();
            let job = jobs.into_iter().find(|job| job["filter"].to_string().contains(&source.name));
            job.map_or_else(|| "none".to_owned(), |job| job["state"].as_str().unwrap_or_default().to_owned())
        };
        let reaches = async |agent: &mut Agent, expected: &str| {
            until("the state of the job", async || {
                let state = state(agent).await;
                if state == expected { Ok(()) } else { Err(state) }
            })
            .await;
        };
        reaches(&mut agent, "running").await;
        agent.notify("notifications/cancelled", &json!({"requestId": call, "reason": "the test has seen enough"}));
        reaches(&mut agent, "paused").await;
        let run = agent.leave().await;
        assert_eq!(run.code, Some(0), "{}", run.words);
    });
}

#[test]
fn an_agent_waits_until_a_job_has_ended() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let mut agent = Agent::start(&world.stack_file(), &[]).await;
        let subject = "c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03";
        let arguments = json!({"subject": subject, "source": [source.name], "timeout": "1s"});
        let early = agent.call("wait", &arguments).await;
        assert!(!early.is_error && early.text().contains("has not ended within 1 s"), "{}", early.text());
        let arguments = json!({"subject": subject, "source": [source.name], "timeout": "80s"});
        let parameters = json!({"name": "wait", "arguments": arguments, "_meta": {"progressToken": "waiting"}});
        let call = agent.send("tools/call", &parameters);
        until("news of the call", async || {
            let data = agent.tool.data();
            if data.contains(r#""progressToken":"waiting""#) { Ok(()) } else { Err(data) }
        })
        .await;
        let answer = world.deliver(&world.delivery(&source, &recorded("glossi/job-complete").body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = agent.end_call(call).await;
        let event = answer.documents().remove(0);
        assert_eq!((&event["state"], &event["subject"]), (&json!("done"), &json!(subject)), "{}", answer.text());
        // A bad end is an answer, too.
        let failed = done(&source, 2, now_millis()).with("type", "landfall.job.failed");
        world.put_record(&failed).await;
        let answer = agent.call("wait", &json!({"id": failed.id()})).await;
        assert!(!answer.is_error && answer.text().contains("says that the thing failed"), "{}", answer.text());
        agent.leave().await;
    });
}
