//! Get3W: predictions. The older API and the newer one both send a flat object with `id` and `status`.

use serde::Deserialize;
use serde_json::Value;

use crate::canonical::{Details, Job, Media, Timings};
use crate::event_type::{EventType, Status, Thing};
use crate::head::{Head, Scalar, key};
use crate::providers::assets::Assets;
use crate::providers::fields::{error, instant, text};
use crate::providers::object;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    status: Scalar<'a>,
}

pub(crate) fn head(body: &[u8]) -> Head {
    let Some(Body { id, status }) = object::read(body) else {
        return Head::unrecognized();
    };
    let event_type = match status.text() {
        Some("completed") => EventType::Known(Thing::Job, Status::Completed),
        Some("failed") => EventType::Known(Thing::Job, Status::Failed),
        Some("created" | "processing") => EventType::Known(Thing::Job, Status::Progress),
        _ => EventType::Unrecognized,
    };
    Head { event_type, subject: id.to_text(), key: key([&id, &status]) }
}

pub(crate) fn details(status: Status, body: &Value) -> Details {
    let mut assets = Assets::default();
    assets.collect("output", &body["outputs"]);
    // The only other time in the body is when the job was created, which a later status did not happen at.
    let time = match body["status"].as_str() {
        Some("created") => instant(&body["created_at"]),
        _ => instant(&body["completed_at"]),
    };
    Details {
        time,
        media: assets.media().or(Some(Media::Other)),
        job: Job { id: text(&body["id"]), kind: None, model: text(&body["model"]), correlation_id: None },
        assets: assets.into_vec(),
        error: (status == Status::Failed).then(|| error(body)).flatten(),
        timings: Timings {
            created_at: text(&body["created_at"]),
            started_at: text(&body["started_at"]),
            completed_at: text(&body["completed_at"]),
            // Get3W counts milliseconds.
            work_seconds: body["timings"]["inference"].as_f64().map(|milliseconds| milliseconds / 1000.0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::check_head;

    #[test]
    fn a_prediction_is_keyed_by_id_and_status() {
        let check = |body: &str, expected: &str| check_head(head, body, expected);
        check(r#"{"id":"p1","status":"completed"}"#, r#"landfall.job.completed p1 ["p1", "completed"]"#);
        check(r#"{"id":"p1","status":"failed"}"#, r#"landfall.job.failed p1 ["p1", "failed"]"#);
        check(r#"{"id":"p1","status":"created"}"#, r#"landfall.job.progress p1 ["p1", "created"]"#);
        check(r#"{"id":"p1","status":"processing"}"#, r#"landfall.job.progress p1 ["p1", "processing"]"#);
        check(r#"{"id":"p1","status":"cancelled"}"#, r#"landfall.unrecognized p1 ["p1", "cancelled"]"#);
        check(r#"{"id":7,"status":"completed"}"#, r#"landfall.job.completed 7 ["7", "completed"]"#);
    }

    #[test]
    fn what_is_missing_leaves_the_body_as_the_key() {
        let check = |body: &str, expected: &str| check_head(head, body, expected);
        check(r#"{"status":"completed"}"#, "landfall.job.completed - []");
        check(r#"{"id":{"a":1},"status":"completed"}"#, "landfall.job.completed - []");
        check(r#"{"id":"p1"}"#, "landfall.unrecognized p1 []");
        check(r#"{"id":"p1","status":1.5}"#, "landfall.unrecognized p1 []");
    }

    #[test]
    fn bodies_that_can_be_read_in_two_ways_are_not_read() {
        let check = |body: &str, expected: &str| check_head(head, body, expected);
        check(r#"{"id":"p1","status":"completed","id":"p2"}"#, "landfall.unrecognized - []");
        check(r#"["p1","completed"]"#, "landfall.unrecognized - []");
        check(r#"{"id":"p1","status":"completed"}{}"#, "landfall.unrecognized - []");
    }

    #[test]
    fn what_else_stands_in_the_body_is_of_no_account() {
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for other in [&nested, "1e999", r#""\ud800""#, "-0.0", &"9".repeat(10_000), r#"{"id":"x","id":"y"}"#] {
            let body = format!(r#"{{"id":"p1","outputs":{other},"status":"failed"}}"#);
            check_head(head, &body, r#"landfall.job.failed p1 ["p1", "failed"]"#);
        }
        check_head(head, r#"{"id":1e999,"status":"failed"}"#, "landfall.unrecognized - []");
        check_head(head, &format!(r#"{{"id":{nested},"status":"failed"}}"#), "landfall.job.failed - []");
    }
}
