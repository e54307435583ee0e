use super::*;

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
    check(200, &told("processing"), expect!["not yet: the sender's API says that it has not ended yet"]);
    check(200, &told("failed"), expect!["contradicts"]);
    check(200, &json!({"code": 404, "message": "not found", "data": null}), expect!["unknown"]);
    check(404, &json!({"code": 404, "message": "not found"}), expect!["unknown"]);
}

#[test]
fn no_id_leads_the_key_elsewhere() {
    for id in [".", "..", "", "../../v1/keys?", "a#b", "x@evil.example"] {
        let ConfirmationNeed::Ask(inquiry) =
            need_of(Provider::Get3w, VerifiedBy::Token, &json!({"id": id, "status": "failed"}))
        else {
            assert!(["", ".", ".."].contains(&id), "{id}");
            continue;
        };
        let rest = inquiry.request().url.strip_prefix("https://api.get3w.com/api/v3/predictions/").unwrap();
        assert!(!rest.contains(['/', '?', '#', '@']), "{rest}");
    }
}
