//! `landfall source` on the stack of the tests, and what it says when it cannot do what it should.

use domain::provider::Provider;
use serde_json::{Value, json};
use tests::confidential;
use tests::ledger::sha256;
use tests::registration_api::{API_KEY, RegistrationApi};
use tests::source::Source;
use tests::tool::landfall_on;
use tests::tool_proxy::ToolProxy;
use tests::world::{World, run};

use crate::deploy::{landfall, landfall_at};

/// What a secret says.
async fn secret(world: &World, source: &str) -> Value {
    let name = format!("landfall/source/{source}");
    let got = world.aws.secrets.get_secret_value().secret_id(name).send().await.expect("the secret exists");
    serde_json::from_str(got.secret_string().expect("it is text")).expect("it is JSON")
}

/// The first JSON document in what the tool says.
fn document(told: &str) -> Value {
    let begin = told.find(['[', '{']).unwrap_or_else(|| panic!("no JSON in {told}"));
    let mut documents = serde_json::Deserializer::from_str(&told[begin..]).into_iter();
    documents.next().expect("there is one").unwrap_or_else(|error| panic!("{error} in {told}"))
}

#[test]
fn a_source_is_listed_and_shown_without_its_secrets() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        source.set_up(&world.aws, &world.stack).await;
        let name = source.name.as_str();
        let (told, succeeded) = landfall_at(world, "source list --output json", "").await;
        assert!(succeeded, "{told}");
        let listed = document(&told);
        let names: Vec<&str> = listed.as_array().into_iter().flatten().filter_map(|row| row["name"].as_str()).collect();
        assert!(names.contains(&name), "{told}");

        let fields = "name,provider,secrets,tokens,problem";
        let (told, succeeded) =
            landfall_at(world, &format!("source show {name} --output ndjson --fields {fields}"), "").await;
        assert!(succeeded, "{told}");
        let expected =
            json!({"name": name, "provider": "glossi", "secrets": source.secrets.len(), "tokens": 0, "problem": null});
        assert_eq!(document(&told), expected);

        let (told, succeeded) = landfall_at(world, &format!("source show {name} --output json"), "").await;
        assert!(succeeded && source.secrets.iter().all(|secret| !told.contains(secret)), "{told}");
    });
}

#[test]
fn a_new_token_stands_first_until_the_previous_one_is_removed() {
    run(async |world| {
        let source = Source::new(Provider::Csm);
        source.set_up(&world.aws, &world.stack).await;
        let name = source.name.as_str();
        let former = secret(world, name).await["token_sha256"][0].take();
        let file = std::env::temp_dir().join(format!("landfall-url-{name}"));
        let rotate = format!("source rotate {name} --url-file {}", file.display());
        let (told, succeeded) = landfall_at(world, &rotate, "").await;
        assert!(succeeded, "{told}");
        let url = std::fs::read_to_string(&file).expect("the URL is in the file");
        let token = url.trim().rsplit('/').next().unwrap_or_default();
        confidential::keep("token", token);
        assert!(!told.contains(token), "{told}");
        std::fs::remove_file(&file).expect("it can be removed");
        let newest = json!(sha256(token.as_bytes()));
        assert_eq!(secret(world, name).await["token_sha256"], json!([newest, former]));

        // Nobody agrees.
        let remove = format!("source remove {name} --previous");
        let (told, succeeded) = landfall_at(world, &remove, "no\n").await;
        assert!(!succeeded && told.contains("Nothing was changed."), "{told}");
        // Nobody can be asked.
        let (told, succeeded) = landfall_at(world, &remove, "").await;
        assert!(!succeeded && told.contains("use --yes"), "{told}");
        assert_eq!(secret(world, name).await["token_sha256"], json!([newest, former]));

        let (told, succeeded) = landfall_at(world, &format!("{remove} --yes"), "").await;
        assert!(succeeded, "{told}");
        assert_eq!(secret(world, name).await["token_sha256"], json!([newest]));
        let (told, succeeded) = landfall_at(world, &format!("{remove} --yes"), "").await;
        assert!(!succeeded && told.contains("has no previous secret or token"), "{told}");
    });
}

/// A sender that is in no catalogue.
const ACME: &str = r#"
scheme = { kind = "hmac", header = ["x-acme-signature"], encoding = "hex", message = "{body}" }
shape = [{ subject = ["/job/id"], otherwise = "job.progress" }]
"#;

#[test]
fn a_sender_that_is_described_becomes_a_source() {
    run(async |world| {
        let name = format!("acme-{:08x}", fastrand::u32(..));
        let file = std::env::temp_dir().join(format!("landfall-description-{name}.toml"));
        let add = format!("source add --description {} --name {name} --yes --secret-file -", file.display());
        let check = async |description: &str, command: &str, secret: &str, expected: Result<&str, &str>| {
            std::fs::write(&file, description).expect("the file can be written");
            let (told, succeeded) = landfall_at(world, command, secret).await;
            let outcome = if succeeded { Ok(&*told) } else { Err(&*told) };
            let is_expected = match (outcome, expected) {
                (Ok(told), Ok(part)) | (Err(told), Err(part)) => told.contains(part),
                (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
            };
            assert!(is_expected, "{command}: {expected:?} is not in {told}");
        };
        check("", &add, "a first secret", Err("missing field `scheme`")).await;
        check(&ACME.replace("job.progress", "job.gone"), &add, "a first secret", Err("a report is `{thing}.{status}`"))
            .await;
        check(ACME, &format!("{add} glossi"), "", Err("cannot be used with")).await;
        check(ACME, &add, "a first secret", Ok("was created")).await;
        check(ACME, &add, "a first secret", Err("exists already")).await;
        check(ACME, &format!("source rotate {name} --secret-file -"), "a second secret", Ok("was changed")).await;
        std::fs::remove_file(&file).expect("it can be removed");

        let told = secret(world, &name).await;
        assert_eq!(told["secrets"], json!(["a second secret", "a first secret"]));
        assert_eq!((&told["scheme"]["scheme"]["kind"], told.get("provider")), (&json!("hmac"), None));
    });
}

#[test]
fn a_source_that_is_removed_can_be_restored() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        source.set_up(&world.aws, &world.stack).await;
        let name = source.name.as_str();
        let (told, succeeded) = landfall_at(world, &format!("source remove {name} --yes --recovery-days 7"), "").await;
        assert!(succeeded && told.contains("will be deleted at 2"), "{told}");
        let (told, succeeded) = landfall_at(world, &format!("source show {name}"), "").await;
        assert!(!succeeded && told.contains("is being deleted, and its name is taken until then"), "{told}");
    });
}

#[test]
fn what_is_not_there_is_told() {
    run(async |world| {
        let (told, succeeded) = landfall_at(world, "source show nobody-knows-it", "").await;
        let expected =
            "there is no source nobody-knows-it: there is no secret landfall/source/nobody-knows-it in us-east-1";
        assert!(!succeeded && told.contains(expected), "{told}");
    });
    let (told, succeeded) = landfall(None, "source list --local=nowhere/stack.json", "");
    assert!(!succeeded && told.contains("no local stack at nowhere/stack.json: start one with make up"), "{told}");
    let (told, succeeded) = landfall(None, "source list", "");
    assert!(!succeeded && told.contains("No valid AWS credentials"), "{told}");
    let (told, succeeded) = landfall(None, "source show UPPER", "");
    assert!(!succeeded && told.contains("a source's name is 1 to 63 of a-z, 0-9 and -"), "{told}");
}

#[test]
fn a_test_delivery_is_published() {
    run(async |world| {
        let source = world.source(Provider::Get3w).await;
        let proxy = ToolProxy::start(&world.stack).await;
        let run = landfall_on(&proxy.file, &["source", "test", &source.name, "--yes", "--output", "ndjson"], "").await;
        let told = run.told();
        assert_eq!(run.code, Some(0), "{told}");
        let sent = &run.documents()[0];
        let answer: Value = serde_json::from_str(sent["answer"].as_str().expect("a text")).expect("it is JSON");
        let id = answer["id"].as_str().expect("it was accepted");
        let subject = sent["subject"].as_str().expect("a text");
        assert!(id.contains(subject), "{told}");
        assert_eq!(world.event(&source, id).await.text("/subject"), subject);
    });
}

#[test]
fn a_sender_that_cannot_be_played_is_told_with_what_to_do() {
    run(async |world| {
        let source = world.source(Provider::Fal).await;
        let (told, succeeded) = landfall_at(world, &format!("source test {} --yes", source.name), "").await;
        assert!(!succeeded && told.contains("private key") && told.contains("Have the sender send a test"), "{told}");
    });
}

#[test]
fn a_source_is_registered_with_its_sender_and_the_secret_is_seen_nowhere() {
    run(async |world| {
        let api = RegistrationApi::start();
        let source = Source::new(Provider::Glossi);
        let name = &source.name;
        let register = format!("source register {name} --api-key-file - --api-url {} --output ndjson", api.url);
        let (told, succeeded) = landfall_at(world, &register, "a wrong key").await;
        assert!(!succeeded && told.contains("refuses the API key"), "{told}");

        let (told, succeeded) = landfall_at(world, &register, API_KEY).await;
        assert!(succeeded, "{told}");
        let registered = api.webhook().expect("it is registered");
        assert!(registered["url"].as_str().is_some_and(|url| url.ends_with(&format!("/hooks/{name}"))), "{registered}");
        let first = registered["secret"].as_str().expect("it has one");
        assert_eq!(secret(world, name).await, json!({"provider": "glossi", "secrets": [first]}));
        assert!(!told.contains(first) && !told.contains(API_KEY), "{told}");

        // Another time the sender makes another secret, and both count.
        let (told, succeeded) = landfall_at(world, &register, API_KEY).await;
        assert!(!succeeded && told.contains("its secret may change"), "{told}");
        let (told, succeeded) = landfall_at(world, &format!("{register} --yes"), API_KEY).await;
        assert!(succeeded, "{told}");
        let second = api.webhook().expect("it is registered")["secret"].take();
        assert_eq!(secret(world, name).await["secrets"], json!([second, first]));

        let (told, succeeded) = landfall_at(world, &format!("{register} --show"), API_KEY).await;
        let shown = document(&told);
        assert!(succeeded && shown["failure_count"] == 4 && shown["last_response_status"] == 503, "{told}");
        let (told, succeeded) = landfall_at(world, &format!("{register} --delete --yes"), API_KEY).await;
        assert!(succeeded && api.webhook().is_none(), "{told}");
        let (told, succeeded) = landfall_at(world, &format!("{register} --show"), API_KEY).await;
        assert!(!succeeded && told.contains("no webhook is registered"), "{told}");
    });
}

#[test]
fn a_sender_without_such_an_api_is_not_registered() {
    run(async |world| {
        let source = world.source(Provider::Csm).await;
        let register = format!("source register {} --api-key-file -", source.name);
        let (told, succeeded) = landfall_at(world, &register, "any key").await;
        assert!(!succeeded && told.contains("csm has no API by which a URL can be registered"), "{told}");
    });
}
