//! `landfall deploy` and `landfall source add`: what they ask, what they say, and that what they make works.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::provider::Provider;
use domain::source as configured;
use domain::source::source_name::SourceName;
use expect_test::expect;
use serde_json::{Value, json};
use tests::confidential;
use tests::ledger::sha256;
use tests::sender;
use tests::source::Source;
use tests::world::{World, run};

fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).canonicalize().expect("the project's root")
}

/// The tool, which is built beside the tests.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a process knows its program");
    let folder = test.parent().and_then(Path::parent).expect("tests are in a folder of the build");
    folder.join("landfall")
}

/// Stands in a command line for the path of [`release`], which may have a space in it.
const RELEASE: &str = "RELEASE";

/// What `landfall` says of `arguments` and `input`, and whether it succeeded. Without an endpoint nobody is signed in.
pub(crate) fn landfall(endpoint: Option<&str>, arguments: &str, input: &str) -> (String, bool) {
    let (told, code) = landfall_and_code(endpoint, arguments, input);
    (told, code == Some(0))
}

/// As [`landfall`], with its exit code.
pub(crate) fn landfall_and_code(endpoint: Option<&str>, arguments: &str, input: &str) -> (String, Option<i32>) {
    let mut tool = Command::new(program());
    let path = |word: &str| if word == RELEASE { release().into_os_string() } else { word.into() };
    tool.current_dir(root()).args(arguments.split(' ').filter(|it| !it.is_empty()).map(path));
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN", "MAKEFLAGS"] {
        tool.env_remove(name);
    }
    tool.envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")]);
    tool.envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_DEFAULT_REGION", "us-east-1")]);
    if let Some(endpoint) = endpoint {
        tool.env("AWS_ENDPOINT_URL", endpoint).env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    }
    let output = tests::tool::output(&mut tool, input);
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (told.into_owned(), output.status.code())
}

/// The tool on the local stack's emulator, which holds the inbox of the tests already.
pub(crate) async fn landfall_at(world: &'static World, arguments: &str, input: &str) -> (String, bool) {
    let endpoint = world.stack.endpoint.as_deref().expect("these need the local stack");
    let (arguments, input) = (arguments.to_owned(), input.to_owned());
    let deployment = move || landfall(Some(endpoint), &arguments, &input);
    tokio::task::spawn_blocking(deployment).await.expect("it is waited for")
}

async fn secret(world: &World, source: &str) -> Value {
    let name = format!("landfall/source/{source}");
    let got = world.aws.secrets.get_secret_value().secret_id(name).send().await.expect("the secret exists");
    serde_json::from_str(got.secret_string().expect("it is text")).expect("it is JSON")
}

/// The same URL on the local stack, whose emulator serves function URLs under a path.
fn reachable(world: &World, url: &str) -> String {
    let (host, path) =
        url.strip_prefix("https://").expect("it is an https URL").split_once('/').expect("it has a path");
    let id = host.split('.').next().unwrap_or_default();
    format!("{}/_aws/lambda-url/{id}/{path}", world.stack.endpoint.as_deref().expect("these need the local stack"))
}

#[test]
fn who_is_not_signed_in_is_told_so() {
    let (told, succeeded) = landfall(None, "deploy --yes", "");
    assert!(!succeeded && told.contains("No valid AWS credentials: "), "{told}");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_asked() {
    let (told, succeeded) = landfall(None, "deploy --source csm-prod", "");
    assert!(!succeeded && told.contains("--source needs --provider"), "{told}");
    let (told, succeeded) = landfall(None, "deploy --provider glossi --secret-file nowhere", "");
    assert!(!succeeded && told.contains("there is no file nowhere"), "{told}");
    let (told, succeeded) = landfall(None, "deploy --provider gitlub", "");
    assert!(!succeeded && told.contains("a similar value exists: 'gitlab'"), "{told}");
    let (told, succeeded) = landfall(None, "deploy --provider github --token-header x-token", "");
    assert!(!succeeded && told.contains("you cannot choose the header with github"), "{told}");
    let (told, succeeded) = landfall(None, "deploy --provider fal --secret-file -", "");
    assert!(!succeeded && told.contains("--secret-file: fal needs none"), "{told}");
}

#[test]
fn every_sender_of_the_catalogue_can_be_named() {
    let (told, succeeded) = landfall(None, "deploy --help", "");
    assert!(succeeded, "{told}");
    let words: Vec<&str> = told.split([' ', ',', ']', '\n']).collect();
    for provider in Provider::ALL {
        assert!(words.contains(&provider.as_str()), "no {provider} in {told}");
    }
}

#[test]
fn a_dry_run_asks_explains_and_does_nothing() {
    run(async |world| {
        let answers = "mars\n\nlandfall-never\nnobody\nops@example.com\ncsn\ncsm\nCSM\ncsm-first\nyes\n";
        let (told, succeeded) = landfall_at(world, "deploy --dry-run --url-file /dev/null", answers).await;
        assert!(succeeded, "{told}");
        for expected in [
            "Region (near the senders or the consumers; a stack cannot move) [us-east-1]: ",
            "Region: name one, such as eu-west-1",
            "stack landfall-never: a first deployment",
            "three Lambda functions",
            "a few dollars a month",
            "E-mail for alarms: not an e-mail address",
            "Senders (details in docs/providers/README.md):",
            "Sender to set up: unknown sender, see docs/providers/README.md; csm?",
            "Warning: not known: ",
            "Its name: small letters, digits and hyphens",
            "the functions: make build ARCHITECTURE=x86_64\n",
            "to the bucket landfall-artifacts-000000000000-us-east-1\n",
            "the stack landfall-never by a change set; parameters: AlarmEmail=ops@example.com Architecture=x86_64",
            "the secret {SourcesPrefix}/source/csm-first",
        ] {
            assert!(told.contains(expected), "no {expected:?} in {told}");
        }
    });
}

#[test]
fn a_source_needs_a_stack() {
    run(async |world| {
        let (told, succeeded) = landfall_at(world, "source add csm --yes --stack landfall-never", "").await;
        assert!(!succeeded && told.contains("there is no stack landfall-never in us-east-1"), "{told}");
    });
}

#[test]
fn an_input_that_ends_changes_nothing() {
    run(async |world| {
        let (told, succeeded) = landfall_at(world, "deploy", "us-east-1\n").await;
        assert!(!succeeded && told.contains("the input has ended"), "{told}");
    });
}

/// Sets one up on the stack of the tests. What the tool said, and the secret that it made, which the loader takes.
async fn set_up(world: &'static World, source: &Source, arguments: &str, input: &str) -> (String, Value) {
    let Source { name, provider, .. } = source;
    let files = format!("--url-file target/webhook-url-{name} --token-file target/webhook-token-{name}");
    let arguments = format!("source add {provider} --name {name} --yes {files} {arguments}");
    let (told, succeeded) = landfall_at(world, &arguments, input).await;
    assert!(succeeded, "{told}");
    let made = secret(world, name).await;
    let source = configured::Source::parse(SourceName::parse(name).expect("it is a name"), &made.to_string());
    assert_eq!(source.expect("the loader takes it").provider, *provider);
    (told, made)
}

/// What the tool put into a file.
fn kept(kind: &str, name: &str) -> String {
    let file = root().join(format!("target/webhook-{kind}-{name}"));
    let text = fs::read_to_string(&file).expect("the file is there").trim().to_owned();
    confidential::keep("token", text.rsplit('/').next().unwrap_or_default());
    fs::remove_file(file).expect("it can be removed");
    text
}

#[test]
fn what_a_sender_proves_itself_with_becomes_its_secret() {
    run(async |world| {
        let secret = confidential::random();
        confidential::keep("secret", &secret);
        let url = |source: &Source| sender::url(&world.stack, &source.name, None);
        let body = br#"{"test": true}"#;

        // A signature, over nothing but the body.
        let source = Source::new(Provider::Github);
        let (told, made) = set_up(world, &source, "--secret-file -", &format!("{secret}\n")).await;
        assert_eq!(made, json!({"provider": "github", "secrets": [secret]}));
        assert!(told.contains(&format!("hooks/{}", source.name)) && !told.contains("{url}"), "{told}");
        assert!(told.contains(r#"-H "x-hub-signature-256: sha256=$signature""#) && !told.contains(&secret), "{told}");
        let signed = sender::request(&url(&source), source.provider, None, body)
            .with_header("x-hub-signature-256", &format!("sha256={}", sender::sign(&secret, body)));
        expect!["200 accepted"].assert_eq(&world.deliver(&signed).await.told());

        // A signature over more, by an encoded secret.
        let source = Source::new(Provider::Openai);
        let encoded = format!("whsec_{secret}");
        let (told, made) = set_up(world, &source, "--secret-file -", &encoded).await;
        assert_eq!(made, json!({"provider": "openai", "secrets": [encoded]}));
        assert!(told.contains("have OpenAI send one") && !told.contains(&secret), "{told}");

        // A token in the sender's header, which the operator chose.
        let source = Source::new(Provider::Gitlab);
        let (told, made) = set_up(world, &source, "--secret-file -", &secret).await;
        assert_eq!(made, json!({"provider": "gitlab", "secrets": [secret]}));
        assert!(told.contains("Warning: not known: GitLab before 17.4") && !told.contains(&secret), "{told}");
        let sent = sender::request(&url(&source), source.provider, None, body).with_header("x-gitlab-token", &secret);
        expect!["200 accepted"].assert_eq(&world.deliver(&sent).await.told());

        // A token that is made, in a header that the operator chose.
        let source = Source::new(Provider::GenericToken);
        let (told, made) = set_up(world, &source, "--token-header X-Proof", "").await;
        let token = kept("token", &source.name);
        assert_eq!(made, json!({"provider": "generic-token", "token_header": "X-Proof", "secrets": [token]}));
        assert!(!told.contains(&token), "{told}");
        let sent = sender::request(&url(&source), source.provider, None, body).with_header("x-proof", &token);
        expect!["200 accepted"].assert_eq(&world.deliver(&sent).await.told());

        // A token in the URL, of a sender about which little is sure.
        let source = Source::new(Provider::Kling);
        let (told, made) = set_up(world, &source, "", "").await;
        let token = kept("url", &source.name).rsplit('/').next().unwrap_or_default().to_owned();
        assert_eq!(made, json!({"provider": "kling", "token_sha256": [sha256(token.as_bytes())]}));
        assert!(told.contains("from others' public code") && !told.contains(&token), "{told}");

        // Keys of the sender's own: given by the operator, or published. RFC 8037 has this one.
        let source = Source::new(Provider::StandardWebhooksEd25519);
        let key = "whpk_11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let (_, made) = set_up(world, &source, "--secret-file -", key).await;
        assert_eq!(made, json!({"provider": "standard-webhooks-ed25519", "public_keys": [key]}));
        // Which are the same for all of its customers: an account tells, or a token.
        let (_, made) = set_up(world, &Source::new(Provider::Fal), "--account user_1", "").await;
        assert_eq!(made, json!({"provider": "fal", "account": "user_1"}));
        let source = Source::new(Provider::Fal);
        let (_, made) = set_up(world, &source, "", "").await;
        let token = kept("url", &source.name).rsplit('/').next().unwrap_or_default().to_owned();
        assert_eq!(made, json!({"provider": "fal", "token_sha256": [sha256(token.as_bytes())]}));
    });
}

#[test]
fn what_the_loader_would_refuse_makes_no_secret() {
    run(async |world| {
        for (provider, given, problem) in [
            ("github", "short", "a secret in `secrets` has under 8 bytes without the white space around it"),
            ("github", "", "there is none"),
            (
                "gemini",
                "whsec_not base64",
                "a secret in `secrets` is not base64, as this sender's are: copy all of it again",
            ),
            ("gemini", "whsec_c2hvcnQ=", "a secret in `secrets` has under 8 bytes without the white space around it"),
            (
                "standard-webhooks-ed25519",
                "whpk_c2hvcnQ=",
                "`public_keys`: a public key of Ed25519 is 32 bytes in base64",
            ),
        ] {
            let source = format!("refused-{:08x}", fastrand::u32(..));
            let arguments = format!("source add {provider} --name {source} --yes --secret-file -");
            let (told, succeeded) = landfall_at(world, &arguments, given).await;
            assert!(!succeeded && told.contains(&format!("That cannot be used: {problem}.")), "{told}");
            let name = format!("landfall/source/{source}");
            let got = world.aws.secrets.get_secret_value().secret_id(name).send().await;
            let error = got.expect_err("there is no secret").into_service_error();
            assert!(error.is_resource_not_found_exception(), "{error:?}");
        }
    });
}

#[test]
fn a_source_that_exists_is_not_changed() {
    run(async |world| {
        let source = Source::new(Provider::Csm);
        source.set_up(&world.aws, &world.stack).await;
        let name = &source.name;
        let arguments = format!("source add meshy --name {name} --yes --url-file /dev/null");
        let (told, succeeded) = landfall_at(world, &arguments, "").await;
        assert!(!succeeded && told.contains("exists already and was left alone"), "{told}");
        assert_eq!(secret(world, name).await["provider"], "csm");
    });
}

/// The release that the stack of the tests was deployed from.
fn release() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests are told here which stack to drive")]
    let file = std::env::var_os("STACK_FILE").map_or_else(|| root().join("target/local/stack.json"), PathBuf::from);
    file.with_file_name("build")
}

/// One test: each step builds on the one before, and deploying takes its time.
#[test]
fn a_first_deployment_leads_to_a_first_event() {
    run(async |world| {
        // A second run against the same emulator finds the stack, but none of these names.
        let (unsigned, signed) = (Source::new(Provider::Csm).name, Source::new(Provider::Glossi).name);
        let project = format!("--project {RELEASE}");
        let first = format!("deploy {project} --yes --stack landfall-guided --provider csm --source {unsigned}");
        let url_file = format!("--url-file target/webhook-url-{unsigned}");
        let first = format!("{first} {url_file}");
        let (told, succeeded) = landfall_at(world, &first, "").await;
        assert!(succeeded, "{told}");
        let later = "landfall upgrade --region us-east-1 --stack landfall-guided updates it";
        assert!(told.contains("Landfall is deployed.") && told.contains(later), "{told}");

        // The output is no terminal, so the token is in a file that nobody else may read.
        let file = root().join(format!("target/webhook-url-{unsigned}"));
        let url = fs::read_to_string(&file).expect("the URL is in the file").trim().to_owned();
        let mode = fs::metadata(&file).expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (_, token) = url.rsplit_once('/').expect("the URL has a path");
        confidential::keep("token", token);
        assert!(token.len() == 32 && !told.contains(token), "{told}");
        let made = secret(world, &unsigned).await;
        assert_eq!(made, json!({"provider": "csm", "token_sha256": [sha256(token.as_bytes())]}));
        let delivery = sender::request(&reachable(world, &url), Provider::Csm, None, br#"{"test": true}"#);
        expect!["200 accepted"].assert_eq(&world.deliver(&delivery).await.told());

        // Once more: the stack is as it is, the secret is left alone, unless it shall rotate.
        let (told, succeeded) = landfall_at(world, &first, "").await;
        assert!(succeeded && told.contains("exists already and was left alone"), "{told}");
        assert!(told.contains("landfall-guided is up to date: nothing changes."), "{told}");
        assert_eq!(secret(world, &unsigned).await, made);

        // What would change is shown, and what no parameter says stays.
        let email = format!(" --parameter AlarmEmail={unsigned}@example.com");
        let upgrade = format!("upgrade {project} --yes --stack landfall-guided{email}");
        let (told, succeeded) = landfall_at(world, &format!("{upgrade} --dry-run"), "").await;
        assert!(succeeded && told.contains("AWS::SNS::Subscription"), "{told}");
        assert!(told.contains("Nothing was changed.") && !told.contains("Warning: "), "{told}");
        let (told, succeeded) = landfall_at(world, &upgrade, "").await;
        assert!(succeeded && told.contains("UPDATE_COMPLETE"), "{told}");
        let again = upgrade.replace(&email, "");
        let (told, succeeded) = landfall_at(world, &again, "").await;
        assert!(succeeded && told.contains("landfall-guided is up to date: nothing changes."), "{told}");
        let (told, succeeded) =
            landfall_at(world, &format!("source rotate {unsigned} --stack landfall-guided {url_file}"), "").await;
        assert!(succeeded, "{told}");
        let tokens = secret(world, &unsigned).await["token_sha256"].take();
        assert_eq!((tokens.as_array().map(Vec::len), &tokens[1]), (Some(2), &made["token_sha256"][0]));
        fs::remove_file(&file).expect("it can be removed");

        // A sender that signs, whose secret comes by the input.
        let signing = confidential::random();
        confidential::keep("secret", &signing);
        let second =
            format!("source add glossi --name {signed} --yes --stack landfall-guided --archive yes --secret-file -");
        let (told, succeeded) = landfall_at(world, &second, &format!("{signing}\n")).await;
        assert!(succeeded && !told.contains(&signing), "{told}");
        assert_eq!(secret(world, &signed).await, json!({"provider": "glossi", "archive": true, "secrets": [signing]}));
        let url = told.lines().map(str::trim).find(|line| line.ends_with(&signed) && line.starts_with("url "));
        let url = url.and_then(|line| line.split_whitespace().nth(1));
        let url = reachable(world, url.expect("it tells the URL"));
        let delivery = sender::request(&url, Provider::Glossi, Some(&signing), br#"{"test": true}"#);
        expect!["200 accepted"].assert_eq(&world.deliver(&delivery).await.told());
    });
}
