use super::*;

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
    check(json!({"status": "processing"}), expect!["not yet: the sender's API says that it has not ended yet"]);
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
    check(&completed, &told("running"), expect!["not yet: the sender's API says that it has not ended yet"]);
    check(&completed, &told("failed"), expect!["contradicts"]);
    check(&failed, &told("cancelled"), expect!["agrees: landfall.workflow.failed 1 https://genuine.example/a.png no"]);
    check(&failed, &told("completed"), expect!["contradicts"]);
    check(
        &failed,
        &json!({"status": "error"}),
        expect!["not yet: the sender's API answered something that makes no sense"],
    );
}
