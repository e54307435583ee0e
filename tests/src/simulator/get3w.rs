//! Get3W: `GET /api/v3/predictions/{id}` gives a prediction, wrapped as all answers of its HTTP API are.

use serde_json::{Value, json};

use super::job::Job;
use super::server::{Asked, Reply};

pub(super) fn fresh_id() -> String {
    format!("pred_{:08x}", fastrand::u32(..))
}

pub(super) fn webhook(job: &Job, link: &str) -> Value {
    let mut body = json!({
        "id": job.id,
        "model": "get3w/flux-dev",
        "status": job.status("processing", "completed", "failed"),
        "outputs": job.links(link),
        "timings": {"inference": 2500},
        "created_at": "2024-01-01T12:00:00.000Z",
        "completed_at": "2024-01-01T12:00:03.000Z",
    });
    // Only present if failed.
    if let Some(error) = job.error() {
        body["error"] = json!(error);
    }
    body
}

pub(super) fn answer<'a>(
    asked: &Asked,
    segments: &[&str],
    key: &str,
    find: impl Fn(&str) -> Option<(&'a Job, String)>,
) -> Reply {
    let error = |code: u16, text: &str| Reply::json(code, &json!({"code": code, "message": text}));
    if !asked.has("authorization", &format!("Bearer {key}")) {
        return error(401, "invalid API key");
    }
    match (asked.method.as_str(), segments) {
        ("GET", ["api", "v3", "predictions", id]) => match find(id) {
            Some((job, link)) => {
                Reply::json(200, &json!({"code": 200, "message": "success", "data": webhook(job, &link)}))
            }
            None => error(404, "prediction not found"),
        },
        _ => error(404, "not found"),
    }
}
