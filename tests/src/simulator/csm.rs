//! CSM: `GET /v3/sessions/{id}` gives a session to whoever has its key. Its errors are not documented: those of HTTP are
//! assumed.

use serde_json::{Value, json};

use super::job::Job;
use super::server::{ApiRequest, Reply};

pub(super) fn fresh_id() -> String {
    format!("SESSION_1756711515_{:07}", fastrand::u32(..10_000_000))
}

pub(super) fn webhook(job: &Job, link: &str) -> Value {
    json!({
        "type": "session_status_changed",
        "payload": {
            "session_id": job.id,
            "user_id": "681dcde5253883b154accfde",
            "session_type": "image_to_3d",
            "old_status": "incomplete",
            "new_status": job.status("incomplete", "complete", "failed"),
            "timestamp": "2025-09-01T07:26:51.484Z",
            "session_data": session(job, link),
        },
    })
}

pub(super) fn answer<'a>(
    asked: &ApiRequest,
    segments: &[&str],
    key: &str,
    find: impl Fn(&str) -> Option<(&'a Job, String)>,
) -> Reply {
    if !asked.has("x-api-key", key) {
        return Reply::error(401, "unauthorized");
    }
    match (asked.method.as_str(), segments) {
        ("GET", ["v3", "sessions", id]) => match find(id) {
            Some((job, link)) => {
                let mut session = session(job, &link);
                session["input"]["input_image_embedding"] = json!(vec![0.123_456; job.embedding_numbers]);
                Reply::json(200, &session)
            }
            None => Reply::error(404, "session not found"),
        },
        _ => Reply::error(404, "no such endpoint"),
    }
}

/// Before the end, the links are there already, as empty texts.
fn session(job: &Job, link: &str) -> Value {
    let link = job.links(link).first().copied().unwrap_or_default();
    json!({
        "_id": job.id,
        "status": job.status("incomplete", "complete", "failed"),
        "type": "image_to_3d",
        "created_at": "2025-09-01T07:25:15.143Z",
        "updated_at": "2025-09-01T07:26:51.402Z",
        "input": {"image": {"data": {"image_url": "https://rawcapture.blob.core.windows.net/input.png"}}, "model": "sculpt"},
        "output": {"segmented_image_url": "", "meshes": [{"data": {"glb_url": link, "obj_url": ""}}]},
    })
}
