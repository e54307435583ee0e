//! Each mistake for which a delivery is refused is made, explained, fixed and released: the consumer receives the event, once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::digest::Digest;
use domain::provider::Provider;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::confidential;
use tests::http::Request;
use tests::observe::until;
use tests::recorded::recorded;
use tests::sender;
use tests::source::Source;
use tests::tool::{Run, landfall_on};
use tests::world::{World, run};

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
pub(crate) fn of_stripe() -> Source {
    Source { token: None, ..Source::new(Provider::Stripe) }.with_fresh_secret()
}

pub(crate) fn stripe_secret(secrets: &[&str]) -> Value {
    json!({"provider": "stripe", "secrets": secrets, "quarantine": {}})
}

/// `BODY` as Stripe signs it with `secret`, `age_seconds` ago.
pub(crate) fn signed(world: &World, source: &Source, secret: &str, age_seconds: i64) -> Request {
    signed_body(world, source, secret, age_seconds, BODY.as_bytes())
}

/// `body` likewise.
pub(crate) fn signed_body(world: &World, source: &Source, secret: &str, age_seconds: i64, body: &[u8]) -> Request {
    let time = now_millis() / 1000 - age_seconds;
    let signature = sender::sign(secret, &[format!("{time}.").as_bytes(), body].concat());
    let request = Request { body: body.into(), ..Request::new("POST", sender::url(&world.stack, &source.name, None)) };
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
            |world, source| Request {
                body: BODY.into(),
                ..signed_body(world, source, &source.secrets[0], 0, b"packed").with_header("content-encoding", "gzip")
            },
            "The header `content-encoding` says that the sender packed the body",
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
    vec![
        Mistake { source, secret, sent, cause, fix: Fix::Secret(both) },
        undecoded(world, "hex"),
        undecoded(world, "base64"),
        ahead(world),
    ]
}

/// A sender whose clock is ahead: what it signed stays wrong.
fn ahead(world: &World) -> Mistake {
    let source = Source { token: None, ..Source::new(Provider::Custom) }.with_fresh_secret();
    let timestamp = json!({"at": {"header": ["x-time"]}, "past_seconds": 300, "future_seconds": 60});
    let scheme = json!({
        "kind": "hmac", "header": ["x-signature"], "encoding": "hex", "timestamp": timestamp, "message": "{timestamp}.{body}",
    });
    let sent_at = |time: i64| {
        let request =
            Request { body: BODY.into(), ..Request::new("POST", sender::url(&world.stack, &source.name, None)) };
        let signature = sender::sign(&source.secrets[0], format!("{time}.{BODY}").as_bytes());
        request.with_header("x-time", &time.to_string()).with_header("x-signature", &signature)
    };
    let now = now_millis() / 1000;
    let (sent, right) = (sent_at(now + 400), sent_at(now));
    let secret = described(&source, &scheme);
    Mistake { source, secret, sent, cause: "The sender's clock is ahead", fix: Fix::Delivery(right) }
}

/// The secret of a source with a description of its own.
fn described(source: &Source, scheme: &Value) -> Value {
    let shape = json!([{"key": ["/id"], "names": "event", "otherwise": "event.occurred"}]);
    json!({"secrets": source.secrets, "scheme": {"scheme": scheme, "shape": shape}, "quarantine": {}})
}

/// A secret that the sender decodes, and the source does not: one behind `whsec_` is in base64.
fn undecoded(world: &World, encoding: &'static str) -> Mistake {
    let mut source = Source { token: None, ..Source::new(Provider::Custom) }.with_fresh_secret();
    let digits = source.secrets[0].clone();
    let bytes: Vec<u8> = digits.as_bytes().chunks(2).map(hex_byte).collect();
    if encoding == "base64" {
        source.secrets[0] = format!("whsec_{}", STANDARD.encode(&bytes));
        confidential::keep("secret", &source.secrets[0]);
    }
    let custom = |form: Value| {
        let mut scheme = json!({"kind": "hmac", "header": ["x-signature"], "encoding": "hex", "message": "{body}"});
        if form != Value::Null {
            scheme["secret"] = form;
        }
        described(&source, &scheme)
    };
    let (form, cause) = match encoding {
        "hex" => (json!({"encoding": "hex"}), "The sender decodes the secret from hex"),
        _ => (json!({"encoding": "base64", "strip_prefix": "whsec_"}), "The sender decodes the secret from base64"),
    };
    let (secret, decoded) = (custom(Value::Null), custom(form));
    let sent = Request { body: BODY.into(), ..Request::new("POST", sender::url(&world.stack, &source.name, None)) };
    let sent = sent.with_header("x-signature", &sender::sign_with(&bytes, BODY.as_bytes()));
    Mistake { source, secret, sent, cause, fix: Fix::Secret(decoded) }
}

fn hex_byte(digits: &[u8]) -> u8 {
    let digits = std::str::from_utf8(digits).expect("a secret of the harness is hex");
    u8::from_str_radix(digits, 16).expect("a secret of the harness is hex")
}

pub(crate) async fn tool(world: &World, arguments: &[&str]) -> Run {
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

pub(crate) async fn check_once(world: &World, source: &Source, cause: &str) {
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
