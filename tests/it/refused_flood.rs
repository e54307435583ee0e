//! A flood of refusals from several instances: what it leaves, and what it asks of DynamoDB. `make large` makes it of 10,000.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::provider::Provider;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::clock::{Stopwatch, now_millis};
use tests::forgery::Forgery;
use tests::functions::url_event;
use tests::observe::until;
use tests::source::Source;
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::{World, run};

use crate::large::asked;
use crate::refused::stored;

/// Copies of ingest. Each is called by one sender, one call after the other, so each is one instance.
const INSTANCES: usize = 4;
const PER_MINUTE: usize = 30;
/// A place that is found taken so often ends an instance's minute.
const TAKEN_MAX: usize = 3;
/// Tries for a place, and the put of headers and body.
const CALLS_MAX: usize = TAKEN_MAX + 1;
/// After this, ingest gives up storing.
const TIME_LIMIT: Duration = Duration::from_millis(300);

/// Copies of ingest behind a proxy that notes what they ask for.
struct Flood<'w> {
    world: &'w World,
    proxy: ToolProxy,
    copies: Vec<String>,
}

impl<'w> Flood<'w> {
    async fn prepare(world: &'w World) -> Flood<'w> {
        let proxy = ToolProxy::start(&world.stack).await;
        let variables = json!({"AWS_ENDPOINT_URL": proxy.endpoint, "AWS_ENDPOINT_URL_DYNAMODB": proxy.endpoint});
        let names = (0..INSTANCES).map(|number| format!("landfall-flooded-{number}-{:08x}", fastrand::u32(..)));
        let copies = names.map(async |name| world.copy_of_ingest(&name, &variables).await);
        Flood { world, proxy, copies: join_all(copies).await }
    }

    /// How many puts into the table of refused deliveries there were.
    fn puts(&self) -> usize {
        let calls = self.proxy.calls_with_resources();
        calls.iter().filter(|(action, resource)| action == "dynamodb:PutItem" && resource == "Refused").count()
    }

    /// Delivers forgeries to a copy until `is_enough`, which is told how many it has refused. Says in which minutes, and how many
    /// took so long that their storing may have been given up.
    async fn refuse(&self, copy: &str, source: &Source, is_enough: impl Fn(usize) -> bool) -> (BTreeSet<i64>, usize) {
        let (mut minutes, mut refused, mut slow) = (BTreeSet::new(), 0, 0);
        while !is_enough(refused) {
            let forged = Forgery::WrongSecret.of(&self.world.stack, source, format!(r#"{{"n":{refused}}}"#).as_bytes());
            let event = url_event(&forged, &format!("/hooks/{}", source.name));
            minutes.insert(now_millis() / 60_000);
            let began = Stopwatch::start();
            let answer: Value = self.world.invoke(copy, &event).await;
            minutes.insert(now_millis() / 60_000);
            slow += usize::from(began.elapsed() >= TIME_LIMIT);
            match answer["statusCode"].as_u64() {
                Some(401) => refused += 1,
                // With many tests at once, look-ups of sources are rationed.
                Some(503) => {}
                _ => panic!("{answer}"),
            }
        }
        (minutes, slow)
    }

    async fn end(self) {
        for copy in &self.copies {
            self.world.delete_function(copy).await;
        }
    }
}

#[test]
fn a_flood_leaves_the_cap_and_asks_no_more_once_a_minute_is_full() {
    run(async |world| {
        let refusals = asked("REFUSALS").unwrap_or(400);
        let of = async |option: Option<Value>| {
            let source = Source::new(Provider::Glossi);
            let source = match option {
                Some(option) => source.with_option("quarantine", option),
                None => source,
            };
            world.set_up(source).await
        };
        let asking = of(Some(json!({"per_minute": PER_MINUTE}))).await;
        let other = of(None).await;
        let flood = Flood::prepare(world).await;
        let of_each = |source| {
            let ended =
                flood.copies.iter().map(|copy| flood.refuse(copy, source, |refused| refused >= refusals / INSTANCES));
            join_all(ended)
        };

        of_each(&other).await;
        assert_eq!(flood.puts(), 0, "a source that does not ask for it costs no call");

        let began = Stopwatch::start();
        let ended = of_each(&asking).await;
        let took = began.elapsed();
        let minutes: BTreeSet<i64> = ended.iter().flat_map(|(minutes, _)| minutes.clone()).collect();
        let slow: usize = ended.iter().map(|(_, slow)| slow).sum();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for item in stored(world, &asking).await {
            if item.number("k").is_some_and(|k| k < 10_000) {
                *places.entry(item.text("minute").to_owned()).or_default() += 1;
            }
        }
        let kept: usize = places.values().sum();
        assert!(kept > 0 && places.values().all(|count| *count <= PER_MINUTE), "{places:?}");
        assert!(places.len() <= minutes.len(), "{places:?} in {minutes:?}");
        let puts = flood.puts();
        // Each that is kept is two puts, and each instance finds three places taken in each minute. Storing that was given up
        // says nothing of the place.
        let puts_max = 2 * kept + TAKEN_MAX * INSTANCES * minutes.len() + CALLS_MAX * slow;
        println!(
            "  {refusals} refusals of {INSTANCES} instances in {:.1} s and {} minutes: {kept} kept, {puts} puts of at most {puts_max}, {slow} slow",
            took.as_secs_f64(),
            minutes.len(),
        );
        assert!(puts <= puts_max, "{puts} puts, {kept} kept of {refusals} in {} minutes, {slow} slow", minutes.len());
        if refusals >= 10 * PER_MINUTE * minutes.len() {
            assert!(puts < refusals / 2, "most of a flood costs nothing: {puts} puts for {refusals}");
        }

        // A minute that one instance has found full costs it nothing more.
        let copy = &flood.copies[0];
        until("a whole flood within one minute", async || {
            flood.refuse(copy, &asking, |refused| refused >= 3 * PER_MINUTE).await;
            let before = flood.puts();
            let minute = now_millis() / 60_000;
            let (minutes, _) = flood.refuse(copy, &asking, |refused| refused >= 20).await;
            let after = flood.puts();
            if minutes != BTreeSet::from([minute]) {
                return Err(format!("it took from {minute} to {minutes:?}"));
            }
            // Its first deliveries may have been of the minute before.
            if after > before { Err(format!("{} puts", after - before)) } else { Ok(()) }
        })
        .await;
        flood.end().await;
    });
}

#[test]
fn a_table_that_fails_or_hangs_changes_no_answer() {
    run(async |world| {
        let source = Source::new(Provider::Glossi).with_option("quarantine", json!({}));
        let source = world.set_up(source).await;
        let flood = Flood::prepare(world).await;
        let [failing, hanging, ..] = flood.copies.as_slice() else { panic!("there are several copies") };
        flood.proxy.refuse("dynamodb:PutItem", Refusal::Denied);
        flood.refuse(failing, &source, |refused| refused >= 3).await;
        flood.proxy.leave_unanswered("dynamodb:PutItem");
        flood.refuse(hanging, &source, |refused| refused >= 3).await;
        assert!(flood.puts() >= 6, "{} puts", flood.puts());
        assert!(stored(world, &source).await.is_empty());
        flood.end().await;
    });
}
