//! `landfall events`, on the stack.

use std::path::PathBuf;
use std::time::Duration;

use domain::provider::Provider;
use expect_test::expect;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::observe::until;
use tests::recorded::recorded;
use tests::source::Source;
use tests::story::Story;
use tests::tool::{Run, Tool, landfall, landfall_on};
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::{World, run};

use crate::listing::{failed, numbered};

/// What the tool says of `arguments`, on the stack under test.
pub(crate) async fn tool(world: &World, arguments: &[&str]) -> Run {
    landfall_on(&world.stack_file(), arguments, "").await
}

/// The documents that it writes.
pub(crate) async fn documents(world: &World, arguments: &[&str]) -> Vec<Value> {
    let run = tool(world, &[arguments, &["--output", "ndjson"]].concat()).await;
    assert_eq!(run.code, Some(0), "{}", run.told());
    run.documents()
}

fn ids(documents: &[Value]) -> Vec<&str> {
    documents.iter().map(|document| document["id"].as_str().expect("each has one")).collect()
}

#[test]
fn one_event_is_listed_told_and_written_as_it_was_sent() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let body = recorded("glossi/job-complete").body;
        let delivery = story.delivery(&body);
        story.send(&delivery).await;
        story.send(&delivery).await;
        story.settle().await;
        let id = story.ids().remove(0);
        let source = story.source.name.clone();
        let subject = world.record(&id).await.expect("it stands").text("subject").to_owned();
        let of_source = ["events", "list", "--source", &source];
        // What was written in the last two seconds is left to the next list.
        let listed = until("the list", async || {
            let listed = documents(world, &of_source).await;
            if listed.is_empty() { Err("nothing".to_owned()) } else { Ok(listed) }
        })
        .await;
        assert_eq!(ids(&listed), [id.as_str()]);
        let event = &listed[0];
        assert_eq!(
            json!([event["state"], event["type"], event["provider"], event["verified_by"], event["subject"]]),
            json!(["done", "landfall.job.completed", "glossi", "signature", subject])
        );
        for (filter, count) in [
            (vec!["--state", "done", "--type", "landfall.job.completed"], 1),
            (vec!["--type", "landfall.job.failed"], 0),
            (vec!["--provider", "glossi", "--verified-by", "signature"], 1),
            (vec!["--provider", "stripe"], 0),
            (vec!["--verified-by", "token"], 0),
            (vec!["--subject", &subject], 1),
            (vec!["--subject", "another"], 0),
            (vec!["--since", "1h"], 1),
            (vec!["--until", "1h"], 0),
            (vec!["--match", r#"{"event": "job.complete", "data": {"status": "COMPLETE"}}"#], 1),
            (vec!["--match", r#"{"data": {"status": "FAILED"}}"#], 0),
            (vec!["--state", "failed"], 0),
            (vec!["--view", "unfinished"], 0),
        ] {
            assert_eq!(documents(world, &[&of_source[..], &filter].concat()).await.len(), count, "{filter:?}");
        }
        let run = tool(world, &["events", "body", &id]).await;
        assert_eq!((run.code, run.data.as_bytes()), (Some(0), &*body), "{}", run.words);

        // The functions' lines come to the logs a moment later.
        let told = until("the lines", async || {
            let told = documents(world, &["events", "get", &id]).await.remove(0);
            let steps: Vec<&str> =
                told["timeline"].as_array().expect("a list").iter().filter_map(|it| it["step"].as_str()).collect();
            if steps == ["arrived", "duplicate", "published"] || steps == ["arrived", "published", "duplicate"] {
                Ok(told.clone())
            } else {
                Err(format!("{steps:?}"))
            }
        })
        .await;
        let number = |name: &str| told[name].as_u64().unwrap_or_else(|| panic!("{name} of {told}"));
        assert_eq!(number("total_ms"), number("worked_ms") + number("waited_ms"));
        let run = tool(world, &["events", "get", &id, "--no-logs"]).await;
        assert!(run.data.contains("arrived      webhook, verified by signature\n"), "{}", run.told());
        assert!(run.data.contains("published    by attempt 1\n"), "{}", run.told());
    });
}

#[test]
fn what_failed_and_what_waits_is_told_with_the_reason() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let given_up = failed(&source, 0, "sns:Publish: AccessDenied");
        let waiting = numbered(&source, 1).due_at(now_millis() + 3_600_000).with("last_error", "s3: away");
        world.put_record(&given_up).await;
        world.put_record(&waiting).await;
        let of_source = ["events", "list", "--source", &source.name, "--fields", "id,last_error"];
        for (state, record, error) in
            [("failed", &given_up, "sns:Publish: AccessDenied"), ("received", &waiting, "s3: away")]
        {
            let found = documents(world, &[&of_source[..], &["--state", state]].concat()).await;
            assert_eq!(json!(found), json!([{"id": record.id(), "last_error": error}]));
        }
        let run = tool(world, &["events", "get", waiting.id(), "--no-logs"]).await;
        assert!(
            run.data.contains("due          unless it is tried before; the latest attempt failed: s3: away"),
            "{}",
            run.told()
        );
        let run = tool(world, &["events", "get", given_up.id(), "--no-logs"]).await;
        assert!(run.data.contains("failed       by attempt 8: sns:Publish: AccessDenied"), "{}", run.told());

        let differences = documents(world, &["events", "diff", given_up.id(), waiting.id()]).await;
        let (one, other) = (given_up.text("subject"), waiting.text("subject"));
        assert!(differences.contains(&json!({"at": "/data/jobId", "one": one, "other": other})), "{differences:?}");
        let run = tool(world, &["events", "diff", waiting.id(), waiting.id()]).await;
        assert!(run.code == Some(0) && run.words.contains("The two bodies are the same."), "{}", run.told());
        let run = tool(world, &["events", "diff", waiting.id(), "nobody/none"]).await;
        assert_eq!(run.code, Some(5), "{}", run.told());
    });
}

#[test]
fn a_list_goes_on_by_its_cursor() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let mut expected = Vec::new();
        for number in 0..25 {
            let record = failed(&source, number, "sns: away").with_number("received_at", now_millis() - 10_000);
            world.put_record(&record).await;
            expected.push(record.id().to_owned());
        }
        expected.sort();
        expected.reverse();
        let filter = ["--source", &source.name];
        let mut seen = Vec::new();
        let mut run =
            tool(world, &[&["events", "list", "--output", "ndjson", "--limit", "10"], &filter[..]].concat()).await;
        loop {
            assert_eq!(run.code, Some(0), "{}", run.words);
            seen.extend(ids(&run.documents()).into_iter().map(str::to_owned));
            let Some((_, cursor)) = run.words.split_once("--cursor ") else { break };
            let cursor = cursor.trim().to_owned();
            run = tool(world, &["events", "list", "--output", "ndjson", "--limit", "10", "--cursor", &cursor]).await;
        }
        assert_eq!(seen, expected);
        let all = documents(world, &[&["events", "list", "--all"], &filter[..]].concat()).await;
        assert_eq!(ids(&all), expected);
        let table = tool(world, &[&["events", "list", "--limit", "1"], &filter[..]].concat()).await;
        assert_eq!(table.data.lines().count(), 2, "{}", table.told());
        assert!(table.data.starts_with("RECEIVED_AT"), "{}", table.told());
    });
}

#[test]
fn an_export_that_was_killed_goes_on_and_has_each_event_once() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        for number in 0..450 {
            let at = now_millis() - 10_000 - i64::try_from(number).expect("it is small");
            world.put_record(&failed(&source, number, "sns: away").with_number("received_at", at)).await;
        }
        let file = std::env::temp_dir().join(format!("landfall-cursor-{:016x}", fastrand::u64(..)));
        let file = file.to_str().expect("a path of text");
        let arguments = ["events", "export", "--bodies", "--source", &source.name, "--cursor-file", file];
        let mut first = Tool::start(&world.stack_file(), &arguments);
        // It is killed after its first page, which the file tells.
        until(
            "the first page",
            async || {
                if PathBuf::from(file).exists() { Ok(()) } else { Err("no cursor".to_owned()) }
            },
        )
        .await;
        let killed = first.kill().await;
        let rest = tool(world, &arguments).await;
        assert_eq!(rest.code, Some(0), "{}", rest.words);
        assert!(!PathBuf::from(file).exists(), "it is removed at the end");
        let complete = |run: &Run| -> Vec<String> {
            let lines = run.data.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            lines.map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].to_string()).collect()
        };
        let mut ids: Vec<String> = complete(&killed).into_iter().chain(complete(&rest)).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 450);
        assert!(count <= 450 + 200, "at most the page that was being written is there twice: {count}");
        let body: Value = rest.documents()[0].clone();
        assert!(body["body"].as_str().is_some_and(|body| body.contains("complete")), "{body}");
    });
}

#[test]
fn what_is_followed_is_shown_once_as_it_arrives_until_it_is_interrupted() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let mut tail =
            Tool::start(&world.stack_file(), &["events", "tail", "--source", &source.name, "--output", "ndjson"]);
        let mut expected = Vec::new();
        for number in 0..3 {
            // It may not have begun to look yet, and what came before is not shown.
            until("the event", async || {
                let record = failed(&source, number, "sns: away").with_number("received_at", now_millis());
                world.put_record(&record).await;
                tokio::time::sleep(Duration::from_millis(300)).await;
                if tail.data().contains(record.id()) { Ok(()) } else { Err(tail.data()) }
            })
            .await;
            expected.push(failed(&source, number, "").id().to_owned());
        }
        let run = tail.interrupt().await;
        assert_eq!(run.code, Some(0), "{}", run.words);
        let documents = run.documents();
        let mut seen = ids(&documents);
        seen.dedup();
        assert_eq!(seen, expected);
    });
}

#[test]
fn what_is_asked_in_vain_is_told() {
    run(async |world| {
        let none = "nobody/none";
        for arguments in [["events", "get", none], ["events", "body", none]] {
            expect![[r#"
                exit code 5
                landfall: there is no event nobody/none: its record may have expired, 30 days after the event's end"#]]
            .assert_eq(&tool(world, &arguments).await.told());
        }
        expect![[r#"
            exit code 2
            landfall: the cursor: this is no cursor that this version has printed; begin again without one"#]]
        .assert_eq(&tool(world, &["events", "list", "--cursor", "e30"]).await.told());
        for (arguments, words) in [
            (vec!["--source", "A B"], "invalid value 'A B' for '--source <NAME>'"),
            (vec!["--since", "soon"], "soon is no instant"),
            (vec!["--type", "landfall.jobs.done"], "landfall.jobs.done is no type"),
            (vec!["--match", "{"], "this is no JSON"),
            (vec!["--provider", "nobody"], "no such sender"),
            (vec!["--limit", "0"], "0 is not in 1..=1000"),
        ] {
            let run = tool(world, &[&["events", "list"], &arguments[..]].concat()).await;
            assert!(run.code == Some(2) && run.words.contains(words), "{}", run.told());
        }
    });
}

#[tokio::test]
async fn without_a_stack_nothing_is_asked() {
    expect![[r#"
        exit code 5
        landfall: no local stack at nowhere.json: start one with make up (No such file or directory (os error 2))"#]]
    .assert_eq(&landfall(&["--local=nowhere.json", "events", "list"], "").await.told());
}

#[test]
fn who_may_not_or_must_wait_is_told_what_to_do() {
    run(async |world| {
        let proxy = ToolProxy::start(&world.stack).await;
        let list = ["events", "list", "--source", "nobody"];
        proxy.refuse("dynamodb:Query", Refusal::Denied);
        expect![[r#"
            exit code 4
            landfall: dynamodb:Query was denied: User: arn:aws:iam::000000000000:user/tester is not authorized to perform: dynamodb:Query on resource: arn:aws:played because no identity-based policy allows the dynamodb:Query action
            An administrator must allow it, with this statement in your policy:
              {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "arn:aws:played"}"#]]
        .assert_eq(&landfall_on(&proxy.file, &list, "").await.told());
        let proxy = ToolProxy::start(&world.stack).await;
        proxy.refuse("dynamodb:Query", Refusal::Throttled);
        expect![[r#"
            exit code 8
            landfall: dynamodb:Query failed: ThrottlingException: Rate exceeded"#]]
        .assert_eq(&landfall_on(&proxy.file, &list, "").await.told());
        proxy.refuse("dynamodb:GetItem", Refusal::Expired);
        expect![[r#"
            exit code 3
            landfall: No valid AWS credentials: dynamodb:GetItem: The security token included in the request is expired
            Sign in (aws sso login, aws configure, or AWS_PROFILE) and try again."#]]
        .assert_eq(&landfall_on(&proxy.file, &["events", "get", "nobody/none"], "").await.told());
        let record = failed(&Source::new(Provider::Glossi), 0, "sns: away");
        world.put_record(&record).await;
        let proxy = ToolProxy::start(&world.stack).await;
        proxy.refuse("logs:FilterLogEvents", Refusal::Throttled);
        let run = landfall_on(&proxy.file, &["events", "get", record.id()], "").await;
        assert_eq!(run.code, Some(0), "{}", run.told());
        assert_eq!(
            run.words,
            "This is what the record alone tells: logs:FilterLogEvents failed: ThrottlingException: Rate exceeded\n"
        );
    });
}
