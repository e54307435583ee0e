//! Glossi: models, projects, jobs and renders, in an envelope whose `event` names thing and end (`job.complete`).

use serde::Deserialize;
use serde_json::Value;

use crate::canonical::{Details, Job, Media};
use crate::event_type::{EventType, Status, Thing};
use crate::head::{Head, Scalar, key};
use crate::providers::assets::Assets;
use crate::providers::fields::{error, instant, text};
use crate::providers::object::{self, Object};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    event: Scalar<'a>,
    #[serde(borrow, default)]
    data: Object<Data<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    #[serde(borrow, default)]
    job_id: Scalar<'a>,
    #[serde(borrow, default)]
    model_id: Scalar<'a>,
    #[serde(borrow, default)]
    project_id: Scalar<'a>,
}

pub(crate) fn head(body: &[u8]) -> Head {
    let Some(Body { event, data }) = object::read(body) else {
        return Head::unrecognized();
    };
    let Data { job_id, model_id, project_id } = data.0.unwrap_or_default();
    let event_type = event.text().map_or(EventType::Unrecognized, of_event);
    let id = match event_type {
        EventType::Known(Thing::Model, _) => model_id,
        EventType::Known(Thing::Project, _) => project_id,
        EventType::Known(Thing::Job | Thing::Training | Thing::Workflow, _) => job_id,
        EventType::Unrecognized => {
            [job_id, model_id, project_id].into_iter().find(|id| id.text().is_some()).unwrap_or_default()
        }
    };
    Head { event_type, subject: id.to_text(), key: key([&event, &id]) }
}

fn of_event(event: &str) -> EventType {
    match event {
        "model.processed" => EventType::Known(Thing::Model, Status::Completed),
        "model.failed" => EventType::Known(Thing::Model, Status::Failed),
        "project.created" => EventType::Known(Thing::Project, Status::Created),
        "job.complete" | "render.complete" => EventType::Known(Thing::Job, Status::Completed),
        "job.failed" | "render.failed" => EventType::Known(Thing::Job, Status::Failed),
        _ => EventType::Unrecognized,
    }
}

pub(crate) fn details(status: Status, body: &Value) -> Details {
    let data = &body["data"];
    let (thing, _) = body["event"].as_str().unwrap_or_default().split_once('.').unwrap_or_default();
    let mut assets = Assets::default();
    assets.collect("glb", &data["glbFilePath"]);
    assets.collect("thumbnail", &data["thumbnailUrl"]);
    let (id, implied) = match thing {
        "model" => ("modelId", Media::ThreeD),
        "project" => ("projectId", Media::ThreeD),
        // A render is a picture or a film; the body has only its id.
        "render" => ("jobId", Media::Other),
        _ => ("jobId", Media::ThreeD),
    };
    Details {
        time: instant(&body["timestamp"]),
        media: assets.media().or(Some(implied)),
        job: Job { id: text(&data[id]), kind: Some(thing.to_owned()), ..Job::default() },
        assets: assets.into_vec(),
        error: (status == Status::Failed).then(|| error(data)).flatten(),
        ..Details::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::check_head;

    #[test]
    fn an_event_is_keyed_by_its_name_and_the_id_of_its_thing() {
        let check = |event: &str, expected: &str| {
            let ids = r#"{"modelId":"m1","projectId":"p1","jobId":"j1"}"#;
            check_head(head, &format!(r#"{{"event":"{event}","timestamp":"T","data":{ids}}}"#), expected);
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
        let check = |body: &str, expected: &str| check_head(head, body, expected);
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
