//! Every sender of the catalogue on its whole way: its genuine conformance vector, from the request to a consumer's queue.
//!
//! Vectors are signed at a time long ago, and the deployed function has the clock of today. Where a sender's description
//! limits the age of a delivery, its vector is therefore refused, which is the right answer to a copy; and the same
//! sender, described by an operator without that limit, gets it through.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::delivery::headers::Headers;
use domain::delivery::{Delivery, RequestUrl};
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::sign::Signer;
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value, json};
use tests::clock::now_millis;
use tests::confidential;
use tests::http::Request;
use tests::source::Source;
use tests::world::{World, run};
use x509_parser::pem::parse_x509_pem;

/// A few at a time, as a busy account would send them.
const AT_ONCE: usize = 4;
const ONE_CENTURY_SECONDS: u32 = 3_155_760_000;
/// What every delivery is told that is not believed.
const FORGED: &str = "401 the delivery could not be verified";
/// What the published event says of the run, not of the delivery.
const OF_THE_RUN: [&str; 4] = ["id", "source", "time", "landfallreceived"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The catalogue's description of a sender, as an operator would copy it.
fn description(provider: &str) -> Value {
    let path = format!("shared/domain/providers/{provider}.toml");
    let text = fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The public key of a certificate, as an operator would copy it.
fn public_key(pem: &str) -> String {
    let (_, pem) = parse_x509_pem(pem.as_bytes()).expect("it is PEM");
    let certificate = pem.parse_x509().expect("it is a certificate");
    STANDARD.encode(certificate.public_key().raw)
}

/// A sender's vector `genuine`, sent to a source of this run.
struct Genuine {
    sender: String,
    /// The description of the sender: the catalogue's, or the vector's own.
    description: Value,
    secret: Map<String, Value>,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    event: Value,
}

impl Genuine {
    fn read(sender: &str) -> Genuine {
        let file = testdata::vector::read(&testdata::vector::folder(), sender);
        let (group, case) = file.case("genuine").expect("every sender has it");
        let mut secret = group.source.secret.clone();
        let description = secret.get("scheme").cloned().unwrap_or_else(|| description(sender));
        if let Some(keys) = group.key_set.as_ref().and_then(|set| set["keys"].as_array()) {
            secret.insert("public_keys".to_owned(), keys.iter().map(|key| key["x"].clone()).collect());
        }
        let body = case.request.body().expect("a body");
        // The delivery says which of the certificates is its own.
        let named = |address: &str| {
            String::from_utf8_lossy(&body).contains(address)
                || case.request.headers.iter().any(|(_, value)| value == address)
        };
        let named = group.certificates.iter().filter(|(address, _)| named(address));
        let keys: Vec<Value> = named.map(|(_, pem)| public_key(pem).into()).collect();
        if !keys.is_empty() {
            secret.insert("public_keys".to_owned(), keys.into());
        }
        Genuine {
            sender: sender.to_owned(),
            description,
            secret,
            url: case.request.url.clone(),
            headers: case.request.headers.clone(),
            body,
            event: file.published_event.clone(),
        }
    }

    /// The same for an operator who takes deliveries of any age and has the sender's keys, and so describes the sender
    /// like this, if need be.
    fn at_any_time(mut self) -> Genuine {
        if !self.limits_the_age() && !self.publishes_its_keys() {
            return self;
        }
        if self.limits_the_age() {
            self.description["scheme"]["timestamp"]["past_seconds"] = ONE_CENTURY_SECONDS.into();
        }
        if self.publishes_its_keys() {
            self.description["scheme"]["keys"] = json!({"from": "operator"});
        }
        self.description.as_object_mut().expect("a description is a table").remove("name");
        self.secret.remove("provider");
        self.secret.insert("scheme".to_owned(), self.description.clone());
        self.event["data"]["provider"] = "custom".into();
        self
    }

    fn limits_the_age(&self) -> bool {
        self.description["scheme"]["timestamp"]["past_seconds"].is_u64()
    }

    /// Its keys would be fetched from it.
    fn publishes_its_keys(&self) -> bool {
        ["jwks", "certificate"].iter().any(|from| self.description["scheme"]["keys"]["from"] == *from)
    }

    /// Sets up a source as the vector's, and gives it with the delivery.
    async fn set_up(&self, world: &World) -> (Source, Request) {
        let source =
            Source { name: format!("{}-{:08x}", self.sender, fastrand::u32(..)), ..Source::new(Provider::Custom) };
        let rest = self.url.strip_prefix("https://hooks.example.com/hooks/test").expect("all vectors are sent there");
        let mut secret = self.secret.clone();
        for credential in secret.get("secrets").and_then(Value::as_array).into_iter().flatten() {
            let secret = credential.as_str().expect("a secret is a text");
            // Some senders put theirs into each body, which is published as it came; their pages say so.
            match String::from_utf8_lossy(&self.body).contains(secret) {
                true => confidential::keep_content("secret that its sender puts into the body", secret),
                false => confidential::keep("secret", secret),
            }
        }
        if let Some(token) = rest.strip_prefix('/') {
            confidential::keep("token", token.split('?').next().expect("there is a first part"));
        }
        if self.description["scheme"]["message"].as_str().is_some_and(|message| message.contains("{url}")) {
            // It signs the URL that it was given, which was another.
            secret.insert("public_url".to_owned(), self.url.clone().into());
        }
        let secret = Value::Object(secret).to_string();
        source.set_up_as(&world.aws, &world.stack, &secret).await;
        let url = format!("{}/hooks/{}{rest}", world.stack.function_url, source.name);
        let request = Request { body: self.body.clone(), ..Request::new("POST", url) };
        let headers = self.headers_of_now(&source, &secret);
        let request = headers.iter().fold(request, |request, (name, value)| request.with_header(name, value));
        (source, request)
    }

    /// Its headers, with a new token if it is one that expires.
    fn headers_of_now(&self, source: &Source, secret: &str) -> Vec<(String, String)> {
        if self.sender != "livekit" {
            return self.headers.clone();
        }
        let signer = Signer::parse(SourceName::parse(&source.name).expect("a name"), secret).expect("a source");
        let others = self.headers.iter().filter(|(name, _)| !signer.sets(name)).cloned();
        let delivery = Delivery {
            url: RequestUrl { host: String::new(), path: String::new(), query: String::new() },
            token: None,
            headers: Headers::from_iter(others.clone()),
            body: self.body.clone(),
            received_at: Timestamp::from_millis(now_millis()),
            request_id: String::new(),
        };
        others.chain(signer.headers(&delivery, "").expect("its secret is known")).collect()
    }

    /// Sends it twice, and compares what a consumer gets with what the vector says is published.
    async fn check_arrives(&self, world: &World) {
        let sender = &self.sender;
        let (source, request) = self.set_up(world).await;
        let answer = world.deliver(&request).await;
        let published_id = self.event["id"].as_str().expect("an event has an id");
        let is_batch = self.description["batch"].is_object();
        let id = if let Some(status) = self.description["success"]["status"].as_u64() {
            // What the sender takes for success leaves no room for the id.
            assert_eq!(u64::from(answer.status), status, "{sender}");
            assert_eq!(u64::from(world.deliver(&request).await.status), status, "{sender}");
            published_id.replacen("test", &source.name, 1)
        } else {
            assert_eq!(answer.told(), "200 accepted", "{sender}");
            assert_eq!(world.deliver(&request).await.told(), "200 duplicate", "{sender}");
            let id = answer.event_id();
            assert_eq!(id.is_none(), is_batch, "{sender}: {}", answer.text());
            id.unwrap_or_else(|| published_id.replacen("test", &source.name, 1))
        };
        assert_eq!(id.strip_prefix(&source.name), published_id.strip_prefix("test"), "{sender}");
        let event = world.event(&source, &id).await;
        // Of a batch, this is one of its items, which is compared with what is published.
        assert!(is_batch || event.raw().is(&request.body), "{sender}: the body must arrive as it was sent");
        let of_the_delivery = |mut event: Value| {
            for name in OF_THE_RUN {
                event.as_object_mut().expect("an event is an object").remove(name);
            }
            event
        };
        assert_eq!(of_the_delivery(event.json), of_the_delivery(self.event.clone()), "{sender}");
    }

    async fn check_is_refused(&self, world: &World) {
        let (source, request) = self.set_up(world).await;
        assert_eq!(world.deliver(&request).await.told(), FORGED, "{}", self.sender);
        assert!(world.records(&source).await.is_empty(), "{}: something was recorded", self.sender);
    }
}

#[test]
fn every_sender_of_the_catalogue_arrives() {
    run(async |world| {
        let senders = Provider::ALL.into_iter().map(|provider| async move {
            let genuine = Genuine::read(provider.as_str());
            genuine.at_any_time().check_arrives(world).await;
        });
        stream::iter(senders).buffer_unordered(AT_ONCE).collect::<()>().await;
    });
}

#[test]
fn senders_of_no_catalogue_arrive() {
    run(async |world| {
        for sender in ["described-basic", "described-instant", "described-any-header", "described-extends"] {
            Genuine::read(sender).at_any_time().check_arrives(world).await;
        }
    });
}

#[test]
fn copies_of_deliveries_that_were_signed_long_ago_are_refused() {
    run(async |world| {
        let senders = Provider::ALL.into_iter().map(|provider| Genuine::read(provider.as_str()));
        // Before its keys have been fetched, nothing is known of a delivery's age.
        let limited = senders.filter(|genuine| genuine.limits_the_age() && !genuine.publishes_its_keys());
        let limited: Vec<Genuine> = limited.collect();
        assert!(limited.len() > 5, "{} senders limit the age of a delivery", limited.len());
        let refusals = limited.iter().map(|genuine| genuine.check_is_refused(world));
        stream::iter(refusals).buffer_unordered(AT_ONCE).collect::<()>().await;
    });
}

/// What Slack and others ask before they send anything: only who has the secret is answered, and it is no event.
#[test]
fn a_challenge_is_answered_and_is_no_event() {
    run(async |world| {
        let mut genuine = Genuine::read("generic-hmac-sha256");
        genuine.secret = json!({
            "scheme": {
                "scheme": {"kind": "hmac", "header": ["x-signature"], "encoding": "hex", "message": "{body}"},
                "challenge": {"when": [{"at": "/type", "equals": ["url_verification"]}], "answer": "/challenge"},
            },
            "secrets": ["a-secret-for-challenges"],
        })
        .as_object()
        .expect("an object")
        .clone();
        let body = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
        genuine.body = body.into();
        let signature = tests::sender::sign("a-secret-for-challenges", body.as_bytes());
        let json = ("content-type".to_owned(), "application/json".to_owned());
        genuine.headers = vec![json, ("x-signature".to_owned(), signature)];
        let (source, request) = genuine.set_up(world).await;
        let answer = world.deliver(&request).await;
        assert_eq!((answer.status, answer.text()), (200, "3eZbrw1aB".to_owned()));
        let forged = world.deliver(&request.with_header("x-signature", &"0".repeat(64))).await;
        assert_eq!(forged.told(), FORGED);
        assert!(world.records(&source).await.is_empty(), "a challenge was recorded");
    });
}

/// Checks that a source which cannot be used is answered 503, and that the log says what to write instead.
async fn check_stops(world: &World, broken: &Genuine, words: &[&str]) {
    let (source, request) = broken.set_up(world).await;
    let named = format!(r#""source":"{}""#, source.name);
    let logs = world.stack.ingest_log_group.clone();
    tests::observe::until("the log to say what is wrong", async || {
        // Like a sender again and again: the first answer may come before the instance has seen the source's name.
        assert_eq!(world.send(&request).await.status, 503);
        let lines = world.logs(&[logs.as_str()]).await;
        let of_source: Vec<&String> = lines.iter().filter(|line| line.contains(&named)).collect();
        if of_source.iter().any(|line| words.iter().all(|word| line.contains(word))) {
            Ok(())
        } else {
            Err(format!("{of_source:?}"))
        }
    })
    .await;
}

/// An operator's mistake stops one source, and says what to write instead.
#[test]
fn a_description_that_makes_no_sense_stops_its_own_source_alone() {
    run(async |world| {
        let whole = Genuine::read("described-basic");
        let mut broken = Genuine::read("described-basic");
        broken.secret["scheme"]["scheme"]["kind"] = "basics".into();
        check_stops(world, &broken, &["basics", "static-token"]).await;
        whole.check_arrives(world).await;
    });
}

/// The sender comes again while the operator sets one of them.
#[test]
fn a_source_with_neither_account_nor_token_is_not_used_where_a_sender_signs_for_all_with_one_key() {
    run(async |world| {
        let mut broken = Genuine::read("fal");
        broken.secret.remove("account");
        broken.secret.remove("public_keys");
        check_stops(world, &broken, &["`account`", "`token_sha256`", "\"unavailable\":1"]).await;
    });
}
