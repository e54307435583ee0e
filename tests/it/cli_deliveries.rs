//! `landfall sign` and `landfall trigger`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::digest::Digest;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tests::http::{Http, Request};
use tests::judge::{Judge, SOURCE};
use tests::tool::{Run, landfall, landfall_on};

use crate::cli_vectors::file;

#[tokio::test]
async fn what_the_tool_signs_is_believed() {
    let judge = Judge::start(&json!({"provider": "stripe", "secrets": ["a secret that only we know"]}), None);
    let body = r#"{"id": "evt_1", "type": "invoice.paid"}"#;
    let path = file("signed.json", body).display().to_string();
    let run = landfall_on(&judge.file, &["sign", SOURCE, &path], "").await;
    assert_eq!(run.code, Some(0), "{}", run.words);
    let mut request = Request { body: body.into(), ..Request::new("POST", judge.url.clone()) };
    for (name, value) in run.data.lines().filter_map(|line| line.split_once(": ")) {
        request = request.with_header(name, value);
    }
    let answer = Http::default().send(&request).await;
    assert_eq!((answer.status, answer.event_id().as_deref()), (200, Some("played/evt_1")), "{}", answer.text());
}

#[tokio::test]
async fn whoever_has_a_private_key_cannot_be_played() {
    let body = file("fal.json", "{}").display().to_string();
    let told = landfall(
        &["sign", "fal-prod", &body, "--secret-stdin", "--provider", "fal"],
        "\n6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7\n",
    )
    .await
    .told();
    expect![[r#"
        exit code 6
        landfall: fal signs with a private key that only it has, so nobody else can make its signatures"#]]
    .assert_eq(&told);
}

/// Sends a case, and gives the run with the answers.
async fn triggered(judge: &Judge, arguments: &[&str], input: &str) -> (Run, Vec<Value>) {
    let output = ["trigger", "--source", SOURCE, "--output", "ndjson"];
    let run = landfall_on(&judge.file, &[&output, arguments].concat(), input).await;
    let answer =
        |sent: Value| serde_json::from_str(sent["answer"].as_str().expect("a text")).expect("an answer in JSON");
    let answers = run.documents().into_iter().map(answer).collect();
    (run, answers)
}

/// The exit code, and a field of each answer.
async fn check_triggered(judge: &Judge, arguments: &[&str], field: &str, expected: &[&str]) {
    let (run, answers) = triggered(judge, arguments, "").await;
    let fields: Vec<&Value> = answers.iter().map(|answer| &answer[field]).collect();
    assert_eq!((run.code, json!(fields)), (Some(0), json!(expected)), "{run:?}");
}

#[tokio::test]
async fn a_triggered_delivery_is_an_event_of_its_own() {
    let judge = Judge::start(&json!({"provider": "get3w", "secrets": ["a secret that only we know"]}), None);
    let case = ["get3w", "v3-completed"];
    let with = |more: &[&'static str]| [&case[..], more].concat();
    check_triggered(&judge, &with(&["--times", "2"]), "status", &["accepted", "accepted"]).await;
    check_triggered(&judge, &with(&["--duplicate"]), "status", &["accepted", "duplicate"]).await;
    check_triggered(&judge, &with(&["--set", "/status=failed"]), "type", &["landfall.job.failed"]).await;
    check_triggered(&judge, &with(&["--forge"]), "refusal", &["signature_wrong"]).await;
    let (run, answers) = triggered(&judge, &case, "").await;
    let subject = run.documents()[0]["subject"].as_str().expect("it has one").to_owned();
    assert!(subject.starts_with("landfall-test-"), "{run:?}");
    assert_eq!(answers[0]["id"], format!("played/{subject}/completed"));
    let (run, _) = triggered(&judge, &with(&["--late"]), "").await;
    expect![[r#"
        exit code 2
        landfall: --late: this sender's deliveries may be of any age"#]]
    .assert_eq(&run.told());
}

/// Each sender of the catalogue that can be played, with a case of its own, as its own receiver judges it.
#[tokio::test]
async fn every_sender_with_a_secret_can_be_played() {
    let cases = [
        ("stripe", "setup-intent-created"),
        ("github", "star-created"),
        ("github", "star-created-form"),
        ("linear", "comment-created"),
        ("kie", "market-success"),
        ("replicate", "prediction-failed"),
        ("gitlab", "push"),
        ("twilio", "message-delivered"),
    ];
    for (provider, case) in cases {
        let secret = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
        let judge = Judge::start(&json!({"provider": provider, "secrets": [secret]}), None);
        check_triggered(&judge, &[provider, case, "--duplicate"], "status", &["accepted", "duplicate"]).await;
        let (run, answers) = triggered(&judge, &[provider, case, "--forge"], "").await;
        assert_eq!(run.code, Some(0), "{provider}: {run:?} {answers:?}");
    }
}

#[tokio::test]
async fn a_late_delivery_to_any_url_is_refused() {
    let secret = "a secret that only we know";
    let judge = Judge::start(&json!({"provider": "stripe", "secrets": [secret]}), None);
    let arguments =
        ["trigger", "stripe", "setup-intent-created", "--url", &judge.url, "--secret-stdin", "--output", "ndjson"];
    let run = landfall(&arguments, secret).await;
    assert_eq!((run.code, &run.documents()[0]["status"]), (Some(0), &json!(200)), "{run:?}");
    let run = landfall(&[&arguments[..], &["--late"]].concat(), secret).await;
    assert_eq!((run.code, &run.documents()[0]["status"]), (Some(0), &json!(401)), "{run:?}");
    assert!(run.data.contains("timestamp_late"), "{run:?}");
}

#[tokio::test]
async fn the_token_of_a_url_is_asked_for() {
    let token = "6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7";
    let digest = Digest::of(token.as_bytes()).to_string();
    let judge = Judge::start(&json!({"provider": "csm", "token_sha256": [digest]}), None);
    let case = ["csm", "image-to-3d-complete"];
    let (run, _) = triggered(&judge, &case, "").await;
    expect![[r#"
        exit code 7
        landfall: nobody can be asked for the token in the source's URL: use --token-stdin"#]]
    .assert_eq(&run.told());
    let (run, answers) = triggered(&judge, &[&case[..], &["--token-stdin"]].concat(), token).await;
    assert_eq!((run.code, &answers[0]["status"]), (Some(0), &json!("accepted")), "{run:?}");
    check_triggered(&judge, &[&case[..], &["--forge"]].concat(), "refusal", &["token_wrong"]).await;
    // Whatever the answer is, a token that is not the source's is not accepted, and that is a failure.
    let (run, answers) = triggered(&judge, &[&case[..], &["--token-stdin"]].concat(), "another").await;
    assert_eq!((run.code, &answers[0]["refusal"]), (Some(1), &json!("token_wrong")), "{run:?}");
}

#[tokio::test]
async fn what_cannot_be_played_is_refused_with_the_reason() {
    let check = async |secret: Value, arguments: &[&str], expected: Expect| {
        let judge = Judge::start(&secret, None);
        let run = landfall_on(&judge.file, &[&["trigger"], arguments].concat(), "").await;
        expected.assert_eq(&run.told());
    };
    let digest = Digest::of(b"6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7").to_string();
    let confirmed = json!({"provider": "csm", "token_sha256": [digest], "confirm": true, "api_key": "an invented key"});
    let case = ["csm", "image-to-3d-complete", "--source", SOURCE];
    check(confirmed.clone(), &case, expect![[r#"
        exit code 6
        landfall: the source played has `confirm`: Landfall would ask the sender's API about a job that it does not know, and the event would fail"#]]).await;
    check(
        confirmed.clone(),
        &["get3w", "v3-completed", "--source", SOURCE],
        expect![[r#"
        exit code 2
        landfall: the source played is of csm, and not of get3w"#]],
    )
    .await;
    check(
        confirmed.clone(),
        &["get3w", "v3-completed"],
        expect![[r#"
        exit code 5
        landfall: there is no source get3w: there is no secret landfall/source/get3w in us-east-1"#]],
    )
    .await;
    check(
        confirmed.clone(),
        &["get3w", "nothing"],
        expect![[r#"
        exit code 5
        landfall: get3w has no case nothing; see landfall trigger get3w --list"#]],
    )
    .await;
    check(
        confirmed.clone(),
        &["acme", "nothing"],
        expect![[r#"
        exit code 5
        landfall: nothing of acme is recorded; see landfall trigger --list"#]],
    )
    .await;
    let fal = json!({"provider": "fal", "token_sha256": [digest], "account": "user-1"});
    check(fal, &["fal", "ok-images", "--source", SOURCE, "--forge"], expect![[r#"
        exit code 6
        landfall: fal signs with a private key that only it has, so nobody else can make its signatures: its deliveries cannot be sent for it"#]]).await;
}

/// One that answers like this, one request after the other, and counts them.
fn answering(statuses: &'static [u16]) -> (String, Arc<AtomicUsize>) {
    let server = tiny_http::Server::http("127.0.0.1:0").expect("there is a free port");
    let (url, asked) = (format!("http://{}/hooks/x", server.server_addr()), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let status = statuses.get(number).copied().unwrap_or(500);
            let _ = request.respond(tiny_http::Response::from_string("{}").with_status_code(status));
        }
    });
    (url, asked)
}

#[tokio::test]
async fn a_sender_is_played_with_its_own_attempts() {
    // Luma tries again three times, a tenth of a second apart, until an answer of exactly 200.
    let check = async |statuses, exit_code, expected: Value| {
        let (url, asked) = answering(statuses);
        let case =
            landfall(&["trigger", "--list", "luma", "--output", "ndjson"], "").await.documents()[0]["case"].take();
        let case = case.as_str().expect("a text");
        let arguments =
            ["trigger", "luma", case, "--url", &url, "--secret-stdin", "--like-sender", "--output", "ndjson"];
        let run = landfall(&arguments, "\n6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7\n").await;
        let statuses: Vec<Value> = run.documents().into_iter().map(|mut sent| sent["status"].take()).collect();
        assert_eq!((run.code, json!(statuses)), (Some(exit_code), expected), "{run:?}");
        assert_eq!(asked.load(Ordering::SeqCst), statuses.len());
    };
    check(&[200], 0, json!([200])).await;
    check(&[503, 204, 200], 0, json!([503, 204, 200])).await;
    check(&[], 1, json!([500, 500, 500, 500])).await;
}
