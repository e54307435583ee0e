//! `landfall wait` and `landfall tail`, on the stack.

use domain::provider::Provider;
use serde_json::Value;
use tests::clock::now_millis;
use tests::observe::until;
use tests::recorded::recorded;
use tests::source::Source;
use tests::tool::{Tool, landfall_on};
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::run;

use crate::cli_events::tool;
use crate::listing::{done, failed, numbered};

#[test]
fn who_waits_for_a_job_learns_how_it_ended() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let body = recorded("glossi/job-complete").body;
        let subject = "c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03";
        let wait = ["wait", "--subject", subject, "--source", &source.name, "--output", "ndjson"];
        let mut waiting = Tool::start(&world.stack_file(), &wait);
        let answer = world.deliver(&world.delivery(&source, &body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let run = waiting.end().await;
        assert_eq!(run.code, Some(0), "{}", run.told());
        assert_eq!((&run.documents()[0]["state"], &run.documents()[0]["subject"]), (&"done".into(), &subject.into()));
        // It has ended before.
        let again = tool(world, &wait).await;
        assert_eq!(again.code, Some(0), "{}", again.told());
        let id = run.documents()[0]["id"].as_str().expect("it has one").to_owned();
        let by_id = tool(world, &["wait", "--id", &id, "--output", "ndjson"]).await;
        assert_eq!((by_id.code, by_id.documents()), (Some(0), run.documents()), "{}", by_id.told());
    });
}

#[test]
fn the_exit_code_says_how_it_ended() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let given_up = failed(&source, 0, "sns: away");
        world.put_record(&given_up).await;
        let run = tool(world, &["wait", "--id", given_up.id(), "--fields", "state"]).await;
        let expected =
            format!("exit code 1\nstate  failed\nlandfall: the event {} was given up: sns: away", given_up.id());
        assert_eq!(run.told(), expected);
        let job_failed = numbered(&source, 1)
            .with("state", "done")
            .with("type", "landfall.job.failed")
            .with_number("expires_at", now_millis() / 1000 + 1_000_000);
        world.put_record(&job_failed).await;
        let subject = job_failed.text("subject").to_owned();
        let run = tool(world, &["wait", "--subject", &subject, "--source", &source.name]).await;
        assert!(run.code == Some(1) && run.words.contains("says that the thing failed"), "{}", run.told());
        let expired = done(&source, 2, now_millis()).with("type", "landfall.job.expired");
        world.put_record(&expired).await;
        let run = tool(world, &["wait", "--id", expired.id()]).await;
        assert!(run.code == Some(1) && run.words.contains("the job was given up"), "{}", run.told());
        let run = tool(world, &["wait", "--id", "nobody/none", "--timeout", "1s"]).await;
        assert_eq!(run.told(), "exit code 9\nlandfall: nobody/none has not ended within 1 s");
        let proxy = ToolProxy::start(&world.stack).await;
        proxy.refuse("dynamodb:GetItem", Refusal::Denied);
        let run = landfall_on(&proxy.file, &["wait", "--id", "nobody/none"], "").await;
        assert_eq!(run.code, Some(4), "{}", run.told());
    });
}

#[test]
fn what_the_functions_log_is_one_stream() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let arguments = ["tail", "--containing", &source.name, "--output", "ndjson"];
        let mut tail = Tool::start(&world.stack_file(), &arguments);
        let mut words = Tool::start(&world.stack_file(), &arguments[..3]);
        let body = recorded("glossi/job-complete").body;
        let delivery = world.delivery(&source, &body);
        until("lines of both functions", async || {
            // What came before the tool began is not shown.
            world.deliver(&delivery).await;
            let data = tail.data();
            let has = |function: &str| data.contains(&format!("\"message\":\"{function}\""));
            if has("delivery") && words.data().contains("delivery  ") { Ok(()) } else { Err(data) }
        })
        .await;
        let run = tail.interrupt().await;
        assert_eq!(run.code, Some(0), "{}", run.told());
        let lines: Vec<Value> = run.documents();
        assert!(lines.iter().all(|line| line.to_string().contains(&source.name)), "{}", run.told());
        let run = words.interrupt().await;
        assert!(run.data.lines().all(|line| line.contains(&source.name)), "{}", run.told());
        let proxy = ToolProxy::start(&world.stack).await;
        proxy.refuse("logs:FilterLogEvents", Refusal::Denied);
        assert_eq!(landfall_on(&proxy.file, &["tail"], "").await.code, Some(4));
    });
}
