//! `landfall console`, over HTTP.

use std::collections::BTreeSet;

use domain::provider::Provider;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tests::clock::now_millis;
use tests::command_lines::{CommandLine, PreparedStack};
use tests::confidential::{self, Place};
use tests::console::Console;
use tests::http::Request;
use tests::ledger::{Record, put_records, sha256};
use tests::observe::until;
use tests::recorded::recorded;
use tests::simulator::{End, Simulator};
use tests::source::Source;
use tests::story::Story;
use tests::tool::landfall_on;
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::{World, run};
use tokio::sync::MutexGuard;

use crate::cli_jobs::listed;
use crate::cli_permissions::asked_for;
use crate::listing::{done, failed, numbered};

/// So many consoles run at once.
const AT_ONCE: usize = 6;

/// A text as a part of a URL.
pub(crate) fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// The path of an event's page.
fn event_path(id: &str) -> String {
    format!("/events/{}", encoded(id))
}

/// A finished record whose body and subject are a sender's own.
fn of_body(source: &Source, body: &[u8], subject: &str) -> Record {
    let mut record = done(source, 1, now_millis() - 10_000).with("subject", subject).with("body_sha256", &sha256(body));
    record.0.insert(
        "body".to_owned(),
        aws_sdk_dynamodb::types::AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new(body)),
    );
    record
}

#[test]
fn only_the_browser_that_opened_it_is_answered() {
    run(async |world| {
        let console = Console::open(&world.stack_file()).await;
        let own = |path: &str| console.request("GET", path);
        let origin = console.origin.clone();
        let other_port = "http://127.0.0.1:1";
        let cases: [(&str, Request, u16); 13] = [
            ("the browser", own("/events"), 200),
            (
                "its script",
                own("/events").with_header("origin", &origin).with_header("sec-fetch-site", "same-origin"),
                200,
            ),
            ("no cookie", own("/events").without_header("cookie"), 403),
            ("no cookie, for a script", own("/script.js").without_header("cookie"), 403),
            ("another cookie", own("/events").with_header("cookie", "landfall=00000000000000000000000000000000"), 403),
            ("another name for the address", own("/events").with_header("host", "localhost"), 403),
            ("a name of somebody's own", own("/events").with_header("host", "attacker.example"), 403),
            ("another origin", own("/events").with_header("origin", "https://attacker.example"), 403),
            ("another port", own("/events").with_header("origin", other_port), 403),
            ("no origin that is told", own("/events").with_header("origin", "null"), 403),
            ("a link on another site", own("/events").with_header("sec-fetch-site", "cross-site"), 403),
            ("a form", console.request("POST", "/events"), 403),
            ("the URL once more", Request::new("GET", console.url.clone()), 403),
        ];
        for (who, request, status) in cases {
            let answer = console.send(&request).await;
            assert_eq!(answer.status, status, "{who}: {}", answer.text());
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(
                policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"),
                "{who}: {policy}"
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{who}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{who}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{who}");
        }
        let end = {
            let mut console = console;
            console.tool.interrupt().await
        };
        assert_eq!(end.code, Some(0), "{}", end.told());
    });
}

#[test]
fn an_event_is_listed_told_and_shown_with_what_it_is_made_of() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let delivery = story.delivery(&recorded("glossi/job-complete").body);
        story.send(&delivery).await;
        story.settle().await;
        let id = story.ids().remove(0);
        let source = story.source.name.clone();
        let subject = world.record(&id).await.expect("it stands").text("subject").to_owned();
        listed(world, &story.source).await;
        let console = Console::open(&world.stack_file()).await;
        let list = format!("/events?source={source}");
        let page = until("the list", async || {
            let page = console.page(&list).await;
            if page.contains(&format!("data-id=\"{id}\"")) { Ok(page) } else { Err(page) }
        })
        .await;
        assert!(page.contains(&format!("landfall events list --source {source}")), "{page}");
        for (filter, is_there) in [
            (format!("{list}&state=done&type=landfall.job.completed&since=1h"), true),
            (format!("{list}&state=failed"), false),
            (format!("{list}&subject={subject}&verified_by=signature"), true),
            (format!("{list}&until=1h"), false),
            (format!("{list}&view=unfinished"), false),
        ] {
            assert_eq!(console.page(&filter).await.contains(&format!("data-id=\"{id}\"")), is_there, "{filter}");
        }
        let found = console.get(&format!("/events?q={}", encoded(&id))).await;
        assert_eq!(
            (found.status, found.header("location")),
            (303, Some(event_path(&id).as_str())),
            "an id is searched for"
        );
        let found = console.get(&format!("/events?source={source}&q=type:landfall.job.failed")).await;
        assert_eq!(
            found.header("location"),
            Some(format!("/events?source={source}&type=landfall.job.failed").as_str())
        );

        let peek = console.page(&format!("/events/peek?sel={}", encoded(&id))).await;
        assert!(
            peek.contains("Delivered and accepted") && peek.contains(&subject) && !peek.contains("<html"),
            "{peek}"
        );
        let beside = console.page(&format!("{list}&sel={}", encoded(&id))).await;
        assert!(
            beside.contains("aria-selected=\"false\" aria-current=\"true\"") && beside.contains(&peek),
            "a copied link shows the same: {beside}"
        );
        for (text, option) in [
            (id.as_str(), event_path(&id)),
            (&subject, event_path(&id)),
            ("type:landfall.job.failed", "/events?type=landfall.job.failed".to_owned()),
            ("consum", "/consumers".to_owned()),
            (&source, format!("/sources/{source}")),
        ] {
            let choices = console.page(&format!("/palette?q={}", encoded(text))).await;
            let is_there =
                choices.split("role=\"option\"").any(|choice| choice.contains(&format!("href=\"{option}\"")));
            assert!(is_there && !choices.contains("href=\"/replays\""), "{text}: {choices}");
        }
        let histogram = console.page(&format!("/events/histogram?source={source}")).await;
        assert!(histogram.contains("1 event") && histogram.contains("<rect class=\"all\""), "{histogram}");

        let event = event_path(&id);
        for (tab, text) in [
            ("body", "&quot;job.complete&quot;"),
            ("event", "&quot;specversion&quot;: &quot;1.0&quot;"),
            ("headers", "signature"),
            ("record", "&quot;state&quot;: &quot;done&quot;"),
        ] {
            let page = console.page(&format!("{event}?tab={tab}")).await;
            assert!(page.contains(text) && page.contains(&format!("landfall events get {id}")), "{tab}: {page}");
        }
        let life = until("the lines", async || {
            let life = console.page(&format!("/life/{}", encoded(&id))).await;
            if life.contains("Where the time went") { Ok(life) } else { Err(life) }
        })
        .await;
        assert!(life.contains("Published") && life.contains("attempt 1"), "{life}");
        let missing = console.get("/events/nobody%2Fnone").await;
        assert!(
            missing.status == 404 && missing.text().contains("there is no event nobody/none"),
            "{}",
            missing.text()
        );
        assert_eq!(console.get("/nowhere").await.status, 404);
        let wrong = console.get("/events?since=soon").await;
        assert!(wrong.status == 400 && wrong.text().contains("soon is no instant"), "{}", wrong.text());
    });
}

#[test]
fn what_senders_wrote_is_text() {
    run(async |world| {
        let console = Console::open(&world.stack_file()).await;
        for (subject, body, shown) in [
            (
                "\"><script>alert(1)</script>",
                br#"{"a":"</script><svg onload=alert(2)>","n":12345678901234567890}"#.as_slice(),
                "12345678901234567890",
            ),
            ("a/b%2Fc:d\u{202e}txt.exe 😀", b"not <b>JSON</b>", "not &lt;b&gt;JSON&lt;/b&gt;"),
            ("x\" onmouseover=\"alert(3)", b"\xff\xfe<script>", "ff fe 3c 73"),
        ] {
            let source = Source::new(Provider::Glossi);
            let record = of_body(&source, body, subject);
            world.put_record(&record).await;
            let id = encoded(record.id());
            for path in [
                format!("/events?source={}&sel={id}", source.name),
                format!("/events?source={}&subject={}", source.name, encoded(subject)),
                format!("/events/{id}"),
                format!("/events/{id}?tab=record"),
                format!("/events?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&since={}", encoded(subject)),
            ] {
                let answer = console.get(&path).await;
                let page = answer.text();
                for tag in ["<script>alert", "<svg onload", "<b>JSON", "\" onmouseover=\""] {
                    assert!(!page.contains(tag), "{path}: {page}");
                }
                assert!(
                    answer.header("location").is_none_or(|place| place.is_ascii() && !place.contains('<')),
                    "{answer:?}"
                );
            }
            let page = console.page(&format!("/events/{id}")).await;
            assert!(page.contains(shown), "{page}");
        }
        // A link of a sender is text, too: nothing on a page leads elsewhere, and nothing is loaded from there.
        let source = Source::new(Provider::Replicate);
        let record = of_body(&source, &recorded("replicate/prediction-succeeded-object").body, "job-1")
            .with("id", &format!("{}/job-1", source.name));
        world.put_record(&record).await;
        let page = console.page(&event_path(record.id())).await;
        assert!(page.contains("https://") && !page.contains("src=\"http") && !page.contains("href=\"http"), "{page}");
    });
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        for number in 0..120 {
            world.put_record(&failed(&source, number, "sns: away")).await;
        }
        let console = Console::open(&world.stack_file()).await;
        let (mut seen, mut path) = (Vec::new(), format!("/events?source={}&state=failed", source.name));
        for _ in 0..5 {
            let page = console.page(&path).await;
            seen.extend(page.split("data-id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            let Some(next) = page.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
                break;
            };
            path = next.replace("&amp;", "&");
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), count), (120, 120));
    });
}

#[test]
fn what_arrives_is_sent_once_and_again_when_it_has_ended() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let record = numbered(&source, 1).with_number("received_at", now_millis());
        let console = Console::open(&world.stack_file()).await;
        let path = format!("/events/live?source={}&state=done&from={}", source.name, now_millis() - 1000);
        let id = format!("\"id\":\"{}\"", record.id());
        world.put_record(&record).await;
        let ticks = std::cell::Cell::new(0);
        let is_enough = |read: &str| {
            ticks.set(read.matches("event: rows").count());
            read.contains(&id)
        };
        let (stream, ()) = tokio::join!(console.stream(&path, is_enough), async {
            // It has been seen while it was not done.
            until("two looks", async || if ticks.get() >= 2 { Ok(()) } else { Err(ticks.get().to_string()) }).await;
            world.put_record(&done(&source, 1, now_millis())).await;
        });
        assert_eq!(stream.matches(&id).count(), 1, "{stream}");
        assert!(stream.starts_with("event: rows\n"), "{stream}");
        let unfinished = console.stream("/events/live?view=unfinished", |read| read.contains("trouble")).await;
        assert!(unfinished.contains("event: trouble"), "{unfinished}");
    });
}

#[test]
fn now_tells_figures_sources_and_what_is_unfinished() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let waiting = numbered(&source, 1).due_at(now_millis() - 3_600_000).with("last_error", "s3: away");
        world.put_record(&waiting).await;
        let console = Console::open(&world.stack_file()).await;
        let page = console.page("/now").await;
        for text in ["Last 60 minutes", "Waiting to be read", "Dead letters", "quiet alarms", "landfall status"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("role=\"alert\""), "{page}");
    });
}

#[test]
fn sources_and_consumers_have_what_commands_tell() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let console = Console::open(&world.stack_file()).await;
        let page = console.page(&format!("/sources/{}", source.name)).await;
        assert!(
            page.contains(&format!("/hooks/{}", source.name)) && page.contains("No delivery has come yet"),
            "{page}"
        );
        assert_eq!(console.get("/sources/Nobody").await.status, 404);
        let page = console.page("/consumers").await;
        for text in ["of the topic", "all events", "landfall dlq redrive consumer"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(console.page("/consumers/dead-letters?queue=nobody").await.contains("This cannot be shown"));
    });
}

#[test]
fn a_replay_asks_first_and_runs_beside_the_pages() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let delivery = story.delivery(&recorded("glossi/job-complete").body);
        story.send(&delivery).await;
        story.settle().await;
        let id = story.ids().remove(0);
        let console = Console::open(&world.stack_file()).await;
        let form = console.page(&format!("/replays/new?id={}", encoded(&id))).await;
        assert!(
            form.contains("Replay 1 event?") && form.contains(&format!("landfall replay {id} --rate 50")),
            "{form}"
        );
        let several = console.page(&format!("/replays/new?id={0}&id={0}x", encoded(&id))).await;
        let left_out = "1 are left out that have no record any more";
        assert!(
            several.contains(&format!("landfall replay {id} {id}x --rate 50")) && several.contains(left_out),
            "{several}"
        );
        let everything = console.page("/replays/new?live=1").await;
        assert!(everything.contains("name events by their ids, or narrow them down"), "{everything}");

        let mut request = console.request("POST", "/replays").with_header("x-landfall-console", "1");
        request.body = format!("id={}&rate=5", encoded(&id)).into_bytes();
        assert_eq!(console.send(&request.clone().without_header("x-landfall-console")).await.status, 403);
        let started = console.send(&request).await;
        let job = started.header("location").unwrap_or_default().to_owned();
        assert!(started.status == 201 && job.starts_with("/replays/"), "{}", started.text());
        let page = until("the end of the job", async || {
            let page = console.page(&job).await;
            if page.contains("1 published, 0 failed again") && page.contains("Run again") {
                Ok(page)
            } else {
                Err(page)
            }
        })
        .await;
        assert!(
            page.contains(&format!("landfall replay show {}", job.rsplit('/').next().unwrap_or_default())),
            "{page}"
        );
        assert_eq!(world.record(&id).await.expect("it stands").number("replay"), Some(1));
        let cancel = console.request("POST", &format!("{job}/cancel")).with_header("x-landfall-console", "1");
        let refused = console.send(&cancel).await;
        assert!(refused.status == 409 && refused.text().contains("is done"), "{}", refused.text());
        assert_eq!(console.get("/replays/00000000").await.status, 404);
    });
}

/// A call that the console makes, the page whose pane needs it, and words of the rest of that page.
const CALLS: [(&str, &str, &str); 18] = [
    ("dynamodb:Query", "/events?source={source}", "Verified by"),
    ("dynamodb:BatchGetItem", "/events?source={source}&state=failed", "Verified by"),
    ("dynamodb:GetItem", "/events/{failed}", "Landfall"),
    ("s3:GetObject", "/events/{large}", "Its life"),
    ("logs:FilterLogEvents", "/life/{failed}", ""),
    ("cloudwatch:DescribeAlarms", "/now", "Waiting to be read"),
    ("cloudwatch:GetMetricData", "/now", "quiet alarms"),
    ("sqs:GetQueueAttributes", "/now", "quiet alarms"),
    ("dynamodb:Query", "/now", "quiet alarms"),
    ("dynamodb:Query", "/jobs", "Landfall"),
    ("dynamodb:GetItem", "/replays/{job}", "Replays"),
    ("sns:ListSubscriptionsByTopic", "/consumers", "Dead letters of the stack"),
    ("sns:GetSubscriptionAttributes", "/consumers", "Dead letters of the stack"),
    ("sqs:GetQueueUrl", "/consumers", "Dead letters of the stack"),
    ("sqs:ReceiveMessage", "/consumers/dead-letters?queue=consumer", ""),
    ("sqs:ChangeMessageVisibility", "/consumers/dead-letters?queue=consumer", ""),
    ("secretsmanager:ListSecrets", "/sources", "Last event"),
    ("secretsmanager:GetSecretValue", "/ask?source={expecting}&thing=job&job=none", ""),
];
/// Calls that change something: by a request that the browser sends, and not by a page.
const CHANGES: [&str; 3] = ["dynamodb:PutItem", "dynamodb:UpdateItem", "sqs:SendMessage"];
/// What the console may ask for and does not call: S3 says of a copy that it does not exist only to who may do this.
const NEVER_CALLED: [&str; 1] = ["s3:ListBucket"];

/// The stack of a test, and the pages of [`CALLS`].
async fn pages(world: &World) -> (PreparedStack, Vec<(&'static str, String, &'static str)>) {
    let prepared = PreparedStack::put(&world.aws, &world.stack).await;
    let mut values =
        prepared.values(&CommandLine { command: "replay show", arguments: "{job}", last_call: None }).await;
    let failed = failed(&Source { name: values["source"].clone(), ..Source::new(Provider::Glossi) }, 1, "sns: away");
    put_records(&world.aws, &prepared.stack.ledger_table, std::slice::from_ref(&failed)).await;
    values.insert("failed", failed.id().to_owned());
    let fill = |path: &str| {
        values.iter().fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), &encoded(value)))
    };
    let pages = CALLS.iter().map(|(action, path, rest)| (*action, fill(path), *rest)).collect();
    (prepared, pages)
}

/// Who looks at dead letters hides them from others.
async fn dead_letters_alone<'a>(prepared: &'a PreparedStack, path: &str) -> Option<MutexGuard<'a, ()>> {
    if path.contains("dead-letters") { Some(prepared.dead_letters.lock().await) } else { None }
}

/// A dead letter that nobody has looked at.
async fn put_dead_letter(prepared: &PreparedStack, path: &str) {
    if path.contains("dead-letters") {
        prepared.values(&CommandLine { command: "dlq show", arguments: "", last_call: None }).await;
    }
}

/// Each call is refused in each way, after the console has begun: its pane says so, and the rest of the page is there.
#[test]
fn a_pane_fails_alone() {
    run(async |world| {
        let made: BTreeSet<String> =
            CALLS.iter().map(|(action, ..)| *action).chain(CHANGES).chain(NEVER_CALLED).map(str::to_owned).collect();
        assert_eq!(made, asked_for("console").await, "each call of the console is tried");
        let (prepared, pages) = pages(world).await;
        let checks = pages.iter().map(async |(action, path, rest)| {
            let _alone = dead_letters_alone(&prepared, path).await;
            for (refusal, words) in [
                (Refusal::Denied, format!("&quot;Action&quot;: &quot;{action}&quot;")),
                (Refusal::Throttled, "AWS does not answer".to_owned()),
                (Refusal::Expired, "aws sso login".to_owned()),
            ] {
                put_dead_letter(&prepared, path).await;
                let proxy = ToolProxy::start(&prepared.stack).await;
                let console = Console::open(&proxy.file).await;
                proxy.refuse(*action, refusal);
                let page = console.page(path).await;
                assert!(page.contains(&words) && page.contains(rest), "{action} {refusal:?} {path}: {page}");
            }
        });
        stream::iter(checks).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
        prepared.remove().await;
    });
}

#[test]
fn a_call_without_an_answer_holds_up_no_other_pane() {
    run(async |world| {
        let (prepared, pages) = pages(world).await;
        let checks = pages.iter().map(async |(action, path, rest)| {
            let _alone = dead_letters_alone(&prepared, path).await;
            put_dead_letter(&prepared, path).await;
            let proxy = ToolProxy::start(&prepared.stack).await;
            let console = Console::open(&proxy.file).await;
            proxy.leave_unanswered(*action);
            let page = console.page(path).await;
            let says = page.contains("AWS does not answer") || page.contains("got no answer");
            assert!(says && page.contains(rest), "{action} {path}: {page}");
        });
        stream::iter(checks).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
        prepared.remove().await;
    });
}

/// A replay that may not be frozen is told at once; one that may not be run is told on its page.
#[test]
fn a_change_that_is_denied_is_told_with_its_statement() {
    run(async |world| {
        let source = world.set_up(Source::new(Provider::Glossi)).await;
        for action in CHANGES {
            let record = done(&source, 1, now_millis() - 10_000);
            world.put_record(&record).await;
            let proxy = ToolProxy::start(&world.stack).await;
            let console = Console::open(&proxy.file).await;
            proxy.refuse(action, Refusal::Denied);
            let mut request = console.request("POST", "/replays").with_header("x-landfall-console", "1");
            request.body = format!("id={}&rate=5", encoded(record.id())).into_bytes();
            let answer = console.send(&request).await;
            let statement = [action, "Effect"].map(str::to_owned);
            let is_told = |text: &str| statement.iter().all(|word| text.contains(word.as_str()));
            match answer.header("location") {
                None => assert!(answer.status == 409 && is_told(&answer.text()), "{action}: {}", answer.text()),
                Some(job) => {
                    until("the page of the job", async || {
                        let page = console.page(job).await;
                        if is_told(&page) { Ok(()) } else { Err(page) }
                    })
                    .await;
                }
            }
        }
    });
}

#[test]
fn a_selection_is_a_file_as_the_command_writes_it() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let records: Vec<Record> = (0..3).map(|number| done(&source, number, now_millis() - 60_000)).collect();
        world.put_records(&records).await;
        let console = Console::open(&world.stack_file()).await;
        let [one, other] = [records[0].id(), records[2].id()];
        for (query, typed) in [
            (format!("id={}&id={}", encoded(one), encoded(other)), vec![one, other]),
            (format!("source={}", source.name), vec!["--source", &source.name]),
            (format!("source={}&state=failed", source.name), vec!["--source", &source.name, "--state", "failed"]),
        ] {
            let answer = console.get(&format!("/events/export?{query}")).await;
            let run = landfall_on(&world.stack_file(), &[&["events", "export"], &typed[..]].concat(), "").await;
            assert_eq!((answer.status, answer.text()), (200, run.data.clone()), "{typed:?}: {}", run.told());
            assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"events.ndjson\""));
        }
        assert_eq!(console.get("/events/export?since=soon").await.status, 400);
        let page = console.page(&format!("/events?source={}", source.name)).await;
        assert!(
            page.contains(&format!("landfall events export --source {} &gt; events.ndjson", source.name)),
            "{page}"
        );
        let proxy = ToolProxy::start(&world.stack).await;
        let console = Console::open(&proxy.file).await;
        proxy.refuse("dynamodb:Query", Refusal::Denied);
        assert_eq!(console.get(&format!("/events/export?source={}", source.name)).await.status, 502);
    });
}

#[test]
fn a_jobs_sender_is_asked_and_nothing_is_published() {
    run(async |world| {
        let simulator = Simulator::start(Provider::Csm);
        let source = world.set_up(simulator.expects(Source::new(Provider::Csm))).await;
        let job = simulator.submit();
        let console = Console::open(&world.stack_file()).await;
        let path = format!("/ask?source={}&thing=job&job={}", source.name, encoded(&job));
        let page = console.page(&path).await;
        assert!(page.contains("csm reports no end of it."), "{page}");
        simulator.finish(&job, End::Completed);
        let page = console.page(&path).await;
        let command = format!("landfall expect ask {} {job}", source.name);
        for text in ["csm says that it has ended.", "Its API answered 200", &job, &command] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains(&simulator.key()), "{page}");
        let run =
            landfall_on(&world.stack_file(), &["expect", "ask", &source.name, &job, "--output", "ndjson"], "").await;
        let answer = run.documents().remove(0);
        assert_eq!((&answer["event_type"], &answer["status"]), (&json!("landfall.job.completed"), &json!(200)));
        let unknown = console.page(&path.replace("thing=job", "thing=nothing")).await;
        assert!(unknown.contains("this is no thing that has an end"), "{unknown}");
        let without = world.source(Provider::Glossi).await;
        let page = console.page(&format!("/ask?source={}&thing=job&job=a", without.name)).await;
        assert!(page.contains("has no key for its sender"), "{page}");
        assert!(world.records(&source).await.is_empty(), "nothing is recorded");
    });
}

#[test]
fn no_secret_is_in_any_answer() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let delivery = story.delivery(&recorded("glossi/job-complete").body);
        story.send(&delivery).await;
        story.settle().await;
        let id = encoded(&story.ids().remove(0));
        let console = Console::open(&world.stack_file()).await;
        let mut answers = Vec::new();
        for path in [
            "/now".to_owned(),
            "/events".to_owned(),
            format!("/events?source={}&sel={id}", story.source.name),
            format!("/events/{id}?tab=headers"),
            format!("/events/{id}?tab=record"),
            format!("/events/{id}?tab=event"),
            format!("/life/{id}"),
        ] {
            let answer = console.get(&path).await;
            answers.push(answer.body.clone());
            answers.push(json!(answer.headers).to_string().into_bytes());
        }
        let mut secrets = confidential::all();
        let value = |text: &str| text.split('=').nth(1).unwrap_or_default().to_owned();
        secrets.add(confidential::Nature::Proof, "cookie", &value(&console.cookie));
        secrets.add(confidential::Nature::Proof, "token of the start", &value(&console.url));
        let found = secrets.found(Place::Holds, answers.iter().map(Vec::as_slice));
        assert!(found.is_empty(), "{found:?}");
    });
}
