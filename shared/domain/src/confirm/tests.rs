use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::digest::Digest;
use crate::event::Origin;
use crate::event_id::EventId;
use crate::provider::Provider;
use crate::source::{Options, Source};
use crate::source_name::SourceName;
use crate::time::Timestamp;

const KEY: &str = "sk-0123456789";

fn event(provider: Provider, verified_by: VerifiedBy, body: &[u8]) -> Event {
    let source = SourceName::parse("test").unwrap();
    let head = provider.sender().unwrap().head(&BTreeMap::new(), body);
    Event {
        id: EventId::new(&source, head.key.iter().map(String::as_str)),
        source,
        provider,
        event_type: head.event_type,
        subject: head.subject,
        verified_by,
        origin: Origin::Webhook,
        replay: 0,
        received_at: Timestamp::from_millis(0),
        delivery: "delivery".to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(body),
    }
}

/// A source whose sender the operator has described: its jobs are asked for in the parts of an API.
fn own() -> Source {
    let scheme = json!({
        "scheme": {"kind": "url-token"},
        "shape": [{
            "subject": "/job/id",
            "report": [{"at": "/state", "equals": ["done"], "is": "job.completed"},
                {"at": "/state", "equals": ["broken"], "is": "job.failed"}],
        }],
        "poll": [{
            "method": "POST",
            "url": "https://api.example.com/{family}/{/account|/owner}/jobs/{id}",
            "headers": {"authorization": "Bearer {key}"},
            "body": {"ids": ["{id}"], "part": "{family}"},
            "answer": {
                "among": {"list": "/jobs", "id": "/no", "unknown": "/missing"},
                "when": [{"at": "/state", "present": true}],
                "webhook": [{"set": "/job/id", "from": "/no"}, {"set": "/state", "from": "/state"}],
            },
        }],
    });
    let secret = json!({
        "scheme": scheme,
        "token_sha256": [Digest::of(b"token").to_string()],
        "confirm": true,
        "api_key": KEY,
        "api_family": "video",
    });
    Source::parse(SourceName::parse("test").unwrap(), &secret.to_string()).unwrap()
}

fn options(provider: Provider) -> Options {
    let secret = json!({
        "provider": provider.as_str(),
        "token_sha256": [Digest::of(b"token").to_string()],
        "confirm": true,
        "api_key": KEY,
        "api_family": "video",
    });
    Source::parse(SourceName::parse("test").unwrap(), &secret.to_string()).unwrap().options.unwrap()
}

fn need_of(provider: Provider, verified_by: VerifiedBy, webhook: &Value) -> Need {
    let body = webhook.to_string().into_bytes();
    let event = event(provider, verified_by, &body);
    let sender = provider.sender().unwrap();
    need(&event, sender, &Canonical::of(sender, &BTreeMap::new(), &body), &body, options(provider).confirm.as_ref())
}

/// Checks whether and how `provider` is asked about `webhook`.
fn check_need(provider: Provider, webhook: &Value, expected: &Expect) {
    let told = match need_of(provider, VerifiedBy::Token, webhook) {
        Need::None => "need not be asked".to_owned(),
        Need::Unaskable => "cannot be asked".to_owned(),
        Need::Ask(inquiry) => {
            assert!(!format!("{inquiry:?}").contains(KEY));
            let ApiRequest { method, url, headers, body } = inquiry.request();
            let headers: Vec<String> = headers
                .iter()
                .filter(|(name, _)| !["accept", "user-agent"].contains(&name.as_str()))
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            [vec![format!("{method} {url}")], headers, vec![body.clone()]].concat().join("\n").trim_end().to_owned()
        }
    };
    expected.assert_eq(&told);
}

/// Checks what `webhook` comes to after the API answered.
fn check(provider: Provider, webhook: &Value, status: u16, answer: &Value, expected: &Expect) {
    let Need::Ask(inquiry) = need_of(provider, VerifiedBy::Token, webhook) else { panic!("{webhook} is not asked") };
    let told = match inquiry.verdict(&ApiAnswer { status, body: answer.to_string().into_bytes() }) {
        Verdict::Agrees(canonical) => {
            let Canonical { head, details, .. } = *canonical;
            let assets: Vec<String> = details.assets.iter().map(|asset| asset.url.clone()).collect();
            let error = details.error.and_then(|error| error.message).unwrap_or_default();
            let parts = [head.event_type.to_string(), details.job.id.unwrap_or_default(), assets.join(" "), error];
            format!("agrees: {}", parts.join(" ").trim_end())
        }
        Verdict::NotYet { reason } => format!("not yet: {reason}"),
        Verdict::Unknown => "unknown".to_owned(),
        Verdict::Contradicts => "contradicts".to_owned(),
    };
    expected.assert_eq(&told);
}

fn session(status: &str) -> Value {
    json!({"type": "session_status_changed", "payload": {"session_id": "SESSION_1", "new_status": status,
        "timestamp": "2025-09-01T07:26:51.484Z", "session_data": {"output": {"meshes": [{"data": {"glb_url": "https://forged.example/a.glb"}}]}}}})
}

#[test]
fn csm_is_asked_for_the_session() {
    let asked = expect![[r#"
        GET https://api.csm.ai/v3/sessions/SESSION_1
        x-api-key: sk-0123456789"#]];
    check_need(Provider::Csm, &session("complete"), &asked);
    check_need(Provider::Csm, &session("failed"), &asked);
    check_need(Provider::Csm, &session("incomplete"), &expect!["need not be asked"]);
    let old =
        json!({"type": "refine_done", "payload": {"session_id": "SESSION_1", "mesh_url": "https://forged.example"}});
    check_need(Provider::Csm, &old, &expect!["cannot be asked"]);
}

#[test]
fn csm_decides() {
    let told = |status: &str| {
        json!({"_id": "SESSION_1", "status": status, "type": "image_to_3d",
            "output": {"meshes": [{"data": {"glb_url": "https://genuine.example/a.glb", "obj_url": ""}}]}})
    };
    let complete = session("complete");
    let check = |webhook: &Value, status, answer: &Value, expected: Expect| {
        check(Provider::Csm, webhook, status, answer, &expected);
    };
    check(
        &complete,
        200,
        &told("complete"),
        expect!["agrees: landfall.job.completed SESSION_1 https://genuine.example/a.glb"],
    );
    check(&complete, 200, &told("incomplete"), expect!["not yet: the sender's API has not come to an end yet"]);
    check(&complete, 200, &told("failed"), expect!["contradicts"]);
    check(
        &session("failed"),
        200,
        &told("failed"),
        expect!["agrees: landfall.job.failed SESSION_1 https://genuine.example/a.glb"],
    );
    check(&session("failed"), 200, &told("complete"), expect!["contradicts"]);
    let other = json!({"_id": "SESSION_2", "status": "complete"});
    check(&complete, 200, &other, expect!["not yet: the sender's API answered about something else"]);
    check(
        &complete,
        200,
        &json!({"error": "?"}),
        expect!["not yet: the sender's API answered something that makes no sense"],
    );
}

#[test]
fn whatever_a_sender_answers_in_http_is_sorted() {
    let complete = session("complete");
    let check = |status, expected: Expect| check(Provider::Csm, &complete, status, &json!({"error": KEY}), &expected);
    check(401, expect!["not yet: the sender's API refuses the key: check the source's `api_key`"]);
    check(403, expect!["not yet: the sender's API refuses the key: check the source's `api_key`"]);
    check(404, expect!["unknown"]);
    check(429, expect!["not yet: the sender's API is asked too often"]);
    check(302, expect!["not yet: the sender's API answered 302"]);
    check(400, expect!["not yet: the sender's API answered 400"]);
    check(500, expect!["not yet: the sender's API answered 500"]);
    let Need::Ask(inquiry) = need_of(Provider::Csm, VerifiedBy::Token, &complete) else { panic!() };
    let verdict = inquiry.verdict(&ApiAnswer { status: 200, body: b"<html>".to_vec() });
    expect![[r#"NotYet { reason: "the sender's API answered something that is not JSON" }"#]]
        .assert_eq(&format!("{verdict:?}"));
}

#[test]
fn get3w_is_asked_for_the_prediction() {
    check_need(
        Provider::Get3w,
        &json!({"id": "pred_1", "status": "completed"}),
        &expect![[r#"
        GET https://api.get3w.com/api/v3/predictions/pred_1
        authorization: Bearer sk-0123456789"#]],
    );
    let uuid = "3f0c1e0a-5a52-4d0e-9b7c-0d9f7c6f2a11";
    check_need(
        Provider::Get3w,
        &json!({"id": uuid, "status": "failed"}),
        &expect![[r#"
        GET https://api.get3w.com/v1/requests/3f0c1e0a-5a52-4d0e-9b7c-0d9f7c6f2a11
        authorization: Bearer sk-0123456789"#]],
    );
    check_need(Provider::Get3w, &json!({"id": "pred_1", "status": "processing"}), &expect!["need not be asked"]);
    check_need(Provider::Get3w, &json!({"status": "completed"}), &expect!["cannot be asked"]);
}

#[test]
fn get3w_decides() {
    let completed = json!({"id": "pred_1", "status": "completed", "outputs": ["https://forged.example/a.png"]});
    let told = |status: &str| {
        json!({"code": 200, "message": "success", "data":
            {"id": "pred_1", "status": status, "outputs": ["https://genuine.example/a.png"], "error": "no"}})
    };
    let check = |status, answer: &Value, expected: Expect| {
        check(Provider::Get3w, &completed, status, answer, &expected);
    };
    check(200, &told("completed"), expect!["agrees: landfall.job.completed pred_1 https://genuine.example/a.png"]);
    check(
        200,
        &told("completed")["data"],
        expect!["agrees: landfall.job.completed pred_1 https://genuine.example/a.png"],
    );
    check(200, &told("processing"), expect!["not yet: the sender's API has not come to an end yet"]);
    check(200, &told("failed"), expect!["contradicts"]);
    check(200, &json!({"code": 404, "message": "not found", "data": null}), expect!["unknown"]);
    check(404, &json!({"code": 404, "message": "not found"}), expect!["unknown"]);
}

#[test]
fn modelslab_is_asked_for_the_generation_or_the_run() {
    let check = |webhook: Value, expected: Expect| check_need(Provider::Modelslab, &webhook, &expected);
    check(
        json!({"status": "success", "id": 4711}),
        expect![[r#"
        POST https://modelslab.com/api/v6/video/fetch/4711
        content-type: application/json
        {"key":"sk-0123456789"}"#]],
    );
    let asked_for_run = || {
        expect![[r#"
            GET https://modelslab.com/api/v1/workflows/wf%2F1/runs/exec_1
            key: sk-0123456789"#]]
    };
    check(
        json!({"event": "workflow.completed", "workflow": {"id": "wf/1"}, "execution": {"id": "exec_1", "status": "completed"}}),
        asked_for_run(),
    );
    check(
        json!({"event": "workflow.completed", "workflow_id": "wf/1", "execution_id": "exec_1", "status": "failed"}),
        asked_for_run(),
    );
    check(json!({"status": "processing", "id": 4711}), expect!["need not be asked"]);
    // Only the customer's own id: the API does not know it.
    check(json!({"status": "success", "track_id": "order_1"}), expect!["cannot be asked"]);
    check(json!({"status": "success", "training_status": "model_ready", "model_id": "m"}), expect!["cannot be asked"]);
    check(json!({"event": "workflow.completed", "execution_id": 1, "status": "completed"}), expect!["cannot be asked"]);
}

#[test]
fn no_id_leads_the_key_elsewhere() {
    for id in [".", "..", "", "../../v1/keys?", "a#b", "x@evil.example"] {
        let Need::Ask(inquiry) = need_of(Provider::Get3w, VerifiedBy::Token, &json!({"id": id, "status": "failed"}))
        else {
            assert!(["", ".", ".."].contains(&id), "{id}");
            continue;
        };
        let rest = inquiry.request().url.strip_prefix("https://api.get3w.com/api/v3/predictions/").unwrap();
        assert!(!rest.contains(['/', '?', '#', '@']), "{rest}");
    }
}

#[test]
fn modelslab_decides_about_generations() {
    let success = json!({"status": "success", "id": 4711, "output": ["https://forged.example/a.mp4"], "track_id": "t"});
    let check = |answer: Value, expected: Expect| check(Provider::Modelslab, &success, 200, &answer, &expected);
    let output = json!(["https://genuine.example/a.mp4"]);
    check(
        json!({"status": "success", "id": "4711", "output": output}),
        expect!["agrees: landfall.job.completed 4711 https://genuine.example/a.mp4"],
    );
    check(
        json!({"status": "success", "output": output}),
        expect!["agrees: landfall.job.completed 4711 https://genuine.example/a.mp4"],
    );
    check(json!({"status": "processing"}), expect!["not yet: the sender's API has not come to an end yet"]);
    check(json!({"status": "failed", "id": 4711, "message": "no"}), expect!["contradicts"]);
    check(
        json!({"status": "error", "message": "Invalid API Request"}),
        expect!["not yet: the sender's API answered something that makes no sense"],
    );
    check(
        json!({"status": "success", "id": 4712, "output": output}),
        expect!["not yet: the sender's API answered about something else"],
    );
}

#[test]
fn modelslab_decides_about_runs() {
    let completed =
        json!({"event": "workflow.completed", "workflow_id": "w", "execution_id": 1, "status": "completed"});
    let failed = json!({"event": "workflow.completed", "workflow_id": "w", "execution_id": 1, "status": "cancelled"});
    let told = |status: &str| {
        json!({"status": "success", "execution": {"id": 1, "workflow_id": "w", "status": status},
            "output": {"output": ["https://genuine.example/a.png"]}, "error": "no"})
    };
    let check = |webhook: &Value, answer: &Value, expected: Expect| {
        check(Provider::Modelslab, webhook, 200, answer, &expected);
    };
    check(
        &completed,
        &told("completed"),
        expect!["agrees: landfall.workflow.completed 1 https://genuine.example/a.png"],
    );
    check(&completed, &told("running"), expect!["not yet: the sender's API has not come to an end yet"]);
    check(&completed, &told("failed"), expect!["contradicts"]);
    check(&failed, &told("cancelled"), expect!["agrees: landfall.workflow.failed 1 https://genuine.example/a.png no"]);
    check(&failed, &told("completed"), expect!["contradicts"]);
    check(
        &failed,
        &json!({"status": "error"}),
        expect!["not yet: the sender's API answered something that makes no sense"],
    );
}

#[test]
fn glossi_is_asked_for_models_alone() {
    let check = |webhook: Value, expected: Expect| check_need(Provider::Glossi, &webhook, &expected);
    check(
        json!({"event": "model.processed", "data": {"modelId": "m1"}}),
        expect![[r#"
        POST https://api.glossi.app/api/v1/models/status
        content-type: application/json
        x-api-key: sk-0123456789
        {"modelIds":["m1"]}"#]],
    );
    check(json!({"event": "project.created", "data": {"projectId": "p1"}}), expect!["need not be asked"]);
    check(json!({"event": "job.complete", "data": {"jobId": "j1"}}), expect!["cannot be asked"]);
    check(json!({"event": "render.failed", "data": {"jobId": "j1"}}), expect!["cannot be asked"]);
}

#[test]
fn glossi_decides() {
    let processed =
        json!({"event": "model.processed", "data": {"modelId": "m1", "glbFilePath": "https://forged.example/a.glb"}});
    let told =
        |status: &str| json!({"models": [{"modelId": "m0", "status": "FAILED"}, {"modelId": "m1", "status": status}]});
    let check = |answer: &Value, expected: Expect| check(Provider::Glossi, &processed, 200, answer, &expected);
    check(&told("READY"), expect!["agrees: landfall.model.completed m1"]);
    check(&told("PROCESSING"), expect!["not yet: the sender's API has not come to an end yet"]);
    check(&told("FAILED"), expect!["contradicts"]);
    check(&json!({"models": [], "notFound": ["m1"]}), expect!["unknown"]);
    check(&json!({"models": []}), expect!["not yet: the sender's API answered something that makes no sense"]);
}

#[test]
fn what_is_signed_or_not_to_be_confirmed_is_not_asked_about() {
    let webhook = json!({"id": "pred_1", "status": "completed"});
    for verified_by in [VerifiedBy::Signature, VerifiedBy::Confirmed] {
        assert!(matches!(need_of(Provider::Get3w, verified_by, &webhook), Need::None));
    }
    let body = webhook.to_string().into_bytes();
    let event = event(Provider::Get3w, VerifiedBy::Token, &body);
    let sender = Provider::Get3w.sender().unwrap();
    assert!(matches!(need(&event, sender, &Canonical::of(sender, &BTreeMap::new(), &body), &body, None), Need::None));
}

#[test]
fn senders_that_sign_nothing_are_asked_for_the_job() {
    let check = |provider: Provider, webhook: Value, answer: Value, asked: Expect, told: Expect| {
        check_need(provider, &webhook, &asked);
        check(provider, &webhook, 200, &answer, &told);
    };
    check(
        Provider::Luma,
        json!({"id": "g1", "state": "completed", "assets": {"video": "https://forged.example/a.mp4"}}),
        json!({"id": "g1", "state": "completed", "assets": {"video": "https://genuine.example/a.mp4"}}),
        expect![[r#"
            GET https://api.lumalabs.ai/dream-machine/v1/generations/g1
            authorization: Bearer sk-0123456789"#]],
        expect!["agrees: landfall.job.completed g1 https://genuine.example/a.mp4"],
    );
    check(
        Provider::Piapi,
        json!({"timestamp": 1, "data": {"task_id": "t1", "status": "completed"}}),
        json!({"code": 200, "data": {"task_id": "t1", "status": "completed", "output": {"image_url": "https://genuine.example/a.png"}}}),
        expect![[r#"
            GET https://api.piapi.ai/api/v1/task/t1
            x-api-key: sk-0123456789"#]],
        expect!["agrees: landfall.job.completed t1 https://genuine.example/a.png"],
    );
    check(
        Provider::Assemblyai,
        json!({"transcript_id": "t1", "status": "completed"}),
        json!({"id": "t1", "status": "error", "error": "no speech"}),
        expect![[r#"
            GET https://api.assemblyai.com/v2/transcript/t1
            authorization: sk-0123456789"#]],
        expect!["contradicts"],
    );
    check(
        Provider::Leonardo,
        json!({"type": "image_generation.complete", "data": {"object": {"id": "g1", "status": "COMPLETE"}}}),
        json!({"generations_by_pk": {"id": "g1", "status": "COMPLETE", "generated_images": [{"url": "https://genuine.example/a.jpg"}]}}),
        expect![[r#"
            GET https://cloud.leonardo.ai/api/rest/v1/generations/g1
            authorization: Bearer sk-0123456789"#]],
        expect!["agrees: landfall.job.completed g1 https://genuine.example/a.jpg"],
    );
    check(
        Provider::Meshy,
        json!({"id": "t1", "status": "SUCCEEDED", "progress": 100}),
        json!({"id": "t1", "status": "IN_PROGRESS", "progress": 50}),
        expect![[r#"
            GET https://api.meshy.ai/openapi/v1/video/t1
            authorization: Bearer sk-0123456789"#]],
        expect!["not yet: the sender's API has not come to an end yet"],
    );
}

#[test]
fn an_operators_own_sender_is_asked_by_its_description() {
    let source = own();
    let need_of = |webhook: &Value| {
        let body = webhook.to_string().into_bytes();
        let event = Event { provider: Provider::Custom, ..event(Provider::Csm, VerifiedBy::Token, &body) };
        let canonical = Canonical::of(&source.sender, &BTreeMap::new(), &body);
        let access = source.options.as_ref().unwrap().confirm.as_ref();
        need(&event, &source.sender, &canonical, &body, access)
    };
    let done = json!({"job": {"id": "../7"}, "state": "done", "owner": "a?b"});
    let Need::Ask(inquiry) = need_of(&done) else { panic!("it is not asked") };
    let ApiRequest { method, url, body, .. } = inquiry.request();
    assert_eq!(format!("{method} {url}"), "POST https://api.example.com/video/a%3Fb/jobs/..%2F7");
    assert_eq!(body, r#"{"ids":["../7"],"part":"video"}"#);
    assert!(inquiry.request().headers.contains(&("authorization".to_owned(), format!("Bearer {KEY}"))));
    let verdict = |answer: Value| {
        let answer = ApiAnswer { status: 200, body: answer.to_string().into_bytes() };
        match inquiry.verdict(&answer) {
            Verdict::Agrees(_) => "agrees".to_owned(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(verdict(json!({"jobs": [{"no": "8"}, {"no": "../7", "state": "done"}]})), "agrees");
    assert_eq!(verdict(json!({"jobs": [{"no": "../7", "state": "broken"}]})), "Contradicts");
    assert_eq!(verdict(json!({"jobs": [], "missing": ["../7"]})), "Unknown");
    for senseless in [json!({"jobs": []}), json!({"jobs": [{"no": "../7"}]}), json!([]), json!({"jobs": "../7"})] {
        let told = r#"NotYet { reason: "the sender's API answered something that makes no sense" }"#;
        assert_eq!(verdict(senseless), told);
    }
    for unaskable in
        [json!({"job": {"id": "7"}, "state": "done"}), json!({"job": {"id": ".."}, "state": "done", "owner": "a"})]
    {
        assert!(matches!(need_of(&unaskable), Need::Unaskable), "{unaskable}");
    }
}
