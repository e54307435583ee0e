//! `landfall expect`, `reconcile` and `watch`, on the stack.

use std::collections::BTreeMap;

use domain::event::event_type::Thing;
use domain::ledger::watch_list::WATCH_LIST_ID;
use domain::provider::Provider;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::console::Console;
use tests::expectation::job_id;
use tests::observe::until;
use tests::simulator::{End, Simulator};
use tests::source::Source;
use tests::stack::Stack;
use tests::story::Story;
use tests::tool::{Run, landfall_on};
use tests::tool_proxy::ToolProxy;
use tests::world::{World, run};

use crate::cli_events::{documents, tool};
use crate::cli_permissions::asked_for;
use crate::listing::done;

const HOUR_MILLIS: i64 = 60 * 60 * 1000;

/// A sender, and a story about a source whose jobs are asked about there.
async fn begin(world: &'static World, provider: Provider) -> (Simulator, Story) {
    let simulator = Simulator::start(provider);
    let source = world.set_up(simulator.expects(Source::new(provider))).await;
    (simulator, Story::about(world, source))
}

/// Has the tool expect a job, and waits until the ledger does.
async fn expect(world: &World, source: &Source, job: &str, options: &[&str]) -> Run {
    let run = tool(world, &[&["expect", &source.name, job, "--output", "ndjson"], options].concat()).await;
    assert_eq!(run.code, Some(0), "{}", run.told());
    let record = job_id(source, Thing::Job, job);
    until("the expectation", async || world.record(record.as_str()).await.ok_or("no record")).await;
    run
}

/// What `reconcile` says once the index shows so many jobs.
async fn reconciled(world: &World, source: &Source, count: u64) -> Value {
    until(&format!("{count} jobs"), async || {
        let report = documents(world, &["reconcile", &source.name]).await.remove(0);
        if report["jobs"] == count { Ok(report) } else { Err(report.to_string()) }
    })
    .await
}

#[test]
fn expected_jobs_are_reconciled_by_how_they_ended() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Csm).await;
        let [in_time, lost, given_up, late, waiting] = std::array::from_fn(|_| simulator.submit());
        let source = story.source.clone();
        let submitted_at = (now_millis() - HOUR_MILLIS) / 1000 * 1000;
        let submitted_at = domain::time::Timestamp::from_millis(submitted_at).to_string();
        // Other tests let the sweep run: this job is not to be asked about.
        let options = ["--submitted-at", &submitted_at, "--within", "30d"];
        let row = expect(world, &source, &in_time, &options).await.documents().remove(0);
        assert_eq!((&row["job_id"], &row["submitted_at"]), (&json!(in_time), &json!(submitted_at)));
        for job in [&lost, &given_up, &late, &waiting] {
            expect(world, &source, job, &["--within", "10s", "--give-up", "7d"]).await;
        }
        for job in [&in_time, &lost] {
            simulator.finish(job, End::Completed);
        }
        // Two are given up by hand, and of one the webhook comes after all.
        let closed =
            documents(world, &["expect", "close", &source.name, &given_up, &late, "nobody-knows", "--yes"]).await;
        let results: Vec<&str> = closed.iter().filter_map(|row| row["result"].as_str()).collect();
        assert_eq!(results, ["closed", "closed", "was not expected"]);
        simulator.finish(&late, End::Completed);
        for job in [&in_time, &late] {
            let delivery = story.delivery(&simulator.webhook(job, End::Completed));
            let id = story.send(&delivery).await.event_id().expect("a genuine delivery is accepted");
            world.finished(&id).await;
        }
        world.job_in(&job_id(&source, Thing::Job, &lost), "ended").await;

        let report = reconciled(world, &source, 5).await;
        let told = ["webhook", "poll", "late", "never", "waiting"].map(|ending| report[ending].clone());
        assert_eq!(json!(told), json!([1, 1, 1, 1, 1]), "{report}");
        let wait = &report["wait_ms"];
        assert!(wait["webhooks"] == 2 && wait["longest"].as_i64() >= Some(HOUR_MILLIS), "{report}");

        let jobs = documents(world, &["reconcile", &source.name, "--jobs"]).await;
        let by_id: BTreeMap<&str, &Value> =
            jobs.iter().map(|job| (job["job_id"].as_str().expect("each has one"), job)).collect();
        let ended_by = |job: &String| by_id[job.as_str()]["ended_by"].as_str().expect("a word");
        assert_eq!(
            [&in_time, &lost, &late, &given_up, &waiting].map(ended_by),
            ["webhook", "poll", "late", "never", "waiting"]
        );
        assert_eq!(jobs[0]["job_id"], json!(in_time), "the earliest first");
        let polled = by_id[lost.as_str()];
        assert!(polled["polls"].as_u64() >= Some(1) && polled["ended_at"].is_string(), "{polled}");
        let late_ones = documents(world, &["reconcile", &source.name, "--jobs", "--ended-by", "late"]).await;
        assert_eq!(late_ones.iter().map(|job| job["job_id"].clone()).collect::<Vec<_>>(), [json!(late)]);

        let console = Console::open(&world.stack_file()).await;
        let list = format!("/jobs?source={}", source.name);
        let page = console.page(&list).await;
        let command = format!("landfall reconcile {} --since 24h --jobs", source.name);
        for text in ["by webhook", "by poll", "late webhook", "never", &command] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let lost_id = job_id(&source, Thing::Job, &lost).to_string();
        let polled = console.page(&format!("{list}&ended=poll")).await;
        assert_eq!(polled.matches("data-id=").count(), 1, "{polled}");
        assert!(polled.contains(&format!("data-id=\"{lost_id}\"")), "{polled}");
        let sel = lost_id.replace('@', "%40").replace('/', "%2F");
        // A list is as old as its index may be.
        let pane = until("the event of its end", async || {
            let pane = console.page(&format!("/jobs/peek?sel={sel}")).await;
            if pane.contains("No webhook came in time") && pane.contains("job.completed") {
                Ok(pane)
            } else {
                Err(pane)
            }
        })
        .await;
        let link = pane.split("class=\"counterpart\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let event = console.page(link.expect("the job leads to its event")).await;
        let back = format!("/jobs?source={}&amp;since=30d&amp;sel={sel}", source.name);
        assert!(event.contains(&format!("href=\"{back}\">by poll<")), "the event leads to its job: {event}");
        assert_eq!(console.get("/jobs?since=soon").await.status, 400);

        let text = tool(world, &["reconcile", &source.name]).await.data;
        assert!(text.starts_with(&format!("{}: 5 expected jobs", source.name)), "{text}");
        assert!(
            text.contains("webhook  1   20.0 %  ####") && text.contains("from submission to webhook: half"),
            "{text}"
        );
        let backwards = tool(world, &["reconcile", &source.name, "--since", "1h", "--until", "2h"]).await;
        assert_eq!(backwards.told(), "exit code 2\nlandfall: --since must be before --until");

        // All that wait are closed at once, and then none is left.
        let close_all = ["expect", "close", &source.name, "--before", "0s", "--yes"];
        let closed = documents(world, &close_all).await;
        assert_eq!(json!(closed), json!([{"job_id": waiting, "result": "closed"}]));
        let again = tool(world, &close_all).await;
        assert!(again.code == Some(5) && again.words.contains("no job of"), "{}", again.told());
    });
}

#[test]
fn what_cannot_be_expected_is_refused_with_what_to_do() {
    run(async |world| {
        let (_csm, csm) = begin(world, Provider::Csm).await;
        let simulator = Simulator::start(Provider::Modelslab);
        let mut without_family = simulator.expects(Source::new(Provider::Modelslab));
        without_family.options.remove("api_family");
        let modelslab = world.set_up(without_family).await;
        let (_glossi, glossi) = begin(world, Provider::Glossi).await;
        let plain = world.source(Provider::Get3w).await;
        let check = async |source: &str, options: &[&str], code: i32, expected: &str| {
            let run = tool(world, &[&["expect", source, "job-1"], options].concat()).await;
            assert!(run.code == Some(code) && run.words.contains(expected), "{options:?}: {}", run.told());
            assert_eq!(run.data, "");
        };
        let csm = csm.source.name.as_str();
        check("nobody-there", &[], 5, "there is no source nobody-there").await;
        check(&plain.name, &[], 6, "has no `expect`: put `\"expect\": {}`").await;
        check(&glossi.source.name, &["--thing", "project"], 2, "docs/providers/glossi.md").await;
        check(&modelslab.name, &[], 2, "--family").await;
        check(csm, &["--within", "9s"], 2, "`within_seconds` is 9").await;
        check(csm, &["--within", "1h", "--give-up", "1m"], 2, "`give_up_seconds` is 60").await;
        check(csm, &["--submitted-at", "31d"], 2, "`submitted_at` is more than 30 days ago").await;
        check(csm, &["--family", "Two Words"], 2, "`hint.family`").await;
        check(csm, &["--body", "[]"], 2, "it must be a JSON object").await;
        check("", &[], 2, "SOURCE").await;

        let mut stack = json!(world.stack);
        stack.as_object_mut().expect("a stack is an object").remove("expect_queue_url");
        let file = std::env::temp_dir().join(format!("landfall-without-expectations-{:016x}.json", fastrand::u64(..)));
        std::fs::write(&file, stack.to_string()).expect("a file can be written");
        let run = landfall_on(&file, &["expect", csm, "job-1"], "").await;
        assert!(run.code == Some(6) && run.words.contains("--parameter Expectations=on"), "{}", run.told());
        std::fs::remove_file(file).expect("it is there");
    });
}

#[test]
fn status_tells_of_lost_webhooks_where_jobs_are_expected() {
    run(async |world| {
        let stack = Stack {
            process_function: "lost-process".into(),
            ingest_function: "lost-ingest".into(),
            ..world.stack.clone()
        };
        for (function, metric, value) in
            [("lost-process", "ended_by_poll", 30), ("lost-process", "late", 1), ("lost-ingest", "late", 2)]
        {
            crate::cli_operations::measure(world, function, metric, value).await;
        }
        let (run, rows) = crate::cli_operations::rows(&stack, &["status"]).await;
        let lost =
            rows.iter().find(|row| row["figure"] == "lost_this_week").unwrap_or_else(|| panic!("{}", run.told()));
        let note = "30 webhooks lost this week, recovered from their senders; 3 webhooks came late";
        assert_eq!((&lost["value"], &lost["note"]), (&json!(30), &json!(note)));
    });
}

/// Lets the sweep write the directory of sources, until this one is in it.
pub(crate) async fn listed(world: &World, source: &Source) {
    until("the source to be listed", async || {
        world.sweep().await;
        let run = tool(world, &["watch", &source.name]).await;
        if run.code == Some(0) { Ok(()) } else { Err(run.told()) }
    })
    .await;
}

/// The names in the first line of the sweep's log that finds `source` silent. It looks in some of its runs only, whatever starts them.
async fn silent_sources(world: &World, source: &str) -> Vec<String> {
    until("the sweep to find a source silent", async || {
        world.sweep().await;
        let lines = world.logs(&[&world.stack.sweep_log_group]).await;
        let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let names = lines.filter_map(|line| serde_json::from_value::<Vec<String>>(line["silent_sources"].clone()).ok());
        let mut names = names.filter(|names| names.iter().any(|name| name == source));
        names.next().ok_or("no such line")
    })
    .await
}

#[test]
fn a_watched_source_is_missed_when_nothing_arrives() {
    run(async |world| {
        let [quiet, busy] = [world.source(Provider::Glossi).await, world.source(Provider::Glossi).await];
        world.put_record(&done(&quiet, 1, now_millis() - 10 * HOUR_MILLIS)).await;
        world.put_record(&done(&quiet, 2, now_millis() - 4 * HOUR_MILLIS)).await;
        world.put_record(&done(&busy, 1, now_millis())).await;
        for source in [&quiet, &busy] {
            listed(world, source).await;
        }
        let shown = documents(world, &["watch", &quiet.name]).await.remove(0);
        assert_eq!((&shown["silent_after"], &shown["suggested_after"]), (&json!(null), &json!("18h")), "{shown}");

        for (source, after) in [(&quiet, "3h"), (&busy, "1h")] {
            let run = tool(world, &["watch", &source.name, "--after", after]).await;
            assert!(run.code == Some(0) && run.words.contains(&format!("for {after}")), "{}", run.told());
        }
        let listed = documents(world, &["watch"]).await;
        let of = |source: &Source| listed.iter().find(|row| row["source"] == source.name).expect("it is watched");
        assert_eq!((&of(&quiet)["is_silent"], &of(&quiet)["silent_after"]), (&json!(true), &json!("3h")));
        assert_eq!((&of(&busy)["is_silent"], &of(&busy)["exists"]), (&json!(false), &json!(true)));
        let (quiet, busy) = (quiet.name.as_str(), busy.name.as_str());
        let silent = silent_sources(world, quiet).await;
        assert!(!silent.iter().any(|name| name == busy), "{silent:?}");

        for source in [quiet, busy] {
            let run = tool(world, &["watch", source, "--remove"]).await;
            assert_eq!(run.code, Some(0), "{}", run.told());
        }
        let again = tool(world, &["watch", quiet, "--remove"]).await;
        assert!(again.code == Some(5) && again.words.contains("is not watched"), "{}", again.told());
        let left = documents(world, &["watch"]).await;
        assert!(left.iter().all(|row| row["source"] != quiet && row["source"] != busy), "{left:?}");
        assert!(world.record(WATCH_LIST_ID).await.is_some(), "the list is still there: other sources are on it");
    });
}

#[test]
fn a_watch_that_makes_no_sense_is_refused() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let check = async |arguments: &[&str], code: i32, expected: &str| {
            let run = tool(world, &[&["watch"], arguments].concat()).await;
            assert!(run.code == Some(code) && run.words.contains(expected), "{arguments:?}: {}", run.told());
        };
        check(&["nobody-there", "--after", "6h"], 5, "there is no source nobody-there").await;
        check(&[&source.name, "--after", "4m"], 2, "give 5m to 30d").await;
        check(&[&source.name, "--after", "31d"], 2, "give 5m to 30d").await;
        check(&["--after", "6h"], 2, "SOURCE").await;
    });
}

#[test]
fn the_commands_ask_for_what_the_table_says() {
    run(async |world| {
        let (simulator, story) = begin(world, Provider::Csm).await;
        let (source, job) = (story.source.name.as_str(), simulator.submit());
        listed(world, &story.source).await;
        expect(world, &story.source, &job, &[]).await;
        simulator.finish(&job, End::Completed);
        world.job_in(&job_id(&story.source, Thing::Job, &job), "ended").await;
        let waits = simulator.submit();
        expect(world, &story.source, &waits, &[]).await;
        reconciled(world, &story.source, 2).await;
        let cases: [(&str, &[&str]); 6] = [
            ("expect", &["expect", source, &job]),
            ("reconcile", &["reconcile", source]),
            ("reconcile", &["reconcile", "--since", "1h", "--jobs"]),
            ("watch", &["watch", source, "--after", "30d"]),
            ("expect close", &["expect", "close", source, "--before", "0s", "--yes"]),
            ("expect close", &["expect", "close", source, &waits, "--yes"]),
        ];
        let mut calls: BTreeMap<&str, std::collections::BTreeSet<String>> = BTreeMap::new();
        for (command, arguments) in cases {
            let proxy = ToolProxy::start(&world.stack).await;
            let run = landfall_on(&proxy.file, arguments, "").await;
            assert_eq!(run.code, Some(0), "{}", run.told());
            calls.entry(command).or_default().extend(proxy.calls());
        }
        for (command, calls) in calls {
            assert_eq!(calls, asked_for(command).await, "{command}");
        }
        tool(world, &["watch", source, "--remove"]).await;
    });
}
