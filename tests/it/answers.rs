//! What a sender is told: every row of the HTTP contract, with its status, its headers and its text.

use domain::provider::Provider;
use expect_test::{Expect, expect};
use tests::http::Request;
use tests::recorded::recorded;
use tests::sender;
use tests::source::Source;
use tests::story::Story;
use tests::world::run;

/// Sends every one of `requests`, with a body that is nobody's. All answers must be the same; they are compared once.
fn check(requests: &[(&'static str, &str)], expected: Expect) {
    run(async |world| {
        let mut told = Vec::new();
        for (method, path) in requests {
            let url = format!("{}{path}", world.stack.function_url);
            let request = Request::new(method, url).with_header("content-type", "application/json");
            told.push(world.send(&request).await.shown());
        }
        told.dedup();
        expected.assert_eq(&told.join("\n---\n").replace(env!("CARGO_PKG_VERSION"), "{version}"));
    });
}

#[test]
fn a_new_event_is_accepted_and_a_known_one_is_a_duplicate() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let delivery = story.delivery(&recorded("glossi/render-failed").body);
        let told = [story.send(&delivery).await.shown(), story.send(&delivery).await.shown()].join("\n");
        expect![[r#"
            200
            content-type: application/json
            {"id":"{source}/render.failed/e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04","status":"accepted"}
            200
            content-type: application/json
            {"id":"{source}/render.failed/e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04","status":"duplicate"}"#]]
        .assert_eq(&told.replace(&story.source.name, "{source}"));
    });
}

#[test]
fn probes_of_a_hook_are_answered_whatever_the_source() {
    let probes =
        [("GET", "/hooks/nobody"), ("OPTIONS", "/hooks/nobody"), ("GET", "/hooks/nobody/token"), ("GET", "/hooks/a/")];
    check(
        &probes,
        expect![[r#"
        200
        allow: POST, GET, HEAD, OPTIONS
        content-type: application/json
        {"status":"ready"}"#]],
    );
    check(
        &[("HEAD", "/hooks/nobody"), ("HEAD", "/hooks/nobody/token")],
        expect![[r#"
        200
        allow: POST, GET, HEAD, OPTIONS
        content-type: application/json
    "#]],
    );
}

#[test]
fn health_tells_the_version() {
    check(
        &[("GET", "/health")],
        expect![[r#"
        200
        content-type: application/json
        {"status":"ok","version":"{version}"}"#]],
    );
    check(
        &[("HEAD", "/health")],
        expect![[r#"
        200
        content-type: application/json
    "#]],
    );
}

#[test]
fn other_paths_are_not_there() {
    let elsewhere = ["/", "/hooks", "/hook/a", "/health/", "/.env"];
    let no_source = ["/hooks/", "/hooks/a/b/c", "/hooks//token"];
    let mut requests: Vec<_> = elsewhere.iter().flat_map(|path| [("POST", *path), ("GET", path)]).collect();
    requests.extend(no_source.map(|path| ("POST", path)));
    check(
        &requests,
        expect![[r#"
        404
        content-type: application/json
        {"error":"there is nothing here"}"#]],
    );
}

#[test]
fn other_methods_are_not_allowed() {
    check(
        &["PUT", "DELETE", "PATCH"].map(|method| (method, "/hooks/nobody")),
        expect![[r#"
        405
        allow: POST, GET, HEAD, OPTIONS
        content-type: application/json
        {"error":"this method is not for this path"}"#]],
    );
    check(
        &["POST", "PUT", "OPTIONS"].map(|method| (method, "/health")),
        expect![[r#"
        405
        allow: GET, HEAD
        content-type: application/json
        {"error":"this method is not for this path"}"#]],
    );
}

#[test]
fn what_cannot_be_verified_is_refused_with_one_text() {
    run(async |world| {
        let source = world.source(Provider::Csm).await;
        let body = recorded("csm/image-to-3d-complete").body;
        let mut told = Vec::new();
        // An unknown name, names that no source can have, and a known one without its token.
        let longest = "a".repeat(63);
        let too_long = "a".repeat(64);
        for name in ["nobody", "Nobody", "no_body", "..", "%2e%2e", "no%20body", &longest, &too_long, &source.name] {
            let url = sender::url(&world.stack, name, None);
            told.push(world.deliver(&sender::request(&url, Provider::Csm, None, &body)).await.shown());
        }
        told.dedup();
        expect![[r#"
            401
            content-type: application/json
            {"error":"the delivery could not be verified"}"#]]
        .assert_eq(&told.join("\n---\n"));
    });
}

#[test]
fn a_body_above_the_limit_is_too_large_whoever_sends_it() {
    run(async |world| {
        let body = vec![b' '; 5_000_000];
        let source = world.source(Provider::Glossi).await;
        let genuine = world.send(&world.delivery(&source, &body)).await;
        expect![[r#"
            413
            content-type: application/json
            {"error":"the body is larger than 4 MiB"}"#]]
        .assert_eq(&genuine.shown());
        let stranger = sender::request(&sender::url(&world.stack, "nobody", None), Provider::Csm, None, &body);
        assert_eq!(world.send(&stranger).await.shown(), genuine.shown());
        assert_eq!(world.records(&source).await.len(), 0);
    });
}

#[test]
fn no_answer_tells_of_what_is_inside() {
    run(async |world| {
        let (stack, mut answers) = (&world.stack, Vec::new());
        let broken = Source::new(Provider::Glossi);
        broken.set_up_as(&world.aws, stack, "{").await;
        for (method, path) in
            [("POST", "/hooks/nobody"), ("POST", "/"), ("PUT", "/hooks/a"), ("GET", "/hooks/a"), ("GET", "/health")]
        {
            let url = format!("{}{path}", stack.function_url);
            answers.push(world.send(&Request::new(method, url)).await);
        }
        answers.push(world.send(&world.delivery(&broken, b"{}")).await);
        let internals = [
            &stack.ledger_table,
            &stack.bucket,
            &stack.topic_arn,
            &stack.sources_prefix,
            &stack.events_queue_url,
            &stack.ingest_function,
        ];
        for answer in answers {
            let everything = format!("{:?} {}", answer.headers, answer.text());
            for internal in internals {
                assert!(!everything.contains(internal.as_str()), "{internal} in {everything}");
            }
        }
    });
}
