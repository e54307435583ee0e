use std::collections::BTreeMap;

use super::*;
use crate::description::Description;
use crate::provider::Provider;
use crate::provider::compiled_provider::CompiledProvider;

/// Checks the head that is read from `body`: type, subject, components of the key.
fn check_head(provider: Provider, body: &str, expected: &str) {
    check_sender(provider.sender().unwrap(), &[], body.as_bytes(), expected);
}

fn check_sender(sender: &CompiledProvider, headers: &[(&str, &str)], body: &[u8], expected: &str) {
    let headers: BTreeMap<String, String> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let Head { event_type, subject, key, .. } = sender.head(&headers, body);
    let subject = subject.as_deref().unwrap_or("-");
    // A very long body would drown the message.
    assert_eq!(format!("{event_type} {subject} {key:?}"), expected, "{:.200}", body.escape_ascii().to_string());
}

/// A sender that an operator has described: what proves its deliveries is of no account here.
fn described(shapes: &str) -> CompiledProvider {
    let scheme =
        r#"{"kind":"hmac","header":["x-signature"],"encoding":"hex","message":"{body}","id":["x-id","x-old-id"]}"#;
    let json = format!(r#"{{"name":"custom","scheme":{scheme},"kept_headers":["x-event"],"shape":{shapes}}}"#);
    let description: Description = serde_json::from_str(&json).unwrap();
    description.check().unwrap();
    CompiledProvider::of(description)
}

#[test]
fn headers_and_the_deliverys_id_are_places_too() {
    let sender = described(
        r#"[{"when":[{"at":"header:x-event","equals":["push"]}],"subject":"/repository/id","key":["id"],"otherwise":"event.occurred"},
            {"when":[{"at":"header:x-event","present":true}],"key":["id","header:x-event"],"otherwise":"unrecognized"}]"#,
    );
    let check = |headers: &[(&str, &str)], body: &str, expected: &str| {
        check_sender(&sender, headers, body.as_bytes(), expected);
    };
    let body = r#"{"repository":{"id":7}}"#;
    check(&[("x-event", "push"), ("x-id", "d1")], body, r#"landfall.event.occurred 7 ["d1"]"#);
    check(&[("x-event", " push "), ("x-old-id", "d1")], body, r#"landfall.event.occurred 7 ["d1"]"#);
    check(&[("x-event", "push"), ("x-id", " "), ("x-old-id", "d2")], body, r#"landfall.event.occurred 7 ["d2"]"#);
    check(&[("x-event", "push")], body, "landfall.event.occurred 7 []");
    check(&[("x-event", "fork"), ("x-id", "d1")], body, r#"landfall.unrecognized - ["d1", "fork"]"#);
    check(&[("x-id", "d1")], body, "landfall.unrecognized - []");
    // Nothing is believed of a body that cannot be read, but it is told apart.
    check(&[("x-event", "push"), ("x-id", "d1")], "no JSON", r#"landfall.unrecognized - ["d1"]"#);
}

#[test]
fn the_first_shape_that_fits_is_taken() {
    let sender = described(
        r#"[{"when":[{"at":"/a","present":true}],"when_any":[{"at":"/b","equals":["1"]},{"at":"/c","object":true}],"key":["/a"],"otherwise":"job.progress"},
            {"when":[{"at":"/items/0/id","present":true}],"subject":["/x","/items/0/id"],"report":[{"at":"/b","equals":["2"],"is":"job.failed"}],"otherwise":"job.completed"}]"#,
    );
    let check = |body: &str, expected: &str| check_sender(&sender, &[], body.as_bytes(), expected);
    check(r#"{"a":"x","b":1}"#, r#"landfall.job.progress - ["x"]"#);
    check(r#"{"a":"x","c":{}}"#, r#"landfall.job.progress - ["x"]"#);
    check(r#"{"a":"x","c":[],"items":[{"id":5}]}"#, "landfall.job.completed 5 []");
    check(r#"{"b":"2","items":[{"id":5}]}"#, "landfall.job.failed 5 []");
    check(r#"{"b":"1","c":{}}"#, "landfall.unrecognized - []");
}

#[test]
fn a_boolean_is_a_text() {
    let sender = described(
        r#"[{"key":["/id","/test"],"report":[{"at":"/ok","equals":true,"is":"job.completed"},{"at":"/ok","equals":"false","is":"job.failed"}]}]"#,
    );
    let check = |body: &str, expected: &str| check_sender(&sender, &[], body.as_bytes(), expected);
    check(r#"{"id":"a","test":false,"ok":true}"#, r#"landfall.job.completed - ["a", "false"]"#);
    check(r#"{"id":"a","test":true,"ok":false}"#, r#"landfall.job.failed - ["a", "true"]"#);
    check(r#"{"id":"a","test":1.5,"ok":1.0}"#, "landfall.unrecognized - []");
}

mod csm {
    use super::*;

    #[test]
    fn a_session_is_keyed_by_its_change_of_status() {
        let check = |status: &str, expected: &str| {
            let body = format!(
                r#"{{"type":"session_status_changed","payload":{{"session_id":"S1","new_status":{status},"timestamp":"T"}}}}"#
            );
            check_head(Provider::Csm, &body, expected);
        };
        check(r#""complete""#, r#"landfall.job.completed S1 ["S1", "complete", "T"]"#);
        check(r#""completed""#, r#"landfall.job.completed S1 ["S1", "completed", "T"]"#);
        check(r#""failed""#, r#"landfall.job.failed S1 ["S1", "failed", "T"]"#);
        check(r#""incomplete""#, r#"landfall.job.progress S1 ["S1", "incomplete", "T"]"#);
        check(r#""cancelled""#, r#"landfall.job.progress S1 ["S1", "cancelled", "T"]"#);
        check("null", "landfall.unrecognized S1 []");
        check(r#"["complete"]"#, "landfall.unrecognized S1 []");
    }

    #[test]
    fn what_is_missing_leaves_the_body_as_the_key() {
        let check = |payload: &str, expected: &str| {
            check_head(Provider::Csm, &format!(r#"{{"type":"session_status_changed","payload":{payload}}}"#), expected);
        };
        check(r#"{"session_id":"S1","new_status":"complete"}"#, "landfall.job.completed S1 []");
        check(r#"{"new_status":"complete","timestamp":"T"}"#, "landfall.job.completed - []");
        check(
            r#"{"session_id":"S1","new_status":"complete","timestamp":1756711611484}"#,
            r#"landfall.job.completed S1 ["S1", "complete", "1756711611484"]"#,
        );
        for none in ["null", "{}", r#"["S1","complete","T"]"#, r#""S1""#] {
            check(none, "landfall.unrecognized - []");
        }
    }

    #[test]
    fn an_older_webhook_is_keyed_by_its_type() {
        let check = |kind: &str, expected: &str| {
            check_head(Provider::Csm, &format!(r#"{{"type":"{kind}","payload":{{"session_id":"S1"}}}}"#), expected);
        };
        check("spin_generate_done", r#"landfall.job.completed S1 ["S1", "spin_generate_done"]"#);
        check("preview_failed", r#"landfall.job.failed S1 ["S1", "preview_failed"]"#);
        check("spin_generate_processing", r#"landfall.job.progress S1 ["S1", "spin_generate_processing"]"#);
        check("session_deleted", r#"landfall.unrecognized S1 ["S1", "session_deleted"]"#);
        check("_done", r#"landfall.unrecognized S1 ["S1", "_done"]"#);
        check("done", r#"landfall.unrecognized S1 ["S1", "done"]"#);
        check_head(
            Provider::Csm,
            r#"{"type":"refine_done","payload":{"session_id":"S1","timestamp":"T"}}"#,
            r#"landfall.job.completed S1 ["S1", "refine_done", "T"]"#,
        );
    }
}

mod get3w {
    use super::*;

    #[test]
    fn a_prediction_is_keyed_by_id_and_status() {
        let check = |body: &str, expected: &str| check_head(Provider::Get3w, body, expected);
        check(r#"{"id":"p1","status":"completed"}"#, r#"landfall.job.completed p1 ["p1", "completed"]"#);
        check(r#"{"id":"p1","status":"failed"}"#, r#"landfall.job.failed p1 ["p1", "failed"]"#);
        check(r#"{"id":"p1","status":"created"}"#, r#"landfall.job.progress p1 ["p1", "created"]"#);
        check(r#"{"id":"p1","status":"processing"}"#, r#"landfall.job.progress p1 ["p1", "processing"]"#);
        check(r#"{"id":"p1","status":"cancelled"}"#, r#"landfall.unrecognized p1 ["p1", "cancelled"]"#);
        check(r#"{"id":7,"status":"completed"}"#, r#"landfall.job.completed 7 ["7", "completed"]"#);
    }

    #[test]
    fn what_is_missing_leaves_the_body_as_the_key() {
        let check = |body: &str, expected: &str| check_head(Provider::Get3w, body, expected);
        check(r#"{"status":"completed"}"#, "landfall.job.completed - []");
        check(r#"{"id":{"a":1},"status":"completed"}"#, "landfall.job.completed - []");
        check(r#"{"id":"p1"}"#, "landfall.unrecognized p1 []");
        check(r#"{"id":"p1","status":1.5}"#, "landfall.unrecognized p1 []");
    }

    #[test]
    fn bodies_that_can_be_read_in_two_ways_are_not_read() {
        let check = |body: &str, expected: &str| check_head(Provider::Get3w, body, expected);
        check(r#"{"id":"p1","status":"completed","id":"p2"}"#, "landfall.unrecognized - []");
        check(r#"["p1","completed"]"#, "landfall.unrecognized - []");
        check(r#"{"id":"p1","status":"completed"}{}"#, "landfall.unrecognized - []");
    }

    #[test]
    fn what_else_stands_in_the_body_is_of_no_account() {
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for other in [&nested, "1e999", r#""\ud800""#, "-0.0", &"9".repeat(10_000), r#"{"id":"x","id":"y"}"#] {
            let body = format!(r#"{{"id":"p1","outputs":{other},"status":"failed"}}"#);
            check_head(Provider::Get3w, &body, r#"landfall.job.failed p1 ["p1", "failed"]"#);
        }
        check_head(Provider::Get3w, r#"{"id":1e999,"status":"failed"}"#, "landfall.job.failed - []");
        check_head(
            Provider::Get3w,
            r#"{"id":"p\ud83d","status":"failed"}"#,
            "landfall.job.failed p\u{fffd} [\"p\u{fffd}\", \"failed\"]",
        );
        check_head(Provider::Get3w, &format!(r#"{{"id":{nested},"status":"failed"}}"#), "landfall.job.failed - []");
    }
}

mod modelslab {
    use super::*;

    #[test]
    fn a_generation_is_keyed_by_id_and_status() {
        let check = |body: &str, expected: &str| check_head(Provider::Modelslab, body, expected);
        check(r#"{"id":"g1","status":"success"}"#, r#"landfall.job.completed g1 ["g1", "success"]"#);
        check(r#"{"id":42,"status":"failed"}"#, r#"landfall.job.failed 42 ["42", "failed"]"#);
        check(r#"{"id":42,"status":"error"}"#, r#"landfall.job.failed 42 ["42", "error"]"#);
        check(r#"{"id":42,"status":"processing"}"#, r#"landfall.job.progress 42 ["42", "processing"]"#);
        check(r#"{"id":42,"status":"queued"}"#, r#"landfall.unrecognized 42 ["42", "queued"]"#);
        check(r#"{"id":42,"track_id":"t1","status":"success"}"#, r#"landfall.job.completed 42 ["42", "success"]"#);
        check(r#"{"id":null,"track_id":"t1","status":"success"}"#, r#"landfall.job.completed t1 ["t1", "success"]"#);
        check(r#"{"id":"","track_id":7,"status":"success"}"#, r#"landfall.job.completed 7 ["7", "success"]"#);
        check(r#"{"status":"success"}"#, "landfall.job.completed - []");
        check(r#"{"id":42}"#, "landfall.unrecognized 42 []");
    }

    #[test]
    fn a_training_is_keyed_by_its_model_and_its_own_status() {
        let check = |status: &str, expected: &str| {
            check_head(
                Provider::Modelslab,
                &format!(r#"{{"status":"success","training_status":{status},"model_id":"m1"}}"#),
                expected,
            );
        };
        check(r#""deploying_gpu""#, r#"landfall.training.progress m1 ["m1", "deploying_gpu"]"#);
        check(r#""training_success""#, r#"landfall.training.progress m1 ["m1", "training_success"]"#);
        check(r#""model_ready""#, r#"landfall.training.completed m1 ["m1", "model_ready"]"#);
        check(r#""training_failed""#, r#"landfall.training.failed m1 ["m1", "training_failed"]"#);
        check(r#""gpu_error""#, r#"landfall.training.failed m1 ["m1", "gpu_error"]"#);
        check("null", "landfall.job.completed - []");
        check_head(
            Provider::Modelslab,
            r#"{"training_status":"model_ready","id":"g1"}"#,
            "landfall.training.completed - []",
        );
    }

    #[test]
    fn a_workflow_is_keyed_by_its_execution_and_event() {
        let check = |body: &str, expected: &str| check_head(Provider::Modelslab, body, expected);
        check(
            r#"{"event":"workflow.completed","execution":{"id":"e1","status":"completed"}}"#,
            r#"landfall.workflow.completed e1 ["e1", "workflow.completed"]"#,
        );
        check(
            r#"{"event":"workflow.completed","execution_id":7,"status":"completed"}"#,
            r#"landfall.workflow.completed 7 ["7", "workflow.completed"]"#,
        );
        check(
            r#"{"event":"workflow.completed","execution":{"status":"completed"},"execution_id":7,"id":"g1"}"#,
            r#"landfall.workflow.completed 7 ["7", "workflow.completed"]"#,
        );
        check(
            r#"{"event":"workflow.completed","status":"success","execution":{"id":"e1","status":"failed"}}"#,
            r#"landfall.workflow.failed e1 ["e1", "workflow.completed"]"#,
        );
        check(
            r#"{"event":"workflow.failed","execution":{"id":"e1"}}"#,
            r#"landfall.workflow.failed e1 ["e1", "workflow.failed"]"#,
        );
        check(
            r#"{"event":"workflow.canceled","execution_id":7}"#,
            r#"landfall.workflow.failed 7 ["7", "workflow.canceled"]"#,
        );
        check(
            r#"{"event":"workflow.finished","execution_id":7,"status":"cancelled"}"#,
            r#"landfall.workflow.failed 7 ["7", "workflow.finished"]"#,
        );
        check(
            r#"{"event":"workflow.started","execution":{"id":"e1","status":"running"}}"#,
            r#"landfall.unrecognized e1 ["e1", "workflow.started"]"#,
        );
        check(r#"{"event":"workflow.completed","execution":"e1"}"#, "landfall.workflow.completed - []");
        check(r#"{"execution":{"id":"e1","status":"completed"}}"#, "landfall.unrecognized e1 []");
        check(r#"{"execution":{"id":"e1"},"status":"failed"}"#, "landfall.workflow.failed e1 []");
        check(r#"{"event":"workflow.completed","execution":{"id":"e1","id":"e2"}}"#, "landfall.unrecognized - []");
    }
}

mod glossi {
    use super::*;

    #[test]
    fn an_event_is_keyed_by_its_name_and_the_id_of_its_thing() {
        let check = |event: &str, expected: &str| {
            let ids = r#"{"modelId":"m1","projectId":"p1","jobId":"j1"}"#;
            check_head(Provider::Glossi, &format!(r#"{{"event":"{event}","timestamp":"T","data":{ids}}}"#), expected);
        };
        check("model.processed", r#"landfall.model.completed m1 ["model.processed", "m1"]"#);
        check("model.failed", r#"landfall.model.failed m1 ["model.failed", "m1"]"#);
        check("project.created", r#"landfall.project.created p1 ["project.created", "p1"]"#);
        check("job.complete", r#"landfall.job.completed j1 ["job.complete", "j1"]"#);
        check("job.failed", r#"landfall.job.failed j1 ["job.failed", "j1"]"#);
        check("render.complete", r#"landfall.job.completed j1 ["render.complete", "j1"]"#);
        check("render.failed", r#"landfall.job.failed j1 ["render.failed", "j1"]"#);
        check("render.queued", r#"landfall.unrecognized j1 ["render.queued", "j1"]"#);
        check("", "landfall.unrecognized j1 []");
    }

    #[test]
    fn what_is_missing_leaves_the_body_as_the_key() {
        let check = |body: &str, expected: &str| check_head(Provider::Glossi, body, expected);
        check(r#"{"event":"job.complete","data":{"modelId":"m1"}}"#, "landfall.job.completed - []");
        check(r#"{"event":"job.complete","data":["j1","m1","p1"]}"#, "landfall.job.completed - []");
        check(r#"{"event":"job.complete"}"#, "landfall.job.completed - []");
        check(r#"{"event":"plan.changed","data":{}}"#, "landfall.unrecognized - []");
        check(
            r#"{"event":"project.deleted","data":{"projectId":"p1"}}"#,
            r#"landfall.unrecognized p1 ["project.deleted", "p1"]"#,
        );
        check(r#"{"data":{"jobId":"j1"}}"#, "landfall.unrecognized j1 []");
        check(r#"{"event":["job.complete"],"data":{"jobId":"j1"}}"#, "landfall.unrecognized j1 []");
    }
}
