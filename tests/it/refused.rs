//! Refused deliveries are stored for sources that ask for it, up to the cap, and nothing of them is processed.

use std::collections::{BTreeMap, BTreeSet};

use domain::provider::Provider;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::forgery::Forgery;
use tests::ledger::{Record, put_records};
use tests::observe::until;
use tests::source::Source;
use tests::tool::{Run, Tool};
use tests::world::{World, run};

use crate::refused_mistakes::tool;

/// What is stored of the refused deliveries of `source`.
pub(crate) async fn stored(world: &World, source: &Source) -> Vec<Record> {
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

/// A refused delivery of a source of Glossi's, genuine by now, about the job of this number, at a place of its own.
pub(crate) fn refused_at(source: &Source, job: usize, place: i64, at_millis: i64) -> [Record; 2] {
    let body = json!({"event": "job.complete", "data": {"jobId": format!("job-{job}")}}).to_string();
    let [refused, content] = Record::refused(source, body.as_bytes(), at_millis);
    [refused.with_number("k", place), content.with_number("k", place + 10_000)]
}

/// So many of them, a minute ago.
pub(crate) fn refused_jobs(source: &Source, jobs: usize) -> Vec<Record> {
    let at = now_millis() - 60_000;
    (0..jobs).flat_map(|job| refused_at(source, job, i64::try_from(job).expect("few"), at)).collect()
}

#[test]
fn all_that_a_source_refused_is_released_once_after_it_was_counted() {
    run(async |world| {
        const GENUINE: usize = 12;
        let source = world.set_up(Source::new(Provider::Glossi).with_option("quarantine", json!({}))).await;
        let now = now_millis();
        let mut items = refused_jobs(&source, GENUINE);
        // The sender tried one twice, and a stranger came by: with another secret, and with another cause.
        items.extend(refused_at(&source, 0, 100, now - 30_000));
        let stranger = source.clone().with_fresh_secret();
        items.extend(refused_at(&stranger, 99, 101, now - 20_000));
        let [of_other_cause, content] = refused_at(&source, 98, 102, now - 10_000);
        items.extend([of_other_cause.with("refusal", "signature_missing"), content]);
        put_records(&world.aws, &world.stack.refused_table, &items).await;

        let of_cause = ["refused", "release", "--source", &source.name, "--cause", "signature_wrong"];
        let ndjson = ["--output", "ndjson"];
        let dry = tool(world, &[&of_cause[..], &ndjson, &["--dry-run"]].concat()).await;
        let rows = dry.documents();
        assert_eq!(
            (rows[0]["outcome"].as_str(), rows[0]["deliveries"].as_u64()),
            (Some("genuine"), Some(13)),
            "{}",
            dry.told()
        );
        assert_eq!(
            (rows[1]["outcome"].as_str(), rows[1]["deliveries"].as_u64()),
            (Some("refused"), Some(1)),
            "{}",
            dry.told()
        );
        assert!(world.records(&source).await.is_empty(), "nothing is changed");

        let unasked = tool(world, &of_cause).await;
        assert!(
            unasked.code == Some(7) && unasked.words.contains("Release 13 deliveries?"),
            "it asks first: {}",
            unasked.told()
        );
        let released = tool(world, &[&of_cause[..], &ndjson, &["--yes"]].concat()).await;
        let count = |run: &Run, outcome: &str| run.documents().iter().filter(|row| row["outcome"] == outcome).count();
        assert_eq!((released.code, count(&released, "released")), (Some(0), GENUINE), "{}", released.told());
        assert_eq!(count(&released, "duplicate"), 1, "{}", released.told());
        assert!(released.words.contains("1 stay: "), "{}", released.told());

        let again = tool(world, &[&of_cause[..], &ndjson, &["--yes"]].concat()).await;
        assert!(
            again.code == Some(1) && again.data.is_empty() && again.words.contains("13 were released before"),
            "{}",
            again.told()
        );
        let rest =
            tool(world, &[&["refused", "release", "--source", &source.name, "--yes"][..], &ndjson].concat()).await;
        assert_eq!((rest.code, count(&rest, "released")), (Some(0), 1), "the other cause: {}", rest.told());
        let nothing = tool(world, &["refused", "release", "--source", &source.name, "--since", "1s", "--yes"]).await;
        assert_eq!(nothing.code, Some(0), "{}", nothing.told());

        let events = until("each event once", async || {
            let events = world.events(&source);
            if events.len() == GENUINE + 1 { Ok(events) } else { Err(events.len()) }
        })
        .await;
        let ids: BTreeSet<&str> = events.iter().map(|event| event.text("/id")).collect();
        assert_eq!(ids.len(), GENUINE + 1);
    });
}

/// To begin again finds what was released before.
#[test]
fn a_release_that_is_cut_off_goes_on_where_it_was() {
    run(async |world| {
        const GENUINE: usize = 40;
        let source = world.set_up(Source::new(Provider::Glossi).with_option("quarantine", json!({}))).await;
        put_records(&world.aws, &world.stack.refused_table, &refused_jobs(&source, GENUINE)).await;
        let arguments = ["refused", "release", "--source", &source.name, "--yes", "--output", "ndjson"];
        let mut killed = Tool::start(&world.stack_file(), &arguments);
        until("the first released delivery", async || {
            if killed.data().contains("released") || killed.has_ended() { Ok(()) } else { Err(killed.words()) }
        })
        .await;
        killed.kill().await;
        let rest = tool(world, &arguments).await;
        // It may have been all of them before the signal came.
        assert_eq!(rest.code, Some(0), "{}", rest.told());
        assert!(rest.documents().len() <= GENUINE, "{}", rest.told());
        until("each event once", async || {
            let events = world.events(&source);
            let ids: BTreeSet<&str> = events.iter().map(|event| event.text("/id")).collect();
            if ids.len() == GENUINE && events.len() == GENUINE {
                Ok(())
            } else {
                Err(format!("{} of {}", ids.len(), events.len()))
            }
        })
        .await;
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
