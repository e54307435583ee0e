//! Whole stories with a sender that signs nothing: its webhooks, its API, and somebody who knows the URL.

use domain::provider::Provider;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::event::{Event, Raw};
use tests::ledger::Record;
use tests::observe::until;
use tests::simulator::{Condition, End, Loss, Simulator};
use tests::source::Source;
use tests::story::Story;
use tests::world::{World, run};

/// A source whose events are confirmed at the simulated sender.
async fn confirmed_source(world: &World, simulator: &Simulator, provider: Provider) -> Source {
    let mut source = Source::new(provider).with_fresh_token();
    source.secrets.clear();
    world.set_up(simulator.confirms(source)).await
}

/// A sender and a story about a source whose events are confirmed there.
async fn begin(world: &'static World, provider: Provider) -> (Simulator, Story) {
    let simulator = Simulator::start(provider);
    let source = confirmed_source(world, &simulator, provider).await;
    (simulator, Story::about(world, source))
}

/// Waits until an attempt at the event has failed, and gives its record.
async fn troubled(world: &World, id: &str) -> Record {
    until(&format!("a failed attempt at {id}"), async || match world.record(id).await {
        Some(record) if !record.text("last_error").is_empty() => Ok(record),
        record => Err(record.map_or("no record".to_owned(), |record| record.told())),
    })
    .await
}

/// Lets what waits be tried again as soon as its time has come.
async fn finish(world: &World, id: &str) -> Record {
    until(&format!("the end of {id}"), async || {
        world.sweep().await;
        match world.record(id).await {
            Some(record) if record.is_finished() => Ok(record),
            Some(record) => Err(format!("{} ({})", record.told(), record.text("last_error"))),
            None => Err("no record".to_owned()),
        }
    })
    .await
}

/// Why it stands as it does.
fn why(record: &Record) -> String {
    format!("{}: {}", record.told(), record.text("last_error"))
}

fn assets(event: &Event) -> Vec<&str> {
    let assets = event.json["data"]["assets"].as_array().expect("an event has a list of assets");
    assets.iter().filter_map(|asset| asset["url"].as_str()).collect()
}

/// The webhook with its links replaced by one of a stranger's.
fn forged(body: &[u8], link: &str) -> Vec<u8> {
    String::from_utf8(body.to_vec()).expect("it is JSON").replace(link, "https://forged.example/trap.glb").into_bytes()
}

#[test]
fn what_the_sender_says_itself_takes_the_place_of_what_was_delivered() {
    run(async |world| {
        for provider in Simulator::PLAYED {
            let (simulator, mut story) = begin(world, provider).await;
            let id = simulator.submit();
            simulator.finish(&id, End::Completed);
            let link = simulator.link(&id);
            let delivery = story.delivery(&forged(&simulator.webhook(&id, End::Completed), &link));
            story.send(&delivery).await;
            let event = story.event().await;
            assert_eq!(event.text("/data/verified_by"), "confirmed", "{provider}");
            assert_eq!(event.text("/subject"), id, "{provider}");
            // Glossi's API tells of no links, and so does the event then.
            let expected = if provider == Provider::Glossi { vec![] } else { vec![link.as_str()] };
            assert_eq!(assets(&event), expected, "{provider}");
            assert!(!event.json.to_string().contains("forged.example"), "{provider}: {}", event.json);
            assert_eq!(simulator.asked().len(), 1, "{provider}");
        }
    });
}

#[test]
fn raw_is_the_answer_of_the_api() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Csm).await;
        let id = simulator.submit();
        simulator.finish(&id, End::Failed);
        let delivery = story.delivery(&simulator.webhook(&id, End::Failed));
        story.send(&delivery).await;
        let event = story.event().await;
        let Raw::Json(raw) = event.raw() else { panic!("{:?}", event.raw()) };
        let session: Value = serde_json::from_str(&raw).expect("it is JSON");
        assert_eq!((&session["_id"], &session["status"]), (&json!(id), &json!("failed")));
        expect!["landfall.job.failed"].assert_eq(event.text("/type"));
    });
}

#[test]
fn an_answer_too_large_for_a_message_is_in_the_bucket() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Csm).await;
        let id = simulator.submit();
        simulator.finish(&id, End::Completed);
        simulator.embed(&id, 40_000);
        let delivery = story.delivery(&simulator.webhook(&id, End::Completed));
        story.send(&delivery).await;
        let event = story.event().await;
        let Raw::InBucket { bucket, key, sha256, size } = event.raw() else { panic!("{:?}", event.raw()) };
        let raw = world.object(&bucket, &key).await;
        assert_eq!((tests::ledger::sha256(&raw), raw.len()), (sha256, size));
        let session: Value = serde_json::from_slice(&raw).expect("it is JSON");
        assert_eq!(session["input"]["input_image_embedding"].as_array().map(Vec::len), Some(40_000));
        assert_eq!(assets(&event), [simulator.link(&id)]);
    });
}

#[test]
fn what_is_archived_is_what_the_sender_itself_links_to() {
    run(async |world| {
        let simulator = Simulator::start(Provider::Csm);
        let source = simulator.confirms(Source::new(Provider::Csm)).with_option("archive", true);
        let mut story = Story::about(world, world.set_up(source).await);
        let [id, trap] = [(); 2].map(|()| simulator.submit());
        simulator.finish(&id, End::Completed);
        simulator.finish(&trap, End::Completed);
        let body = String::from_utf8(simulator.webhook(&id, End::Completed)).expect("it is JSON");
        let delivery = story.delivery(body.replace(&simulator.link(&id), &simulator.link(&trap)).as_bytes());
        story.send(&delivery).await;
        let event = story.event().await;
        let archived = &event.json["data"]["assets"][0]["archived"];
        let text = |name: &str| archived[name].as_str().unwrap_or_else(|| panic!("it is archived: {}", event.json));
        let copy = world.object(text("bucket"), text("key")).await;
        assert!(copy.ends_with(format!("the output of {id}").as_bytes()), "{}", String::from_utf8_lossy(&copy));
        let asked = simulator.asked().join("\n").replace(&id, "{id}");
        expect![[r#"
            GET /v3/sessions/{id}
            GET /assets/{id}/output.glb"#]]
        .assert_eq(&asked);
    });
}

#[test]
fn a_run_of_a_workflow_is_confirmed() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Modelslab).await;
        let id = simulator.run_workflow();
        simulator.finish(&id, End::Completed);
        let delivery = story.delivery(&simulator.webhook(&id, End::Completed));
        story.send(&delivery).await;
        let event = story.event().await;
        let told = format!("{} {}", event.text("/type"), event.text("/data/verified_by"));
        expect!["landfall.workflow.completed confirmed"].assert_eq(&told);
        assert_eq!(assets(&event), [simulator.link(&id)]);
    });
}

/// Sends the webhook of a completed job while `hinder` stands in the way of confirming it, checks what the first attempt
/// came to, and lets it be confirmed once `help` has.
fn check_later(hinder: fn(&Simulator, &str), help: fn(&Simulator, &str), expected: Expect) {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Csm).await;
        let (id, key) = (simulator.submit(), simulator.key());
        simulator.finish(&id, End::Completed);
        hinder(&simulator, &id);
        let delivery = story.delivery(&simulator.webhook(&id, End::Completed));
        let event_id = story.send(&delivery).await.event_id().expect("a genuine delivery is accepted");
        expected.assert_eq(&why(&troubled(world, &event_id).await));
        assert!(world.events(&story.source).is_empty(), "nothing is published unconfirmed");
        help(&simulator, &id);
        simulator.set_key(&key);
        assert_eq!(finish(world, &event_id).await.text("state"), "done");
        assert_eq!(story.event().await.text("/data/verified_by"), "confirmed");
    });
}

#[test]
fn a_webhook_that_runs_ahead_of_its_api_is_confirmed_later() {
    check_later(
        |simulator, id| simulator.reopen(id),
        |simulator, id| simulator.finish(id, End::Completed),
        expect!["received after 1 attempt: the sender's API says that it has not ended yet"],
    );
}

#[test]
fn an_event_waits_while_the_api_is_down() {
    check_later(
        |simulator, _| simulator.set_condition(Condition::Broken),
        |simulator, _| simulator.set_condition(Condition::Up),
        expect!["received after 1 attempt: the sender's API answered 500"],
    );
}

#[test]
fn an_event_waits_while_the_api_says_nothing() {
    check_later(
        |simulator, _| simulator.set_condition(Condition::Silent),
        |simulator, _| simulator.set_condition(Condition::Up),
        expect!["received after 1 attempt: asking the sender's API: timed out"],
    );
}

#[test]
fn an_event_waits_while_the_key_is_wrong() {
    check_later(
        |simulator, _| simulator.set_key("another"),
        |_, _| {},
        expect!["received after 1 attempt: the sender's API refuses the key: check the source's `api_key`"],
    );
}

#[test]
fn what_the_sender_denies_is_not_published_and_does_not_stop_the_genuine_delivery() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Modelslab).await;
        let id = simulator.submit();
        simulator.finish(&id, End::Failed);
        let forged = story.delivery(&forged(&simulator.webhook(&id, End::Completed), &simulator.link(&id)));
        let forged_id = story.send(&forged).await.event_id().expect("whoever knows the URL is let in");
        let failed = world.finished(&forged_id).await;
        expect!["failed after 1 attempt: contradicted: the sender's API says the opposite"].assert_eq(&why(&failed));
        // The customer has it made again, and this time it ends well.
        simulator.finish(&id, End::Completed);
        let genuine = story.delivery(&simulator.webhook(&id, End::Completed));
        for _ in 0..2 {
            story.send(&genuine).await;
        }
        let expected = expect![
            "200 accepted, 200 accepted, 200 duplicate | ledger: failed after 1 attempt, done after 1 attempt | published: landfall.job.completed once"
        ];
        story.check(expected).await;
        let genuine_id = &story.ids()[1];
        assert!(genuine_id.starts_with(&format!("{forged_id}/")), "{genuine_id}");
        assert_eq!(assets(&world.event(&story.source, genuine_id).await), [simulator.link(&id)]);
        until("the line that operators watch for", async || {
            let logs = world.logs(&[world.stack.process_log_group.as_str()]).await;
            let named = format!(r#""event_id":"{forged_id}""#);
            let is_told = logs.iter().any(|line| line.contains(&named) && line.contains(r#""contradicted":1"#));
            if is_told { Ok(()) } else { Err(format!("{} lines", logs.len())) }
        })
        .await;
    });
}

#[test]
fn another_body_has_the_sender_asked_at_once() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Modelslab).await;
        let id = simulator.submit();
        simulator.finish(&id, End::Completed);
        let genuine = simulator.webhook(&id, End::Completed);
        // The forged one came too early, and waits for hours to be asked about again.
        let in_hours = now_millis() + 6 * 60 * 60 * 1000;
        let waiting = Record::received(&story.source, &forged(&genuine, &simulator.link(&id)))
            .with("verified_by", "token")
            .with_number("attempts", 7)
            .with_number("not_before", in_hours)
            .due_at(in_hours);
        world.put_record(&waiting).await;
        let delivery = story.delivery(&genuine);
        story.send(&delivery).await;
        expect!["done after 7 attempts"].assert_eq(&world.finished(waiting.id()).await.told());
        assert_eq!(assets(&world.event(&story.source, waiting.id()).await), [simulator.link(&id)]);
    });
}

#[test]
fn a_job_that_the_sender_never_heard_of_is_denied_in_the_end() {
    run(async |world| {
        let (simulator, story) = begin(world, Provider::Get3w).await;
        let body = json!({"id": "pred_nobody", "status": "completed", "outputs": ["https://forged.example/a.png"]});
        for (attempts, expected) in [
            (6, expect!["received after 7 attempts: the sender's API does not know it yet"]),
            (7, expect!["failed after 8 attempts: contradicted: the sender's API does not know it"]),
        ] {
            let record = Record::received(&story.source, body.to_string().as_bytes())
                .with("verified_by", "token")
                .with_number("attempts", attempts)
                .due_at(0);
            world.put_record(&record).await;
            world.sweep().await;
            expected.assert_eq(&why(&troubled(world, record.id()).await));
        }
        assert!(world.events(&story.source).is_empty());
        assert_eq!(simulator.asked().len(), 2);
    });
}

#[test]
fn what_ends_something_and_cannot_be_asked_about_is_not_published() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Modelslab).await;
        let body = json!({"status": "success", "training_status": "model_ready", "model_id": "m"}).to_string();
        let delivery = story.delivery(body.as_bytes());
        let id = story.send(&delivery).await.event_id().expect("it is accepted");
        expect!["failed after 1 attempt: unconfirmable: the sender's API cannot be asked about such an event"]
            .assert_eq(&why(&world.finished(&id).await));
        assert!(simulator.asked().is_empty());
    });
}

#[test]
fn progress_is_passed_on_as_what_it_is() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Modelslab).await;
        let delivery = story.delivery(json!({"status": "processing", "id": 4711, "eta": 30}).to_string().as_bytes());
        story.send(&delivery).await;
        let event = story.event().await;
        let told = format!("{} {}", event.text("/type"), event.text("/data/verified_by"));
        expect!["landfall.job.progress token"].assert_eq(&told);
        assert!(simulator.asked().is_empty());
    });
}

#[test]
fn a_sender_that_signs_is_not_asked() {
    run(async |world| {
        let simulator = Simulator::start(Provider::Get3w);
        let source = world.set_up(simulator.confirms(Source::new(Provider::Get3w))).await;
        let mut story = Story::about(world, source);
        let id = simulator.submit();
        let delivery = story.delivery(&simulator.webhook(&id, End::Completed));
        story.send(&delivery).await;
        assert_eq!(story.event().await.text("/data/verified_by"), "signature");
        assert!(simulator.asked().is_empty());
    });
}

#[test]
fn a_lost_webhook_comes_again_and_is_confirmed_although_its_links_have_expired() {
    run(async |world| {
        let (simulator, mut story) = begin(world, Provider::Csm).await;
        let id = simulator.submit();
        simulator.finish(&id, End::Completed);
        let delivery = story.delivery(&simulator.webhook(&id, End::Completed));
        let losses = [Loss::Unavailable, Loss::NoAnswer];
        let told = simulator.retries(&id).deliver(world, &delivery, &losses).await;
        expect!["503 null, no answer, 200 accepted"].assert_eq(&told.join(", "));
        simulator.let_links_expire(&id);
        // A proxy on the way has kept a copy of it.
        story.send(&delivery).await;
        let expected = expect!["200 duplicate | ledger: done after 1 attempt | published: landfall.job.completed once"];
        story.check(expected).await;
        let event = story.event().await;
        assert_eq!(event.text("/data/verified_by"), "confirmed");
        assert_eq!(world.fetch(assets(&event)[0]).await.status, 403);
    });
}
