//! Get3W: `GET /api/v3/predictions/{id}` gives a prediction, wrapped as all answers of its HTTP API are. That a prediction
//! is submitted by a POST to the path of its model is assumed.

use serde_json::{Value, json};

use super::job::Job;
use super::server::{ApiRequest, Reply};

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

/// The job that is submitted, and the answer to that.
pub(super) fn submission(asked: &ApiRequest, segments: &[&str], key: &str) -> Option<(Job, Reply)> {
    let is_submission = asked.method == "POST" && matches!(segments, ["api", "v3", _, _]);
    if !is_submission || !asked.has("authorization", &format!("Bearer {key}")) {
        return None;
    }
    let webhook_url = asked.body["webhook_url"].as_str().map(str::to_owned);
    let job = Job { webhook_url, ..Job::new(fresh_id(), None) };
    let data = json!({"id": job.id, "status": "created"});
    Some((job, Reply::json(200, &json!({"code": 200, "message": "success", "data": data}))))
}

pub(super) fn answer<'a>(
    asked: &ApiRequest,
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
