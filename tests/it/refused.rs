//! Refused deliveries are stored for sources that ask for it, up to the cap, and nothing of them is processed.

use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::provider::Provider;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::forgery::Forgery;
use tests::http::Request;
use tests::ledger::{Record, put_records};
use tests::observe::until;
use tests::recorded::recorded;
use tests::sender;
use tests::source::Source;
use tests::tool::{Run, landfall_on};
use tests::world::{World, run};

/// What is stored of the refused deliveries of `source`.
async fn stored(world: &World, source: &Source) -> Vec<Record> {
    let minutes = format!("{}/", source.name);
    let all = world.all_refused().await;
    all.into_iter().filter(|item| item.text("minute").starts_with(&minutes)).collect()
}

#[test]
fn a_flood_of_refusals_leaves_at_most_the_cap_a_minute_and_no_credential() {
    run(async |world| {
        const PER_MINUTE: usize = 5;
        let source = Source::new(Provider::Glossi).with_fresh_token();
        let source = world.set_up(source.with_option("quarantine", json!({"per_minute": PER_MINUTE}))).await;
        let forge = |number: usize| {
            let forgery = [Forgery::WrongSecret, Forgery::WrongToken, Forgery::NoSignature][number % 3];
            let body = format!(r#"{{"jobId":"job-{number}"}}"#);
            let forged = forgery.of(&world.stack, &source, body.as_bytes());
            forged.with_header("authorization", "Bearer 0123456789abcdef").with_header("cookie", "session=0123456789")
        };
        // The first alone, so that the source is known before the flood.
        assert_eq!(world.deliver(&forge(0)).await.status, 401);
        let flood: Vec<_> = (1..60).map(forge).collect();
        for answer in join_all(flood.iter().map(|request| world.deliver(request))).await {
            assert_eq!(answer.status, 401);
        }
        let items = stored(world, &source).await;
        let mut minutes: BTreeMap<String, usize> = BTreeMap::new();
        let number = |item: &Record, name: &str| item.number(name).expect("it has the number");
        for item in items.iter().filter(|item| number(item, "k") < 10_000) {
            *minutes.entry(item.text("minute").to_owned()).or_default() += 1;
            let lifetime = number(item, "expires_at") - number(item, "received_at") / 1000;
            assert!((72 * 3600..=72 * 3600 + 1).contains(&lifetime), "{lifetime} s");
        }
        assert!(!minutes.is_empty() && minutes.values().all(|count| *count <= PER_MINUTE), "{minutes:?}");
        let contents: Vec<_> = items.iter().filter(|item| number(item, "k") >= 10_000).collect();
        assert!(contents.iter().any(|item| item.inline_body().is_some()), "{} contents", contents.len());
        let told = format!("{items:?}");
        for secret in source.secrets.iter().chain(&source.token) {
            assert!(!told.contains(secret.as_str()), "a credential is stored");
        }
        assert!(!told.contains("0123456789abcdef") && !told.contains("session="), "a credential is stored");
        assert!(world.records(&source).await.is_empty(), "nothing of it is in the ledger");
    });
}

#[test]
fn a_source_that_does_not_ask_for_it_has_nothing_stored() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let forged = Forgery::WrongSecret.of(&world.stack, &source, b"{}");
        assert_eq!(world.deliver(&forged).await.status, 401);
        assert!(stored(world, &source).await.is_empty());
    });
}

/// What a mistake is fixed by.
enum Fix {
    /// The source's secret says this now, and the delivery is released.
    Secret(Value),
    /// The time is waived, and the delivery is released.
    WaivedTime,
    /// What is stored stays wrong: the sender has to deliver this.
    Delivery(Request),
}

/// A mistake: what the source's secret says, what arrives, what `explain` names, and what fixes it.
struct Mistake {
    source: Source,
    secret: Value,
    sent: Request,
    cause: &'static str,
    fix: Fix,
}

const BODY: &str = r#"{"id":"evt_1","type":"invoice.paid"}"#;

/// A source of Stripe's, not set up.
fn of_stripe() -> Source {
    Source { token: None, ..Source::new(Provider::Stripe) }.with_fresh_secret()
}

fn stripe_secret(secrets: &[&str]) -> Value {
    json!({"provider": "stripe", "secrets": secrets, "quarantine": {}})
}

/// `BODY` as Stripe signs it with `secret`, `age_seconds` ago.
fn signed(world: &World, source: &Source, secret: &str, age_seconds: i64) -> Request {
    let time = now_millis() / 1000 - age_seconds;
    let signature = sender::sign(secret, format!("{time}.{BODY}").as_bytes());
    let request = Request { body: BODY.into(), ..Request::new("POST", sender::url(&world.stack, &source.name, None)) };
    request.with_header("stripe-signature", &format!("t={time},v1={signature}"))
}

fn mistakes_of_stripe(world: &World, other: &Source) -> Vec<Mistake> {
    let with = |sent: fn(&World, &Source) -> Request, cause, fix: fn(&World, &Source) -> Fix| {
        let source = of_stripe();
        let (sent, fix) = (sent(world, &source), fix(world, &source));
        Mistake { secret: stripe_secret(&[&source.secrets[0]]), source, sent, cause, fix }
    };
    let right = |world: &World, source: &Source| Fix::Delivery(signed(world, source, &source.secrets[0], 0));
    let mut mistakes = vec![
        with(
            |world, source| signed(world, source, &format!("{}\n", source.secrets[0]), 0),
            "The sender's copy of the secret ends in a newline",
            right,
        ),
        with(
            |world, source| Request {
                body: BODY.replace(':', ": ").replace(',', ", ").into(),
                ..signed(world, source, &source.secrets[0], 0)
            },
            "The JSON was written anew after it was signed",
            right,
        ),
        with(
            |world, source| signed(world, source, &source.secrets[0], 0).without_header("stripe-signature"),
            "The header `stripe-signature` did not arrive",
            right,
        ),
        with(
            |world, source| {
                let sent = signed(world, source, &source.secrets[0], 0).without_header("stripe-signature");
                sent.with_header("x-hub-signature-256", "sha256=aa")
            },
            "It has the header `x-hub-signature-256`, by which GitHub signs",
            right,
        ),
        with(
            |world, source| signed(world, source, &source.secrets[0], 400),
            "It is a copy sent again, or it was on its way for too long",
            |_, _| Fix::WaivedTime,
        ),
    ];
    let source = of_stripe();
    let secret = stripe_secret(&[&source.secrets[0]]);
    let both = stripe_secret(&[&source.secrets[0], &other.secrets[0]]);
    let sent = signed(world, &source, &other.secrets[0], 0);
    mistakes.push(Mistake {
        source,
        secret,
        sent,
        cause: "It is right by the secret of the source",
        fix: Fix::Secret(both),
    });
    mistakes
}

/// Of senders whose deliveries say nothing of the time.
fn mistakes_of_others(world: &World, other: &Source) -> Vec<Mistake> {
    let source = Source::new(Provider::Csm);
    let sent = sender::url(&world.stack, &source.name, other.token.as_deref());
    let sent = Request { body: recorded("csm/image-to-3d-complete").body, ..Request::new("POST", sent) };
    let digest = |source: &Source| Digest::of(source.token.as_deref().unwrap_or_default().as_bytes()).to_string();
    let secret = |tokens: &[String]| json!({"provider": "csm", "token_sha256": tokens, "quarantine": {}});
    let both = secret(&[digest(&source), digest(other)]);
    let secret = secret(&[digest(&source)]);
    let cause = "The URL has the token of the source";
    let wrong_token = Mistake { source, secret, sent, cause, fix: Fix::Secret(both) };

    let source = Source { token: None, ..Source::new(Provider::Custom) }.with_fresh_secret();
    let custom = |encoding: Value| {
        let mut scheme = json!({"kind": "hmac", "header": ["x-signature"], "encoding": "hex", "message": "{body}"});
        if encoding != Value::Null {
            scheme["secret"] = json!({"encoding": encoding});
        }
        let shape = json!([{"key": ["/id"], "names": "event", "otherwise": "event.occurred"}]);
        json!({"secrets": source.secrets, "scheme": {"scheme": scheme, "shape": shape}, "quarantine": {}})
    };
    let (secret, decoded) = (custom(Value::Null), custom(json!("hex")));
    let bytes: Vec<u8> = source.secrets[0].as_bytes().chunks(2).map(hex_byte).collect();
    let sent = Request { body: BODY.into(), ..Request::new("POST", sender::url(&world.stack, &source.name, None)) };
    let sent = sent.with_header("x-signature", &sender::sign_with(&bytes, BODY.as_bytes()));
    let cause = "The sender decodes the secret from hex";
    vec![wrong_token, Mistake { source, secret, sent, cause, fix: Fix::Secret(decoded) }]
}

fn hex_byte(digits: &[u8]) -> u8 {
    let digits = std::str::from_utf8(digits).expect("a secret of the harness is hex");
    u8::from_str_radix(digits, 16).expect("a secret of the harness is hex")
}

async fn tool(world: &World, arguments: &[&str]) -> Run {
    landfall_on(&world.stack_file(), arguments, "").await
}

/// The names of what is stored of `source` with headers and body, as the tool lists them.
async fn stored_whole(world: &World, source: &Source) -> Vec<String> {
    let run =
        tool(world, &["refused", "list", "--source", &source.name, "--since", "10m", "--each", "--output", "ndjson"])
            .await;
    assert_eq!(run.code, Some(0), "{}", run.told());
    let mut whole = Vec::new();
    for row in run.documents() {
        let id = row["id"].as_str().expect("a text").to_owned();
        let shown = tool(world, &["refused", "show", &id, "--output", "ndjson"]).await;
        if shown.documents().iter().any(|shown| shown["body"] != Value::Null) {
            whole.push(id);
        }
    }
    whole
}

/// Releases deliveries: the outcome of each.
async fn release(world: &World, ids: &[String], option: Option<&str>) -> (Option<i32>, Vec<String>) {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let arguments = [&["refused", "release", "--output", "ndjson"], ids.as_slice(), option.as_slice()].concat();
    let run = tool(world, &arguments).await;
    let outcome = |row: &Value| row["outcome"].as_str().unwrap_or_else(|| panic!("{}", run.told())).to_owned();
    (run.code, run.documents().iter().map(outcome).collect())
}

/// Makes a mistake, has it explained, fixes it, and sees that the consumer receives the event once.
async fn check_mistake(world: &World, mistake: Mistake) {
    let Mistake { source, secret, sent, cause, fix } = mistake;
    source.set_up_as(&world.aws, &world.stack, &secret.to_string()).await;
    // The sender tries twice, or more often: on a busy machine a delivery is not stored in time.
    let ids = until("two stored deliveries", async || {
        assert_eq!(world.deliver(&sent).await.status, 401, "{cause}");
        let ids = stored_whole(world, &source).await;
        if ids.len() < 2 { Err(format!("{cause}: {} are stored", ids.len())) } else { Ok(ids[..2].to_vec()) }
    })
    .await;
    let explained = tool(world, &["refused", "explain", &ids[0]]).await;
    assert!(explained.code == Some(0) && explained.data.contains(&format!("-> {cause}")), "{}", explained.told());
    assert_eq!(release(world, &ids[..1], None).await, (Some(1), vec!["refused".to_owned()]), "{cause}");
    let option = match fix {
        Fix::Secret(secret) => {
            source.set_up_as(&world.aws, &world.stack, &secret.to_string()).await;
            None
        }
        Fix::WaivedTime => Some("--waive-time"),
        Fix::Delivery(request) => {
            assert_eq!(release(world, &ids[..1], Some("--waive-time")).await.0, Some(1), "{cause}");
            assert_eq!(world.deliver(&request).await.status, 200, "{cause}");
            return check_once(world, &source, cause).await;
        }
    };
    let (code, outcomes) = release(world, &ids, option).await;
    assert_eq!((code, outcomes), (Some(0), vec!["released".to_owned(), "duplicate".to_owned()]), "{cause}");
    check_once(world, &source, cause).await;
    let (code, outcomes) = release(world, &ids, option).await;
    assert_eq!((code, outcomes), (Some(0), vec!["duplicate".to_owned(); 2]), "{cause}");
    check_once(world, &source, cause).await;
}

async fn check_once(world: &World, source: &Source, cause: &str) {
    let records = world.records(source).await;
    let [record] = records.as_slice() else { panic!("{cause}: {} records", records.len()) };
    world.finished(record.id()).await;
    world.event(source, record.id()).await;
    assert_eq!(world.events(source).len(), 1, "{cause}");
}

#[test]
fn each_mistake_is_explained_fixed_and_released_once() {
    run(async |world| {
        let other = world.set_up(of_stripe()).await;
        for mistake in mistakes_of_stripe(world, &other) {
            check_mistake(world, mistake).await;
        }
        let other = world.source(Provider::Csm).await;
        for mistake in mistakes_of_others(world, &other) {
            check_mistake(world, mistake).await;
        }
    });
}

#[test]
fn what_a_rotation_took_out_is_found_and_put_back() {
    run(async |world| {
        let source = of_stripe();
        let previous = source.secrets[0].clone();
        let rotated = source.clone().with_fresh_secret();
        source.set_up_as(&world.aws, &world.stack, &stripe_secret(&[&previous]).to_string()).await;
        let secret = stripe_secret(&[&rotated.secrets[0]]);
        let sent = signed(world, &source, &previous, 0);
        let fix = Fix::Secret(stripe_secret(&[&rotated.secrets[0], &previous]));
        let cause = "It is right by what the source's secret said before its last change";
        check_mistake(world, Mistake { source, secret, sent, cause, fix }).await;
    });
}

/// The names in the first line of the sweep's log that says of `source` that it has only refusals.
async fn sources_with_only_refusals(world: &World, source: &Source) -> Vec<String> {
    until("the sweep to find a source with only refusals", async || {
        world.sweep().await;
        let lines = world.logs(&[&world.stack.sweep_log_group]).await;
        let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let names =
            lines.filter_map(|line| serde_json::from_value::<Vec<String>>(line["only_refused_sources"].clone()).ok());
        let mut names = names.filter(|names| names.contains(&source.name));
        names.next().ok_or("no such line")
    })
    .await
}

#[test]
fn the_sweep_finds_a_source_that_has_only_refusals_by_now() {
    run(async |world| {
        const MINUTE_MILLIS: i64 = 60_000;
        let make = async || world.set_up(Source::new(Provider::Glossi).with_option("quarantine", json!({}))).await;
        let [broken, well, new] = [make().await, make().await, make().await];
        let now = now_millis();
        for (source, minutes_ago) in [(&broken, 30), (&well, 0)] {
            let arrived_at = now - minutes_ago * MINUTE_MILLIS;
            let genuine = Record::received(source, b"{}").with("slot", &format!("{}#0", source.name));
            let genuine = genuine.with("state", "done").with_number("received_at", arrived_at);
            let mut genuine = genuine.with_number("expires_at", now / 1000 + 24 * 60 * 60);
            genuine.0.retain(|name, _| !name.starts_with("due_"));
            world.put_record(&genuine).await;
        }
        for source in [&broken, &well, &new] {
            let earlier = Record::refused(source, b"{}", now - 20 * MINUTE_MILLIS);
            put_records(&world.aws, &world.stack.refused_table, &earlier).await;
            assert_eq!(world.deliver(&Forgery::WrongSecret.of(&world.stack, source, b"{}")).await.status, 401);
        }
        let found = sources_with_only_refusals(world, &broken).await;
        assert!(!found.contains(&well.name) && !found.contains(&new.name), "{found:?}");
    });
}
