use super::*;

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
    check(&told("PROCESSING"), expect!["not yet: the sender's API says that it has not ended yet"]);
    check(&told("FAILED"), expect!["contradicts"]);
    check(&json!({"models": [], "notFound": ["m1"]}), expect!["unknown"]);
    check(&json!({"models": []}), expect!["not yet: the sender's API answered something that makes no sense"]);
}
