//! The questions that Landfall has for the senders' APIs, put to the simulated ones: each answer that is documented, and
//! what is made of it. No stack is needed.

use std::collections::BTreeMap;

use domain::confirm::{ApiAnswer, ApiRequest, Confirmation, ConfirmationNeed, Inquiry, need};
use domain::content::canonical::Canonical;
use domain::delivery::headers::Headers;
use domain::delivery::{Delivery, RequestUrl};
use domain::provider::Provider;
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::verify;
use expect_test::{Expect, expect};
use serde_json::json;
use tests::http::{Http, Request};
use tests::ledger::sha256;
use tests::simulator::{Condition, End, Simulator};

/// What Landfall asks about the webhook `body`, which a token alone vouches for.
fn inquiry(simulator: &Simulator, provider: Provider, body: &[u8]) -> Inquiry {
    let secret = json!({
        "provider": provider.as_str(),
        "token_sha256": [sha256(b"token")],
        "confirm": true,
        "api_key": simulator.key(),
        "api_family": "video",
        "api_base_url": simulator.base_url(),
    });
    let name = SourceName::parse("test").expect("it is a name");
    let source = Source::parse(name, &secret.to_string()).expect("the secret is in order");
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: Some("token".into()),
        headers: Headers::default(),
        body: body.to_vec(),
        received_at: Timestamp::from_millis(0),
        request_id: "request".to_owned(),
    };
    let verified = verify(delivery, &source).expect("the token is right");
    let access = source.options.expect("the options are in order").confirm;
    match need(
        verified.event(),
        &source.sender,
        &Canonical::of(&source.sender, &BTreeMap::new(), body),
        body,
        access.as_ref(),
        Timestamp::from_millis(0),
    ) {
        ConfirmationNeed::Ask(inquiry) => *inquiry,
        other => panic!("{provider} is to be asked: {other:?}"),
    }
}

/// Asks, and tells what Landfall makes of the answer.
async fn verdict(inquiry: &Inquiry) -> String {
    let ApiRequest { method, url, headers, body } = inquiry.request().clone();
    let headers = headers.into_iter().collect();
    let answer = Http::default().send(&Request { method, url, headers, body: body.into_bytes() }).await;
    match inquiry.check(&ApiAnswer { status: answer.status, body: answer.body, retry_after: None }) {
        Confirmation::Agrees(canonical) => {
            let assets: Vec<&str> = canonical.details.assets.iter().map(|asset| asset.url.as_str()).collect();
            let error = canonical.details.error.and_then(|error| error.message);
            let told = format!("agrees: {} {assets:?} {}", canonical.head.event_type, error.unwrap_or_default());
            told.trim_end().to_owned()
        }
        Confirmation::NotYet { reason } => format!("not yet: {reason}"),
        Confirmation::Unknown => "unknown".to_owned(),
        Confirmation::Contradicts => "contradicts".to_owned(),
    }
}

/// Puts every state of a job, and every trouble with the API, to the question whether the job ended well.
#[expect(clippy::needless_pass_by_value, reason = "an expectation is written where it is checked")]
fn check(provider: Provider, submit: fn(&Simulator) -> String, expected: Expect) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let simulator = Simulator::start(provider);
        let id = submit(&simulator);
        let completed = inquiry(&simulator, provider, &simulator.webhook(&id, End::Completed));
        let failed = inquiry(&simulator, provider, &simulator.webhook(&id, End::Failed));
        let mut told = vec![format!("going on: {}", verdict(&completed).await)];
        simulator.finish(&id, End::Completed);
        told.push(format!("completed: {}", verdict(&completed).await));
        told.push(format!("completed, said to have failed: {}", verdict(&failed).await));
        simulator.finish(&id, End::Failed);
        told.push(format!("failed: {}", verdict(&completed).await));
        told.push(format!("failed, said to have failed: {}", verdict(&failed).await));
        for condition in [Condition::Broken, Condition::Limited] {
            simulator.set_condition(condition);
            told.push(format!("{condition:?}: {}", verdict(&completed).await));
        }
        simulator.set_condition(Condition::Up);
        simulator.set_key("another");
        told.push(format!("wrong key: {}", verdict(&completed).await));
        let stranger = Simulator::start(provider);
        let unknown = submit(&stranger);
        let body = stranger.webhook(&unknown, End::Completed);
        drop(stranger);
        let empty = Simulator::start(provider);
        told.push(format!("unknown id: {}", verdict(&inquiry(&empty, provider, &body)).await));
        expected.assert_eq(&told.join("\n").replace(&simulator.base_url(), "{api}").replace(&id, "{id}"));
    });
}

#[test]
fn csm_answers_for_its_sessions() {
    check(
        Provider::Csm,
        Simulator::submit,
        expect![[r#"
        going on: not yet: the sender's API says that it has not ended yet
        completed: agrees: landfall.job.completed ["{api}/assets/{id}/output.glb"]
        completed, said to have failed: contradicts
        failed: contradicts
        failed, said to have failed: agrees: landfall.job.failed []
        Broken: not yet: the sender's API answered 500
        Limited: not yet: the sender's API was called too often
        wrong key: not yet: the sender's API refuses the key: check the source's `api_key`
        unknown id: unknown"#]],
    );
}

#[test]
fn get3w_answers_for_its_predictions() {
    check(
        Provider::Get3w,
        Simulator::submit,
        expect![[r#"
        going on: not yet: the sender's API says that it has not ended yet
        completed: agrees: landfall.job.completed ["{api}/assets/{id}/output.png"]
        completed, said to have failed: contradicts
        failed: contradicts
        failed, said to have failed: agrees: landfall.job.failed [] the input cannot be used
        Broken: not yet: the sender's API answered 500
        Limited: not yet: the sender's API was called too often
        wrong key: not yet: the sender's API refuses the key: check the source's `api_key`
        unknown id: unknown"#]],
    );
}

#[test]
fn modelslab_answers_for_its_generations() {
    check(
        Provider::Modelslab,
        Simulator::submit,
        expect![[r#"
        going on: not yet: the sender's API says that it has not ended yet
        completed: agrees: landfall.job.completed ["{api}/assets/{id}/output.mp4"]
        completed, said to have failed: contradicts
        failed: contradicts
        failed, said to have failed: agrees: landfall.job.failed [] the input cannot be used
        Broken: not yet: the sender's API answered 500
        Limited: not yet: the sender's API was called too often
        wrong key: not yet: the sender's API refuses the key: check the source's `api_key`
        unknown id: unknown"#]],
    );
}

#[test]
fn modelslab_answers_for_its_runs() {
    check(
        Provider::Modelslab,
        Simulator::run_workflow,
        expect![[r#"
        going on: not yet: the sender's API says that it has not ended yet
        completed: agrees: landfall.workflow.completed ["{api}/assets/{id}/output.mp4"]
        completed, said to have failed: contradicts
        failed: contradicts
        failed, said to have failed: agrees: landfall.workflow.failed [] the input cannot be used
        Broken: not yet: the sender's API answered 500
        Limited: not yet: the sender's API was called too often
        wrong key: not yet: the sender's API refuses the key: check the source's `api_key`
        unknown id: unknown"#]],
    );
}

#[test]
fn glossi_answers_for_its_models() {
    check(
        Provider::Glossi,
        Simulator::submit,
        expect![[r#"
        going on: not yet: the sender's API says that it has not ended yet
        completed: agrees: landfall.model.completed []
        completed, said to have failed: contradicts
        failed: contradicts
        failed, said to have failed: agrees: landfall.model.failed []
        Broken: not yet: the sender's API answered 500
        Limited: not yet: the sender's API was called too often
        wrong key: not yet: the sender's API refuses the key: check the source's `api_key`
        unknown id: unknown"#]],
    );
}
