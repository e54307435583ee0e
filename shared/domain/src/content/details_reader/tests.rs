use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;
use crate::description::HeaderName;

/// Checks what is read of a failed job's `body` by `rules`, a fact a line.
fn check(rules: &Value, body: &Value, expected: &Expect) {
    let shape: Shape = serde_json::from_value(json!({ "details": rules })).unwrap();
    let headers = BTreeMap::from([("x-kind".to_owned(), " render.done ".to_owned())]);
    let ids = [HeaderName::parse("x-id").unwrap(), HeaderName::parse("x-kind").unwrap()];
    let body = ParsedDelivery { value: body, headers: &headers, ids: &ids };
    let Details { time, media, job, assets, assets_omitted: _, error, timings } =
        read(&shape, Status::Failed, Some("subject"), &body);
    let mut facts = vec![format!("{} {}", media.unwrap().as_str(), job.id.unwrap_or_else(|| "-".to_owned()))];
    facts.extend(time.map(|time| time.to_string()));
    facts.extend(job.kind.map(|kind| format!("kind {kind}")));
    facts.extend(assets.into_iter().map(|asset| format!("{} {}", asset.role, asset.url)));
    facts.extend(error.map(|error| format!("error {:?} {:?}", error.code, error.message)));
    facts.extend(timings.work_seconds.map(|seconds| format!("{seconds} s")));
    expected.assert_eq(&facts.join("\n"));
}

#[test]
fn a_job_has_the_subject_as_its_id_unless_another_place_is_named() {
    check(&json!({}), &json!({}), &expect!["other subject"]);
    check(&json!({"job_id": ["/a", "/b"]}), &json!({"b": 7}), &expect!["other 7"]);
    check(&json!({"job_id": "/a"}), &json!({}), &expect!["other -"]);
}

#[test]
fn a_part_of_a_text_may_be_meant() {
    let check_kind = |rule: Value, expected: Expect| {
        check(&json!({ "job_type": [rule] }), &json!({"event": "render.complete"}), &expected);
    };
    check_kind(
        json!({"at": "/event", "before": "."}),
        expect![[r#"
        other subject
        kind render"#]],
    );
    check_kind(json!({"at": "/event", "before": "/"}), expect!["other subject"]);
    check_kind(
        json!({"at": "/event", "without_suffix": [".failed", ".complete"]}),
        expect![[r#"
        other subject
        kind render"#]],
    );
    check_kind(json!({"at": "/event", "without_suffix": [".failed"]}), expect!["other subject"]);
    check_kind(json!({"at": "/event", "starts_with": "job"}), expect!["other subject"]);
    check_kind(
        json!({"at": "", "or_json": true}),
        expect![[r#"
        other subject
        kind {"event":"render.complete"}"#]],
    );
    check_kind(json!({"at": "/none", "or_json": true}), expect!["other subject"]);
    check_kind(
        json!("header:x-kind"),
        expect![[r#"
        other subject
        kind render.done"#]],
    );
    check_kind(
        json!("id"),
        expect![[r#"
        other subject
        kind render.done"#]],
    );
}

#[test]
fn the_first_place_with_an_instant_tells_the_time() {
    let rules = json!({"time": ["/at", {"at": "/count", "unit": "seconds"}]});
    check(
        &rules,
        &json!({"at": "yesterday", "count": 1_614_265_330}),
        &expect![[r#"
        other subject
        2021-02-25T15:02:10.000Z"#]],
    );
    check(&rules, &json!({"count": 0}), &expect!["other subject"]);
}

#[test]
fn a_failure_has_the_reason_that_is_found_first() {
    let rules = json!({"error": {
        "within": ["/run", ""], "code": ["/state"], "message": ["/logs"], "code_alone": [{"at": "/status", "starts_with": "cancel"}],
    }});
    let check = |body: Value, expected: Expect| check(&rules, &body, &expected);
    check(
        json!({"run": {"error": "a"}, "error": "b", "logs": "c", "status": "cancelled"}),
        expect![[r#"
        other subject
        error None Some("a")"#]],
    );
    check(
        json!({"run": {}, "error": {"code": 7}, "state": "x"}),
        expect![[r#"
        other subject
        error Some("7") Some("{\"code\":7}")"#]],
    );
    check(
        json!({"state": "x", "logs": "c", "status": "cancelled"}),
        expect![[r#"
        other subject
        error Some("x") Some("c")"#]],
    );
    check(
        json!({"status": "cancelled"}),
        expect![[r#"
        other subject
        error Some("cancelled") None"#]],
    );
    check(json!({"status": "failed"}), expect!["other subject"]);
}

#[test]
fn outputs_are_where_the_rules_say() {
    let url = |name: &str| json!(format!("https://a.example/{name}"));
    let body = json!({
        "results": [{"file": url("1.png")}, {"file": url("2.png")}, {"other": url("no")}],
        "named": {"cover": url("cover.png"), "input": url("input.png"), "future_links": [url("later")]},
        "deep": {"a": [{"video_url": url("film.mp4")}], "input": {"image_url": url("input.png")}},
        "text": json!({"urls": [url("in-text.png")]}).to_string(),
        "broken": "{",
        "link": url("link.zip"),
        "mirror": url("mirror.zip"),
        "took": 1500,
    });
    let check = |assets: Value, expected: Expect| {
        check(&json!({"assets": assets, "never": ["input", "future_links"]}), &body, &expected);
    };
    check(
        json!([{"at": "/results/*/file"}, {"at": "/results/1/file", "role": "again"}]),
        expect![[r#"
        image subject
        output https://a.example/1.png
        output https://a.example/2.png"#]],
    );
    check(
        json!([{"members": "/named"}]),
        expect![[r#"
        image subject
        cover https://a.example/cover.png"#]],
    );
    check(
        json!([{"at": "/named/*", "role": "any"}]),
        expect![[r#"
        image subject
        any https://a.example/cover.png"#]],
    );
    check(
        json!([{"walk": "/deep"}]),
        expect![[r#"
        video subject
        video https://a.example/film.mp4"#]],
    );
    check(
        json!([{"in_text": "/text", "at": "/urls"}, {"in_text": "/broken", "at": ""}]),
        expect![[r#"
        image subject
        output https://a.example/in-text.png"#]],
    );
    check(
        json!([{"first_of": [{"at": "/none"}, {"at": "/link"}, {"at": "/mirror"}]}]),
        expect![[r#"
        other subject
        output https://a.example/link.zip"#]],
    );
    check(json!([{"when": [{"at": "/named", "object": false}], "at": "/link"}]), expect!["other subject"]);
    check(
        json!([{"when": [{"at": "/named", "object": true}], "fields": "", "also": ["link"]}]),
        expect![[r#"
        other subject
        link https://a.example/link.zip"#]],
    );
}

#[test]
fn media_and_work_are_told_by_rules() {
    let body = json!({"kind": "song", "took": 1500});
    let rules = json!({
        "media": [{"at": "/kind", "equals": ["song"], "is": "audio"}],
        "work": {"at": ["/none", "/took"], "unit": "milliseconds"},
    });
    check(
        &rules,
        &body,
        &expect![[r#"
        audio subject
        1.5 s"#]],
    );
    check(&json!({"media_implied": "3d"}), &body, &expect!["3d subject"]);
}
