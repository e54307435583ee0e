//! `landfall console`, over HTTP.

use domain::provider::Provider;
use serde_json::json;
use tests::clock::now_millis;
use tests::confidential::{self, Place};
use tests::console::Console;
use tests::http::Request;
use tests::ledger::{Record, sha256};
use tests::observe::until;
use tests::recorded::recorded;
use tests::source::Source;
use tests::story::Story;
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::run;

use crate::cli_jobs::listed;
use crate::listing::{done, failed, numbered};

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

/// Each call is refused in each way: its pane says so, and the rest of the page is there.
#[test]
fn a_pane_fails_alone() {
    run(async |world| {
        let source = world.set_up(Source::new(Provider::Glossi)).await;
        listed(world, &source).await;
        let record = failed(&source, 1, "sns: away");
        world.put_record(&record).await;
        let (list, event) = (format!("/events?source={}", source.name), event_path(record.id()));
        let life = format!("/life/{}", encoded(record.id()));
        for (action, path, rest) in [
            ("dynamodb:Query", list.as_str(), "Verified by"),
            ("dynamodb:BatchGetItem", &format!("{list}&state=failed"), "Verified by"),
            ("dynamodb:GetItem", &event, "Landfall"),
            ("logs:FilterLogEvents", &life, ""),
            ("cloudwatch:DescribeAlarms", "/now", "Waiting to be read"),
            ("cloudwatch:GetMetricData", "/now", "quiet alarms"),
            ("sqs:GetQueueAttributes", "/now", "quiet alarms"),
            ("dynamodb:Query", "/now", "quiet alarms"),
            ("sns:ListSubscriptionsByTopic", "/consumers", "Dead letters of the stack"),
            ("secretsmanager:ListSecrets", "/sources", "Last event"),
        ] {
            for (refusal, words) in [
                (Refusal::Denied, format!("&quot;Action&quot;: &quot;{action}&quot;")),
                (Refusal::Throttled, "AWS does not answer".to_owned()),
                (Refusal::Expired, "aws sso login".to_owned()),
            ] {
                let proxy = ToolProxy::start(&world.stack).await;
                let console = Console::open(&proxy.file).await;
                proxy.refuse(action, refusal);
                let page = console.page(path).await;
                assert!(page.contains(&words) && page.contains(rest), "{action} {refusal:?} {path}: {page}");
            }
        }
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
