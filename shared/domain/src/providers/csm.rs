//! CSM: sessions. Today's webhooks report a session's change of status; the older ones, still documented, name the step
//! and its end in their type (`spin_generate_done`) and carry no time.

use serde::Deserialize;
use serde_json::Value;

use crate::canonical::{Details, Job, Media, Timings};
use crate::event_type::{EventType, Status, Thing};
use crate::head::{Head, Scalar, key};
use crate::providers::assets::{Assets, role_of};
use crate::providers::fields::{error, instant, text};
use crate::providers::object::{self, Object};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Scalar<'a>,
    #[serde(borrow, default)]
    payload: Object<Payload<'a>>,
}

#[derive(Default, Deserialize)]
struct Payload<'a> {
    #[serde(borrow, default)]
    session_id: Scalar<'a>,
    #[serde(borrow, default)]
    new_status: Scalar<'a>,
    #[serde(borrow, default)]
    timestamp: Scalar<'a>,
}

pub(crate) fn head(body: &[u8]) -> Head {
    let Some(Body { kind, payload }) = object::read(body) else {
        return Head::unrecognized();
    };
    let Payload { session_id, new_status, timestamp } = payload.0.unwrap_or_default();
    let (event_type, key) = match kind.text() {
        Some("session_status_changed") => {
            (new_status.text().map(of_status), key([&session_id, &new_status, &timestamp]))
        }
        // Should the older webhooks ever carry a time, two ends of one step are two events.
        step if timestamp.text().is_some() => (step.and_then(of_step), key([&session_id, &kind, &timestamp])),
        step => (step.and_then(of_step), key([&session_id, &kind])),
    };
    Head { event_type: event_type.unwrap_or(EventType::Unrecognized), subject: session_id.to_text(), key }
}

/// Sessions of some types still have statuses of their own (`predefined_done`); those end nothing.
fn of_status(status: &str) -> EventType {
    let status = match status {
        "complete" | "completed" => Status::Completed,
        "failed" => Status::Failed,
        _ => Status::Progress,
    };
    EventType::Known(Thing::Job, status)
}

fn of_step(kind: &str) -> Option<EventType> {
    step(kind).map(|(_, status)| EventType::Known(Thing::Job, status))
}

/// Takes an older type apart: the step, and how it stands.
fn step(kind: &str) -> Option<(&str, Status)> {
    let (step, end) = kind.rsplit_once('_').filter(|(step, _)| !step.is_empty())?;
    match end {
        "done" => Some((step, Status::Completed)),
        "failed" => Some((step, Status::Failed)),
        "processing" => Some((step, Status::Progress)),
        _ => None,
    }
}

pub(crate) fn details(status: Status, body: &Value) -> Details {
    let payload = &body["payload"];
    let session = &payload["session_data"];
    let old = body["type"].as_str().and_then(step);
    let kind = match old {
        Some((step, _)) => Some(step.to_owned()),
        None => text(&payload["session_type"]).or_else(|| text(&session["type"])),
    };
    let mut assets = Assets::default();
    match (old, &session["output"]) {
        (Some(_), _) => walk_flat(payload, false, &mut assets),
        (None, output @ Value::Object(_)) => assets.walk(output),
        (None, _) => walk_flat(session, kind.as_deref() == Some("text_to_image"), &mut assets),
    }
    // The type of a session says what it is about even while its only outputs are pictures of the thing to come.
    let media = match (old, kind.as_deref()) {
        (None, Some("text_to_image")) => Some(Media::Image),
        (Some(_), _)
        | (None, Some("image_to_3d" | "multiview_to_3d" | "image_to_kit" | "retopology" | "animation")) => {
            Some(Media::ThreeD)
        }
        (None, _) => assets.media(),
    };
    Details {
        time: instant(&payload["timestamp"]),
        media: media.or(Some(Media::Other)),
        job: Job {
            id: text(&payload["session_id"]),
            kind,
            model: text(&session["input"]["model"]),
            correlation_id: None,
        },
        assets: assets.into_vec(),
        // The documentation names no field for the reason; these are where CSM's HTTP API puts it.
        error: (status == Status::Failed).then(|| error(session).or_else(|| error(payload))).flatten(),
        timings: Timings { created_at: text(&session["created_at"]), ..Timings::default() },
    }
}

/// Older sessions have no `output`: results, inputs and a library of animations stand side by side, so that only what
/// is known to be a result may be taken.
fn walk_flat(session: &Value, image_is_result: bool, assets: &mut Assets) {
    let Value::Object(members) = session else {
        return;
    };
    for (name, member) in members {
        match name.as_str() {
            "image_url" if !image_is_result => {}
            "spins" | "prompts" => assets.walk(member),
            "thumbnail" => assets.collect("thumbnail", member),
            name => {
                if let Some(role) = role_of(name) {
                    assets.collect(&role, member);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::check_head;

    #[test]
    fn a_session_is_keyed_by_its_change_of_status() {
        let check = |status: &str, expected: &str| {
            let body = format!(
                r#"{{"type":"session_status_changed","payload":{{"session_id":"S1","new_status":{status},"timestamp":"T"}}}}"#
            );
            check_head(head, &body, expected);
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
            check_head(head, &format!(r#"{{"type":"session_status_changed","payload":{payload}}}"#), expected);
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
            check_head(head, &format!(r#"{{"type":"{kind}","payload":{{"session_id":"S1"}}}}"#), expected);
        };
        check("spin_generate_done", r#"landfall.job.completed S1 ["S1", "spin_generate_done"]"#);
        check("preview_failed", r#"landfall.job.failed S1 ["S1", "preview_failed"]"#);
        check("spin_generate_processing", r#"landfall.job.progress S1 ["S1", "spin_generate_processing"]"#);
        check("session_deleted", r#"landfall.unrecognized S1 ["S1", "session_deleted"]"#);
        check("_done", r#"landfall.unrecognized S1 ["S1", "_done"]"#);
        check("done", r#"landfall.unrecognized S1 ["S1", "done"]"#);
        check_head(
            head,
            r#"{"type":"refine_done","payload":{"session_id":"S1","timestamp":"T"}}"#,
            r#"landfall.job.completed S1 ["S1", "refine_done", "T"]"#,
        );
    }
}
