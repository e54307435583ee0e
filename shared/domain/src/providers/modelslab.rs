//! ModelsLab: generations, trainings and workflows, told apart by the fields they have.

use serde::Deserialize;
use serde_json::Value;

use crate::canonical::{Details, EventError, Job, Media, Timings};
use crate::event_type::{EventType, Status, Thing};
use crate::head::{Head, Scalar, key};
use crate::providers::assets::Assets;
use crate::providers::fields::{error, instant, text};
use crate::providers::object::{self, Object};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    track_id: Scalar<'a>,
    #[serde(borrow, default)]
    status: Scalar<'a>,
    #[serde(borrow, default)]
    model_id: Scalar<'a>,
    #[serde(borrow, default)]
    training_status: Scalar<'a>,
    #[serde(borrow, default)]
    event: Scalar<'a>,
    #[serde(borrow, default)]
    execution_id: Scalar<'a>,
    #[serde(borrow, default)]
    execution: Object<Execution<'a>>,
}

#[derive(Deserialize)]
struct Execution<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    status: Scalar<'a>,
}

pub(crate) fn head(body: &[u8]) -> Head {
    let Some(body) = object::read::<Body<'_>>(body) else {
        return Head::unrecognized();
    };
    let shape = Shape::of(
        body.event.text(),
        body.execution.0.is_some() || body.execution_id.text().is_some(),
        body.training_status.text(),
    );
    match shape {
        Shape::Workflow => workflow(&body),
        Shape::Training => training(&body),
        Shape::Generation => generation(&body),
    }
}

/// ModelsLab documents two bodies for one workflow event, and no name for a failure: the statuses tell.
fn workflow(body: &Body<'_>) -> Head {
    let (id, status) = match &body.execution.0 {
        Some(Execution { id, status }) => (if id.text().is_some() { id } else { &body.execution_id }, status.text()),
        None => (&body.execution_id, None),
    };
    let event = body.event.text();
    let event_type = if [body.status.text(), status, event].into_iter().flatten().any(says_failed) {
        EventType::Known(Thing::Workflow, Status::Failed)
    } else if event == Some("workflow.completed") {
        EventType::Known(Thing::Workflow, Status::Completed)
    } else {
        EventType::Unrecognized
    };
    Head { event_type, subject: id.to_text(), key: key([id, &body.event]) }
}

/// Whether a status, or the last word of an event, is a bad end.
fn says_failed(word: &str) -> bool {
    matches!(word.rsplit('.').next(), Some("failed" | "error" | "cancelled" | "canceled"))
}

/// A training's `status` is that of the request (`success` from the first step on); `training_status` is the
/// training's own.
fn training(body: &Body<'_>) -> Head {
    let status = match body.training_status.text() {
        Some("model_ready") => Status::Completed,
        Some(text) if text.contains("fail") || text.contains("error") => Status::Failed,
        _ => Status::Progress,
    };
    Head {
        event_type: EventType::Known(Thing::Training, status),
        subject: body.model_id.to_text(),
        key: key([&body.model_id, &body.training_status]),
    }
}

fn generation(body: &Body<'_>) -> Head {
    let event_type = match body.status.text() {
        Some("success") => EventType::Known(Thing::Job, Status::Completed),
        Some("failed" | "error") => EventType::Known(Thing::Job, Status::Failed),
        Some("processing") => EventType::Known(Thing::Job, Status::Progress),
        _ => EventType::Unrecognized,
    };
    let id = if body.id.text().is_some() { &body.id } else { &body.track_id };
    Head { event_type, subject: id.to_text(), key: key([id, &body.status]) }
}

enum Shape {
    Workflow,
    Training,
    Generation,
}

impl Shape {
    fn of(event: Option<&str>, has_execution: bool, training_status: Option<&str>) -> Shape {
        if has_execution || event.is_some_and(|event| event.starts_with("workflow")) {
            Shape::Workflow
        } else if training_status.is_some() {
            Shape::Training
        } else {
            Shape::Generation
        }
    }
}

pub(crate) fn details(status: Status, body: &Value) -> Details {
    let shape = Shape::of(
        body["event"].as_str(),
        body["execution"].is_object() || text(&body["execution_id"]).is_some(),
        text(&body["training_status"]).as_deref(),
    );
    let mut details = match shape {
        Shape::Workflow => workflow_details(body),
        Shape::Training => training_details(body),
        Shape::Generation => generation_details(body),
    };
    details.job.correlation_id = text(&body["track_id"]);
    // A job that goes on has a message too ("try again in 20 seconds").
    details.error = details.error.filter(|_| status == Status::Failed);
    details
}

fn workflow_details(body: &Value) -> Details {
    let execution = &body["execution"];
    let either = |name: &str| text(&execution[name]).or_else(|| text(&body[name]));
    let mut assets = Assets::default();
    if let Value::Object(outputs) = &execution["output_data"] {
        outputs.iter().for_each(|(name, output)| assets.collect(name, output));
    }
    if assets.is_empty() {
        collect_first(&mut assets, [&body["output"]["output"], &body["output"]["proxy_links"], &body["output"]]);
    }
    Details {
        time: instant(&execution["completed_at"]).or_else(|| instant(&body["completed_at"])),
        media: assets.media().or(Some(Media::Other)),
        job: Job { id: text(&execution["id"]).or_else(|| text(&body["execution_id"])), ..Job::default() },
        assets: assets.into_vec(),
        error: error(execution).or_else(|| error(body)).or_else(|| cancelled(body)),
        timings: Timings {
            created_at: None,
            started_at: either("started_at"),
            completed_at: either("completed_at"),
            work_seconds: execution["execution_time"].as_f64().or_else(|| body["execution_time"].as_f64()),
        },
    }
}

/// Consumers see a cancelled workflow as failed; nothing but the status says why it has no error.
fn cancelled(body: &Value) -> Option<EventError> {
    let status = [&body["execution"]["status"], &body["status"]]
        .into_iter()
        .find_map(|status| text(status).filter(|status| status.starts_with("cancel")))?;
    Some(EventError { code: Some(status), message: None })
}

/// The documented body has no message; if the training failed, its status and its logs are all that can say why.
fn training_details(body: &Value) -> Details {
    let EventError { code, message } = error(body).unwrap_or_default();
    Details {
        media: Some(Media::Other),
        job: Job { id: text(&body["model_id"]), ..Job::default() },
        error: Some(EventError {
            code: code.or_else(|| text(&body["training_status"])),
            message: message.or_else(|| text(&body["logs"])),
        }),
        ..Details::default()
    }
}

/// `future_links` are URLs under which the output will stand one day, and `meta` repeats the request with the inputs'
/// URLs: neither is an output.
fn generation_details(body: &Value) -> Details {
    let mut assets = Assets::default();
    collect_first(&mut assets, [&body["output"], &body["proxy_links"], &body["links"]]);
    Details {
        time: None,
        media: assets.media().or(Some(Media::Other)),
        job: Job { id: text(&body["id"]), model: text(&body["meta"]["model_id"]), ..Job::default() },
        assets: assets.into_vec(),
        error: error(body),
        timings: Timings { work_seconds: body["generationTime"].as_f64(), ..Timings::default() },
    }
}

/// Several fields hold the same outputs at different hosts; the first that holds any is taken.
fn collect_first<const N: usize>(assets: &mut Assets, fields: [&Value; N]) {
    for field in fields {
        assets.collect("output", field);
        if !assets.is_empty() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::check_head;

    #[test]
    fn a_generation_is_keyed_by_id_and_status() {
        let check = |body: &str, expected: &str| check_head(head, body, expected);
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
                head,
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
        check_head(head, r#"{"training_status":"model_ready","id":"g1"}"#, "landfall.training.completed - []");
    }

    #[test]
    fn a_workflow_is_keyed_by_its_execution_and_event() {
        let check = |body: &str, expected: &str| check_head(head, body, expected);
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
