//! The console's screen Refused, over HTTP.

use domain::provider::Provider;
use serde_json::json;
use tests::confidential::{self, Place};
use tests::console::Console;
use tests::forgery::Forgery;
use tests::ledger::put_records;
use tests::observe::until;
use tests::sender::sign;
use tests::source::Source;
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::{World, run};

use crate::console::encoded;
use crate::refused::refused_jobs;

const JOBS: usize = 3;

/// A source that lacks the secret by which what it has refused was signed, and the same with that secret.
async fn wrong_secret(world: &World) -> (Source, Source) {
    let source = Source::new(Provider::Glossi).with_option("quarantine", json!({}));
    let fixed = source.clone().with_fresh_secret();
    let source = world.set_up(source).await;
    put_records(&world.aws, &world.stack.refused_table, &refused_jobs(&fixed, JOBS)).await;
    (source, fixed)
}

/// The part of a page that comes after it from this path.
fn part<'p>(page: &'p str, path: &str) -> &'p str {
    let begins = page.find(&format!("data-load=\"{path}")).unwrap_or_else(|| panic!("no {path} in {page}"));
    let url = &page[begins + "data-load=\"".len()..];
    url.split('"').next().unwrap_or_default()
}

async fn loaded(console: &Console, page: &str, path: &str) -> String {
    console.page(&part(page, path).replace("&amp;", "&")).await
}

#[test]
fn what_was_refused_is_told_explained_and_released() {
    run(async |world| {
        let (source, fixed) = wrong_secret(world).await;
        let other = world.set_up(Source { secrets: fixed.secrets.clone(), ..Source::new(Provider::Glossi) }).await;
        let console = Console::open(&world.stack_file()).await;
        let path = format!("/refused?source={}&cause=signature_wrong", source.name);
        let page = console.page(&path).await;
        let name = &source.name;
        for text in [
            format!("{name}: wrong signature"),
            "goes on".to_owned(),
            format!("{JOBS} deliveries with {JOBS} bodies are stored"),
            format!("landfall source rotate {name}"),
            format!("landfall refused release --source {name} --cause signature_wrong"),
            format!("landfall refused explain {name}/"),
            "never had a genuine delivery".to_owned(),
        ] {
            assert!(page.contains(&text), "{text}: {page}");
        }
        let shown = format!("href=\"/refused?source={name}&amp;cause=signature_wrong\" aria-current=\"true\"");
        assert!(page.contains(&shown), "the row that is shown says so: {page}");
        let of_source = console.page(&format!("/refused?source={name}&since=1h")).await;
        assert!(of_source.contains(&format!("{name}: wrong signature")), "{of_source}");

        let checks = loaded(&console, &page, "/refused/checks").await;
        let cause = format!("It is right by the secret of the source <code><bdi>{}</bdi></code>", other.name);
        assert!(checks.contains(&cause) && checks.contains("<title>wrong</title>"), "{checks}");
        let stored = loaded(&console, &page, "/refused/stored").await;
        assert!(stored.contains("job-1") && stored.contains("job.completed"), "{stored}");
        let badge = console.page("/refused/badge").await;
        assert!(badge.contains("badge refused"), "{badge}");

        let form_path = format!("/refused/release?source={name}&cause=signature_wrong");
        assert!(page.contains(&format!("data-form=\"{}\"", form_path.replace('&', "&amp;"))), "{page}");
        let form = console.page(&form_path).await;
        assert!(
            form.contains(&format!("{JOBS} stay: ")) && form.contains("disabled"),
            "nothing is genuine yet: {form}"
        );

        // The sender's new secret is put in front of the old one.
        let both = json!({"provider": "glossi", "secrets": [fixed.secrets[0], source.secrets[0]], "quarantine": {}});
        source.set_up_as(&world.aws, &world.stack, &both.to_string()).await;
        let form = console.page(&form_path).await;
        assert!(
            form.contains(&format!("Release {JOBS} deliveries of {name}?")) && !form.contains("disabled"),
            "{form}"
        );
        let checks_now = loaded(&console, &page, "/refused/checks").await;
        assert!(checks_now.contains("it is genuine"), "{checks_now}");

        let mut request = console.request("POST", "/refused/release").with_header("x-landfall-console", "1");
        request.body = format!("source={name}&cause=signature_wrong").into_bytes();
        assert_eq!(console.send(&request.clone().without_header("x-landfall-console")).await.status, 403);
        let started = console.send(&request).await;
        let location = started.header("location").unwrap_or_default().to_owned();
        assert_eq!((started.status, location.as_str()), (201, path.as_str()), "{}", started.text());
        let released = until("the end of the release", async || {
            let page = console.page(&location).await;
            if page.contains("Released. ") { Ok(page) } else { Err(page) }
        })
        .await;
        assert!(released.contains(&format!("{JOBS} new events, 0 were known already, 0 deliveries")), "{released}");
        until("each event once", async || {
            let events = world.events(&source).len();
            if events == JOBS { Ok(()) } else { Err(events) }
        })
        .await;
        let form = console.page(&form_path).await;
        assert!(form.contains(&format!("{JOBS} were released before")), "{form}");
        let unnamed = console.request("POST", "/refused/release").with_header("x-landfall-console", "1");
        assert_eq!(console.send(&unnamed).await.status, 409);

        let mut secrets = confidential::all();
        for body in 0..JOBS {
            let body = json!({"event": "job.complete", "data": {"jobId": format!("job-{body}")}}).to_string();
            for secret in source.secrets.iter().chain(&fixed.secrets) {
                secrets.add(confidential::Nature::Proof, "signature", &sign(secret, body.as_bytes()));
            }
        }
        let answers = [page, of_source, checks, checks_now, stored, badge, form, released];
        let found = secrets.found(Place::Holds, answers.iter().map(String::as_bytes));
        assert!(found.is_empty(), "neither a secret nor a signature is in a page: {found:?}");
    });
}

#[test]
fn what_is_not_stored_is_told_from_the_log_with_what_to_do_instead() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let forged = Forgery::WrongSecret.of(&world.stack, &source, b"{}");
        assert_eq!(world.deliver(&forged).await.status, 401);
        let unknown = Forgery::UnknownSource.of(&world.stack, &source, b"{}");
        assert_eq!(world.deliver(&unknown).await.status, 401);
        let console = Console::open(&world.stack_file()).await;
        let path = format!("/refused?source={}&cause=signature_wrong", source.name);
        let page = console.page(&path).await;
        for text in [
            "Nothing of it is stored",
            "&quot;quarantine&quot;",
            "landfall source rotate",
            "Have the sender deliver again",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("data-form"), "nothing can be released: {page}");
        until("the lines", async || {
            // What a function wrote last may be collected only when it is called again.
            world.deliver(&forged).await;
            let unstored = loaded(&console, &page, "/refused/unstored").await;
            let row = format!("href=\"{}\" aria-current=\"true\"", path.replace('&', "&amp;"));
            let is_there = unstored.contains(&row) && unstored.contains("unknown names");
            if is_there { Ok(()) } else { Err(unstored) }
        })
        .await;
        let page = console.page("/refused?cause=unknown_source").await;
        assert!(page.contains("unknown names: no such source") && page.contains("landfall source list"), "{page}");
        let names = loaded(&console, &page, "/refused/names").await;
        assert!(names.contains("Name in the URL"), "{names}");
        let wrong = console.get("/refused?since=soon").await;
        assert!(wrong.status == 400 && wrong.text().contains("soon is no instant"), "{}", wrong.text());
        assert_eq!(console.get("/refused?source=Nobody").await.status, 400);
        let hostile = console.page("/refused?source=a&cause=%22%3E%3Cscript%3E&since=1h").await;
        assert!(!hostile.contains("<script>"), "{hostile}");
    });
}

#[test]
fn without_the_table_the_screen_says_how_to_get_it() {
    run(async |world| {
        let mut stack = json!(world.stack);
        stack.as_object_mut().expect("it has fields").remove("refused_table");
        let file = std::env::temp_dir().join(format!("landfall-unquarantined-{:016x}.json", fastrand::u64(..)));
        std::fs::write(&file, stack.to_string()).expect("a file can be written");
        let console = Console::open(&file).await;
        let page = console.page("/refused").await;
        assert!(
            page.contains("landfall deploy --parameter Quarantine=on") && !page.contains("role=\"alert\""),
            "{page}"
        );
        assert_eq!(console.page("/refused/badge").await, "");
        let unstored = console.page("/refused?source=glossi-prod&cause=token_wrong").await;
        assert!(unstored.contains("landfall deploy --parameter Quarantine=on"), "{unstored}");
    });
}

/// Each call is refused in each way: its part says so, and the rest of the page is there.
#[test]
fn a_part_of_the_screen_fails_alone() {
    run(async |world| {
        let (source, _) = wrong_secret(world).await;
        let shown = format!("/refused?source={}", source.name);
        let page = Console::open(&world.stack_file()).await.page(&shown).await;
        let checks = part(&page, "/refused/checks").replace("&amp;", "&");
        let stored = format!("/refused/stored?source={}&cause=signature_wrong", source.name);
        let form = format!("/refused/release?source={}&cause=signature_wrong", source.name);
        for (action, path, rest) in [
            ("dynamodb:Query", shown.as_str(), "Nothing of a refused delivery is trusted"),
            ("secretsmanager:ListSecrets", &shown, "How the latest was checked"),
            ("secretsmanager:GetSecretValue", &checks, ""),
            ("dynamodb:Query", &stored, ""),
            ("secretsmanager:GetSecretValue", &form, "Close"),
            ("logs:FilterLogEvents", "/refused/unstored", "Not stored"),
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
        // Who may not read the secret sees what is stored all the same, and on all pages no trouble of the badge.
        let proxy = ToolProxy::start(&world.stack).await;
        let console = Console::open(&proxy.file).await;
        proxy.refuse("secretsmanager:GetSecretValue", Refusal::Denied);
        let page = console.page(&stored).await;
        assert!(page.contains(&encoded(&source.name)) && page.contains("by the rules of the source"), "{page}");
        proxy.refuse("dynamodb:Query", Refusal::Denied);
        assert_eq!(console.page("/refused/badge").await, "");
    });
}
