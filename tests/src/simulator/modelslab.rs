//! ModelsLab: `POST /api/v6/{family}/fetch/{id}` gives a generation, `GET /api/v1/workflows/{id}/runs/{id}` a run of a
//! workflow. Errors come as an HTTP status with `{"status": "error"}`.

use serde_json::{Value, json};

use super::job::Job;
use super::server::{ApiRequest, Reply};

pub(super) fn fresh_id() -> String {
    fastrand::u32(10_000_000..).to_string()
}

pub(super) fn webhook(job: &Job, link: &str) -> Value {
    match &job.workflow {
        Some(workflow) => json!({
            // No other name is documented, not even for a failure.
            "event": "workflow.completed",
            "execution_id": number(job),
            "workflow_id": workflow,
            "status": job.status("running", "completed", "failed"),
            "output": {"output": job.links(link), "status": "success"},
            "completed_at": "2024-01-15T10:30:15Z",
        }),
        None => json!({
            "status": job.status("processing", "success", "failed"),
            "id": job.id,
            "output": job.links(link),
            "generationTime": 45.2,
            "message": job.error().unwrap_or_default(),
            "track_id": "video_001",
        }),
    }
}

pub(super) fn answer<'a>(
    asked: &ApiRequest,
    segments: &[&str],
    key: &str,
    find: impl Fn(&str) -> Option<(&'a Job, String)>,
) -> Reply {
    match (asked.method.as_str(), segments) {
        ("POST", ["api", "v6", _, "fetch", id]) if asked.body["key"] == key => match find(id) {
            Some((job, link)) => Reply::json(
                200,
                &json!({
                    "status": job.status("processing", "success", "failed"),
                    "id": number(job),
                    "message": job.error().unwrap_or_default(),
                    "output": job.links(&link),
                }),
            ),
            None => error(404, "request not found"),
        },
        ("GET", ["api", "v1", "workflows", workflow, "runs", id]) if asked.has("key", key) => match find(id) {
            Some((job, link)) if job.workflow.as_deref() == Some(workflow) => Reply::json(200, &run(job, &link)),
            _ => error(404, "execution not found"),
        },
        ("POST", ["api", "v6", _, "fetch", _]) | ("GET", ["api", "v1", "workflows", ..]) => {
            error(401, "invalid API key")
        }
        _ => error(404, "not found"),
    }
}

pub(super) fn too_often() -> Reply {
    Reply::json(429, &json!({"status": "error", "message": "rate limit exceeded", "retry_after": 60}))
}

fn run(job: &Job, link: &str) -> Value {
    let mut run = json!({
        "status": "success",
        "execution": {
            "id": number(job),
            "workflow_id": job.workflow,
            "status": job.status("running", "completed", "failed"),
            "started_at": "2024-01-15T10:30:00Z",
        },
        "steps": [],
    });
    for link in job.links(link) {
        run["output"] = json!({"output": [link], "status": "success"});
    }
    if let Some(error) = job.error() {
        run["error"] = json!(error);
    }
    run
}

fn error(status: u16, text: &str) -> Reply {
    Reply::json(status, &json!({"status": "error", "message": text}))
}

fn number(job: &Job) -> u64 {
    job.id.parse().expect("ModelsLab's ids are numbers")
}
