use std::collections::BTreeMap;
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{KEY, NOW};
use crate::confirm::{ApiAnswer, ApiRequest, JobAnswer, JobInquiry};
use crate::event::event_type::Thing;
use crate::expectation::Hint;
use crate::ledger::job::Job;
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::source::{ExpectOptions, Source};

fn options(provider: Provider) -> ExpectOptions {
    let secret = json!({
        "provider": provider.as_str(),
        "token_sha256": ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
        "secrets": if matches!(provider, Provider::Glossi | Provider::Get3w) { json!(["0123456789abcdef01234567"]) } else { json!([]) },
        "api_key": KEY,
        "expect": {},
    });
    let source = Source::parse(SourceName::parse("test").unwrap(), &secret.to_string()).unwrap();
    source.options.unwrap().expect.unwrap()
}

fn inquiry(provider: Provider, thing: Thing, subject: &str, hint: &Value) -> Option<JobInquiry> {
    let job = Job { source: SourceName::parse("test").unwrap(), provider, thing, subject: subject.to_owned() };
    let hint: Hint = serde_json::from_value(hint.clone()).unwrap();
    JobInquiry::about(&job, &hint, provider.sender().unwrap(), &options(provider).access, NOW)
}

/// Checks how a provider is asked about a job, and what its answer comes to.
fn check(provider: Provider, thing: Thing, subject: &str, hint: &Value, answer: &Value, expected: &Expect) {
    let Some(inquiry) = inquiry(provider, thing, subject, hint) else {
        expected.assert_eq("cannot be asked");
        return;
    };
    let ApiRequest { method, url, body, .. } = inquiry.request();
    let asked = format!("{method} {url} {body}");
    expected.assert_eq(&format!("{}\n{}", asked.trim_end(), told(provider, &inquiry, 200, &answer.to_string())));
}

fn told(provider: Provider, inquiry: &JobInquiry, status: u16, answer: &str) -> String {
    let answer = ApiAnswer { status, body: answer.as_bytes().to_vec(), retry_after: None };
    match inquiry.read(&answer, &options(provider), NOW, "request-1") {
        JobAnswer::NotEnded => "not ended".to_owned(),
        JobAnswer::Trouble { reason, .. } => format!("trouble: {reason}"),
        JobAnswer::Ended(polled) => {
            let (event, body) = polled.into_parts();
            let id_of_webhook = provider.sender().unwrap().head(&BTreeMap::new(), &body).event_type;
            assert_eq!(id_of_webhook, event.event_type, "it reads like a webhook");
            format!("{} {} {} {}", event.id, event.event_type, event.origin, event.verified_by)
        }
    }
}

#[test]
fn a_sender_is_asked_about_a_job_of_which_nothing_was_delivered() {
    let none = json!({});
    check(
        Provider::Csm,
        Thing::Job,
        "SESSION_1",
        &none,
        &json!({"_id": "SESSION_1", "status": "complete", "type": "image_to_3d", "updated_at": "2023-11-14T22:13:20Z"}),
        &expect![[r#"
            GET https://api.csm.ai/v3/sessions/SESSION_1
            test/SESSION_1/complete/2023-11-14T22%3A13%3A20Z landfall.job.completed poll confirmed"#]],
    );
    check(
        Provider::Get3w,
        Thing::Job,
        "9b1f2c4e-0000-4000-8000-000000000000",
        &none,
        &json!({"data": {"id": "9b1f2c4e-0000-4000-8000-000000000000", "status": "processing"}}),
        &expect![[r#"
            GET https://api.get3w.com/v1/requests/9b1f2c4e-0000-4000-8000-000000000000
            not ended"#]],
    );
    check(
        Provider::Get3w,
        Thing::Job,
        "pred_1",
        &none,
        &json!({"data": {"id": "pred_1", "status": "completed"}}),
        &expect![[r#"
            GET https://api.get3w.com/api/v3/predictions/pred_1
            test/pred_1/completed landfall.job.completed poll confirmed"#]],
    );
    check(
        Provider::Glossi,
        Thing::Model,
        "model-1",
        &none,
        &json!({"models": [{"modelId": "model-1", "status": "READY"}]}),
        &expect![[r#"
            POST https://api.glossi.app/api/v1/models/status {"modelIds":["model-1"]}
            test/model.processed/model-1 landfall.model.completed poll confirmed"#]],
    );
    check(Provider::Glossi, Thing::Job, "job-1", &none, &none, &expect!["cannot be asked"]);
}

#[test]
fn a_hint_says_what_the_id_does_not() {
    let answer = json!({"status": "success", "id": 7, "output": ["https://a.example/1.png"]});
    check(Provider::Modelslab, Thing::Job, "7", &json!({}), &answer, &expect!["cannot be asked"]);
    check(
        Provider::Modelslab,
        Thing::Job,
        "7",
        &json!({"family": "video"}),
        &answer,
        &expect![[r#"
        POST https://modelslab.com/api/v6/video/fetch/7 {"key":"sk-0123456789"}
        test/7/success landfall.job.completed poll confirmed"#]],
    );
    check(
        Provider::Modelslab,
        Thing::Workflow,
        "run-1",
        &json!({"body": {"workflow_id": "w/1"}}),
        &json!({"execution": {"id": "run-1", "status": "completed"}}),
        &expect![[r#"
            GET https://modelslab.com/api/v1/workflows/w%2F1/runs/run-1
            test/run-1/workflow.completed landfall.workflow.completed poll confirmed"#]],
    );
}

#[test]
fn one_odd_job_is_no_trouble_of_its_senders() {
    let asked = inquiry(Provider::Csm, Thing::Job, "SESSION_1", &json!({})).unwrap();
    let check = |status: u16, answer: &str, expected: &str| {
        assert_eq!(told(Provider::Csm, &asked, status, answer), expected, "{status} {answer}");
    };
    for status in [400, 404, 405, 410, 422, 302] {
        check(status, "{}", "not ended");
    }
    check(200, "<html>", "not ended");
    check(200, r#"{"_id":"SESSION_1"}"#, "not ended");
    check(200, r#"{"_id":"SESSION_2","status":"complete"}"#, "not ended");
    check(200, r#"{"_id":"SESSION_1","status":"processing"}"#, "not ended");
    check(401, "", "trouble: the sender's API refuses the key: check the source's `api_key`");
    check(429, "", "trouble: the sender's API was called too often");
    check(500, "", "trouble: the sender's API answered 500");
    check(503, "", "trouble: the sender's API answered 503");
}

#[test]
fn every_sender_that_can_be_asked_at_all_is_asked_by_an_id() {
    let asked = Provider::ALL.into_iter().filter_map(|provider| {
        let polls = &provider.description()?.polls;
        (!polls.is_empty()).then(|| (provider, polls.iter().all(|poll| poll.unprompted.is_some())))
    });
    for (provider, all) in asked {
        assert!(all, "{provider}");
        assert!(Arc::strong_count(provider.sender().unwrap()) > 0);
    }
}
