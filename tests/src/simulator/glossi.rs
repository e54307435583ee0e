//! Glossi: `POST /api/v1/models/status` tells of many models at once, and names those that it does not know.

use serde_json::{Value, json};

use super::job::Job;
use super::server::{ApiRequest, Reply};

pub(super) fn fresh_id() -> String {
    format!("{:08x}-3a51-4a0e-8d2a-5f1f6c1f9a01", fastrand::u32(..))
}

pub(super) fn webhook(job: &Job, link: &str) -> Value {
    let mut data = json!({"modelId": job.id, "name": "Chair Model", "status": status(job)});
    for link in job.links(link) {
        data["glbFilePath"] = json!(link);
    }
    if let Some(error) = job.error() {
        data["error"] = json!(error);
    }
    let event = job.status("model.processing", "model.processed", "model.failed");
    json!({"event": event, "timestamp": "2025-01-15T10:30:00.000Z", "data": data})
}

pub(super) fn answer<'a>(
    asked: &ApiRequest,
    segments: &[&str],
    key: &str,
    find: impl Fn(&str) -> Option<(&'a Job, String)>,
) -> Reply {
    if !asked.has("x-api-key", key) {
        return Reply::error(401, "invalid API key");
    }
    if (asked.method.as_str(), segments) != ("POST", &["api", "v1", "models", "status"]) {
        return Reply::error(404, "not found");
    }
    let ids = asked.body["modelIds"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut models, mut unknown) = (Vec::new(), Vec::new());
    for id in ids.iter().filter_map(Value::as_str) {
        match find(id) {
            Some((job, _)) => {
                let is_ready = status(job) == "READY";
                models.push(json!({"modelId": id, "name": "Chair Model", "status": status(job), "ready": is_ready}));
            }
            None => unknown.push(id),
        }
    }
    let all_ready = unknown.is_empty() && models.iter().all(|model| model["ready"] == true);
    Reply::json(200, &json!({"models": models, "allReady": all_ready, "notFound": unknown}))
}

fn status(job: &Job) -> &'static str {
    job.status("PROCESSING", "READY", "FAILED")
}
