use super::*;

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
    check(&complete, 200, &told("incomplete"), expect!["not yet: the sender's API says that it has not ended yet"]);
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
    check(429, expect!["not yet: the sender's API was called too often"]);
    check(302, expect!["not yet: the sender's API answered 302"]);
    check(400, expect!["not yet: the sender's API answered 400"]);
    check(500, expect!["not yet: the sender's API answered 500"]);
    let ConfirmationNeed::Ask(inquiry) = need_of(Provider::Csm, VerifiedBy::Token, &complete) else { panic!() };
    let verdict = inquiry.check(&ApiAnswer { status: 200, body: b"<html>".to_vec(), retry_after: None });
    expect![[r#"NotYet { reason: "the sender's API answered something that is not JSON" }"#]]
        .assert_eq(&format!("{verdict:?}"));
}
