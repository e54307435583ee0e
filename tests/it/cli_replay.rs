//! `landfall replay` and `landfall ledger`, on the stack.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::provider::Provider;
use expect_test::expect;
use serde_json::{Value, json};
use tests::clock::{Stopwatch, now_millis};
use tests::ledger::Record;
use tests::observe::until;
use tests::source::Source;
use tests::tool::{Tool, landfall_on};
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::{World, run};

use crate::cli_events::{documents, tool};
use crate::listing::{done, failed, numbered};

pub(crate) async fn put_failed(world: &World, source: &Source, count: usize) -> Vec<Record> {
    let records: Vec<Record> = (0..count).map(|number| failed(source, number, "sns: away")).collect();
    world.put_records(&records).await;
    records
}

/// The name of the job that a run has frozen.
pub(crate) async fn frozen(world: &World, arguments: &[&str]) -> String {
    let job = documents(world, &[&["replay", "freeze"], arguments].concat()).await.remove(0);
    assert_eq!(job["state"], "frozen", "{job}");
    job["job"].as_str().expect("it has a name").to_owned()
}

pub(crate) async fn results(world: &World, job: &str) -> Value {
    documents(world, &["replay", "show", job]).await.remove(0)["results"].take()
}

#[test]
fn what_failed_is_counted_then_replayed() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let records = put_failed(world, &source, 3).await;
        world.put_record(&failed(&source, 10, "contradicted: no such job")).await;
        world.put_record(&numbered(&source, 11).due_at(now_millis() + 3_600_000)).await;
        // What another event has taken the place of.
        let mut superseded = done(&source, 12, now_millis() - 60_000);
        let winner = [("superseded_by".to_owned(), AttributeValue::S("another".to_owned()))];
        superseded.0.insert("outcome".to_owned(), AttributeValue::M(winner.into()));
        world.put_record(&superseded).await;
        let filter = ["--source", &source.name];
        let survey = |more: &[&'static str]| [&["replay", "--dry-run"], &filter[..], more].concat();
        let check = async |arguments: &[&str], expected: Value| {
            assert_eq!(json!(documents(world, arguments).await), json!([expected]), "{arguments:?}");
        };
        check(
            &survey(&["--state", "failed"]),
            json!({"replayed": 3, "contradicted": 1, "unpublished": 0, "unfinished": 0, "missing": 0, "write_units": 18}),
        )
        .await;
        check(
            &survey(&["--state", "failed", "--contradicted"]),
            json!({"replayed": 4, "contradicted": 0, "unpublished": 0, "unfinished": 0, "missing": 0, "write_units": 24}),
        )
        .await;
        check(
            &survey(&["--state", "done"]),
            json!({"replayed": 0, "contradicted": 0, "unpublished": 1, "unfinished": 0, "missing": 0, "write_units": 0}),
        )
        .await;
        check(
            &["replay", "--dry-run", superseded.id()],
            json!({"replayed": 1, "contradicted": 0, "unpublished": 0, "unfinished": 0, "missing": 0, "write_units": 6}),
        )
        .await;
        check(
            &["replay", "--dry-run", records[0].id(), "nobody/none"],
            json!({"replayed": 1, "contradicted": 0, "unpublished": 0, "unfinished": 0, "missing": 1, "write_units": 6}),
        )
        .await;

        // Nobody can be asked: what is frozen stays, and nothing is replayed.
        let arguments = [&["replay", "--state", "failed"], &filter[..]].concat();
        let run = tool(world, &arguments).await;
        assert!(run.code == Some(7) && run.words.contains("Replay 3 events at 50 a second"), "{}", run.told());
        assert!(run.words.contains("is frozen: run it with landfall replay run"), "{}", run.told());
        assert_eq!(world.record(records[0].id()).await.expect("it stands").text("state"), "failed");

        let run = tool(world, &[&arguments[..], &["--expect", "2"]].concat()).await;
        assert!(run.code == Some(6) && run.words.contains("there are 3 such events, and not 2"), "{}", run.told());
        let run = tool(world, &["replay", records[0].id(), "nobody/none", "--expect", "2"]).await;
        assert!(run.code == Some(6) && run.words.contains("there are 1 such events, and not 2"), "{}", run.told());
        assert_eq!(world.record(records[0].id()).await.expect("it stands").text("state"), "failed");

        let row = documents(world, &[&arguments[..], &["--expect", "3"]].concat()).await.remove(0);
        assert_eq!((&row["state"], &row["replayed"], &row["busy"]), (&json!("done"), &json!(3), &json!(0)));
        let job = row["job"].as_str().expect("it has a name").to_owned();
        until("the end of the replayed", async || {
            let results = results(world, &job).await;
            if results == json!({"done": 3}) { Ok(()) } else { Err(results.to_string()) }
        })
        .await;
        for record in &records {
            assert_eq!(world.event(&source, record.id()).await.json["landfallreplay"], 1);
        }
        let jobs = documents(world, &["replay", "list", "--fields", "job"]).await;
        assert!(jobs.contains(&json!({"job": job})), "{jobs:?}");
        let told = tool(world, &["events", "get", records[0].id(), "--no-logs"]).await;
        assert!(told.data.contains(&format!("replayed     by the replay job {job}")), "{}", told.told());
        let again = documents(world, &["replay", "run", &job]).await.remove(0);
        assert_eq!((&again["replayed"], &again["mine"]), (&json!(0), &json!(3)));
    });
}

#[test]
fn one_event_is_replayed_by_its_id() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let record = put_failed(world, &source, 1).await.remove(0);
        let row = documents(world, &["replay", record.id(), "--yes"]).await.remove(0);
        assert_eq!(row["replayed"], 1);
        assert_eq!(world.event(&source, record.id()).await.json["landfallreplay"], 1);
        assert_eq!(world.finished(record.id()).await.text("state"), "done");
    });
}

#[test]
fn a_replay_is_interrupted_paused_resumed_and_cancelled_from_any_terminal() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        put_failed(world, &source, 60).await;
        let job = frozen(world, &["--state", "failed", "--source", &source.name, "--rate", "4/s"]).await;
        let is = async |state: &str| {
            until(state, async || {
                let shown = documents(world, &["replay", "show", &job]).await.remove(0);
                let has_begun = shown["results"].get("replayable").and_then(Value::as_u64) != Some(60);
                if shown["state"] == state && has_begun { Ok(()) } else { Err(shown.to_string()) }
            })
            .await;
        };
        let mut first = Tool::start(&world.stack_file(), &["replay", "run", &job]);
        is("running").await;
        let other = tool(world, &["replay", "run", &job]).await;
        assert!(
            other.code == Some(6) && other.words.contains("is run by the local operator in the terminal"),
            "{}",
            other.told()
        );
        let interrupted = first.interrupt().await;
        assert_eq!(interrupted.code, Some(130), "{}", interrupted.told());
        let go_on = format!("landfall: The job {job} is paused. Go on with: landfall replay resume {job}\n");
        assert_eq!(interrupted.words, go_on);
        is("paused").await;

        let mut second = Tool::start(&world.stack_file(), &["replay", "resume", &job]);
        is("running").await;
        let paused = tool(world, &["replay", "pause", &job]).await;
        assert_eq!(paused.code, Some(0), "{}", paused.told());
        let stopped = second.end().await;
        assert_eq!((stopped.code, &stopped.words), (Some(130), &go_on), "{}", stopped.told());

        let cancelled = documents(world, &["replay", "cancel", &job]).await.remove(0);
        assert_eq!(cancelled["state"], "cancelled");
        let run = tool(world, &["replay", "run", &job]).await;
        assert_eq!(run.told(), format!("exit code 6\nlandfall: the replay job {job} is cancelled"));
    });
}

/// Pausing waits for the calls that were begun; who interrupts again does not want to wait.
#[test]
fn a_replay_that_is_interrupted_again_ends_at_once() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        put_failed(world, &source, 1).await;
        let job = frozen(world, &["--state", "failed", "--source", &source.name]).await;
        let proxy = ToolProxy::start(&world.stack).await;
        proxy.leave_unanswered("sqs:SendMessage");
        let mut tool = Tool::start(&proxy.file, &["replay", "run", &job]);
        until("a call without an answer", async || {
            if proxy.calls().contains("sqs:SendMessage") { Ok(()) } else { Err(tool.words()) }
        })
        .await;
        tool.send_interrupt();
        until("the pause", async || {
            let shown = documents(world, &["replay", "show", &job]).await.remove(0);
            if shown["state"] == "paused" { Ok(()) } else { Err(shown.to_string()) }
        })
        .await;
        assert!(!tool.has_ended(), "nothing is waited for: {}", tool.words());
        let begun = Stopwatch::start();
        let interrupted = tool.interrupt().await;
        assert!(begun.elapsed() < Duration::from_secs(5), "it ended after {:?}", begun.elapsed());
        let go_on = format!("landfall: The job {job} is paused. Go on with: landfall replay resume {job}\n");
        assert_eq!((interrupted.code, interrupted.words), (Some(130), go_on));
    });
}

#[test]
fn what_cannot_be_replayed_is_told() {
    run(async |world| {
        let check = async |arguments: &[&str], expected: expect_test::Expect| {
            expected.assert_eq(&tool(world, arguments).await.told());
        };
        check(
            &["replay", "--yes"],
            expect![[r#"
                exit code 2
                landfall: name events by their ids, or narrow them down: --source, --provider, --state, --subject, --view or --since"#]],
        )
        .await;
        check(
            &["replay", "run", "0123456789abcdef"],
            expect![[r#"
                exit code 5
                landfall: there is no replay job 0123456789abcdef; it may have been frozen more than 30 days ago"#]],
        )
        .await;
        check(
            &["replay", "--state", "failed", "--source", "nobody"],
            expect![[r#"
                exit code 5
                landfall: no finished event is what was asked for: there is nothing to replay"#]],
        )
        .await;
        let run = tool(world, &["replay", "run", "?"]).await;
        assert!(
            run.code == Some(2) && run.words.contains("a replay job is named by letters and digits"),
            "{}",
            run.told()
        );
    });
}

#[test]
fn a_replay_whose_calls_fail_says_how_it_goes_on() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let record = put_failed(world, &source, 1).await.remove(0);
        let job = frozen(world, &["--state", "failed", "--source", &source.name]).await;
        let proxy = ToolProxy::start(&world.stack).await;
        proxy.refuse("sqs:SendMessage", Refusal::Throttled);
        let run = landfall_on(&proxy.file, &["replay", "run", &job], "").await;
        let expected = format!(
            "exit code 8\nlandfall: sqs:SendMessage failed: ThrottlingException: Rate exceeded\n\
             Nothing is lost: go on with landfall replay resume {job}"
        );
        assert_eq!(run.told(), expected);
        // Its message was not sent, and the next run sends it.
        tool(world, &["replay", "pause", &job]).await;
        let row = documents(world, &["replay", "resume", &job]).await.remove(0);
        assert_eq!((&row["state"], &row["replayed"]), (&json!("done"), &json!(1)), "{row}");
        assert_eq!(world.event(&source, record.id()).await.json["landfallreplay"], 1);
        let proxy = ToolProxy::start(&world.stack).await;
        proxy.refuse("dynamodb:UpdateItem", Refusal::Denied);
        let run = landfall_on(&proxy.file, &["replay", "run", &job], "").await;
        assert!(run.code == Some(4) && run.words.contains(r#""Action": "dynamodb:UpdateItem""#), "{}", run.told());
    });
}

#[test]
fn a_replay_whose_calls_are_cut_replays_each_event_once() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let records = put_failed(world, &source, 3).await;
        let proxy = ToolProxy::start(&world.stack).await;
        let check = async |arguments: &[&str], cut: &[&'static str]| {
            cut.iter().for_each(|action| proxy.cut(action));
            let run = landfall_on(&proxy.file, &[arguments, &["--output", "ndjson"]].concat(), "").await;
            assert_eq!(run.code, Some(0), "{}", run.told());
            assert!(proxy.uncut().is_empty(), "{:?}", proxy.uncut());
            run.documents().remove(0)
        };
        let reading = ["dynamodb:Query", "dynamodb:BatchGetItem"];
        let writing = ["dynamodb:PutItem", "dynamodb:UpdateItem"];
        let freeze = ["replay", "freeze", "--state", "failed", "--source", &source.name];
        let frozen = check(&freeze, &[reading, writing].concat()).await;
        assert_eq!((&frozen["state"], &frozen["events"]), (&json!("frozen"), &json!(3)), "{frozen}");
        let job = frozen["job"].as_str().expect("it has a name").to_owned();
        let calls = ["dynamodb:GetItem", "dynamodb:UpdateItem", "sqs:SendMessage", "sqs:GetQueueAttributes"];
        let ran = check(&["replay", "run", &job], &calls).await;
        assert_eq!((&ran["state"], &ran["busy"]), (&json!("done"), &json!(0)), "{ran}");
        for record in &records {
            assert_eq!(world.event(&source, record.id()).await.json["landfallreplay"], 1);
            assert_eq!(world.finished(record.id()).await.number("replay"), Some(1));
        }
    });
}

#[test]
fn records_of_before_are_listed_after_a_backfill() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let mut old = failed(&source, 0, "sns: away");
        old.0.retain(|name, _| name != "slot" && !name.starts_with("due_"));
        world.put_record(&old).await;
        let run = tool(world, &["ledger", "backfill"]).await;
        assert!(run.code == Some(7) && run.words.contains("Read the whole table"), "{}", run.told());
        let report = documents(world, &["ledger", "backfill", "--yes"]).await.remove(0);
        assert!(report["written"].as_u64() >= Some(1), "{report}");
        // What failed in the last two seconds is left to the next list.
        until("the list", async || {
            let listed = documents(world, &["events", "list", "--source", &source.name, "--state", "failed"]).await;
            if listed.iter().any(|row| row["id"] == old.id()) { Ok(()) } else { Err(format!("{listed:?}")) }
        })
        .await;
    });
}
