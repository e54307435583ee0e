//! ModelsLab's APIs: generations are fetched with the key in the body, runs of workflows with the key in a header. For
//! trainings none is documented.

use serde_json::{Value, json};

use super::{Account, ApiRequest};
use crate::details::fields::text;
use crate::event_type::Thing;
use crate::source::ApiAccess;

const ORIGIN: &str = "https://modelslab.com";

pub(super) fn request(thing: Thing, id: &str, body: &Value, access: &ApiAccess) -> Option<ApiRequest> {
    match thing {
        Thing::Job => {
            let (family, key) = (access.family.as_deref()?, access.key.reveal());
            match family {
                "images" => {
                    let body = json!({ "key": key, "request_id": id });
                    ApiRequest::post(access, ORIGIN, &["api", "v6", family, "fetch"], &body)
                }
                _ => ApiRequest::post(access, ORIGIN, &["api", "v6", family, "fetch", id], &json!({ "key": key })),
            }
        }
        Thing::Workflow => {
            // ModelsLab documents two bodies for one workflow event.
            let workflow = text(&body["workflow"]["id"]).or_else(|| text(&body["workflow_id"]))?;
            let request = ApiRequest::get(access, ORIGIN, &["api", "v1", "workflows", &workflow, "runs", id])?;
            Some(request.with_key("key", &access.key))
        }
        Thing::Training | Thing::Model | Thing::Project | Thing::Event => None,
    }
}

pub(super) fn account(thing: Thing, id: &str, answer: &Value) -> Account {
    if thing == Thing::Workflow {
        let execution = &answer["execution"];
        let Some(status) = text(&execution["status"]) else { return Account::Senseless };
        return Account::Told(json!({
            "event": format!("workflow.{status}"),
            "execution": execution,
            "output": answer["output"],
            "error": answer["error"],
        }));
    }
    let (told_id, status) = (text(&answer["id"]), text(&answer["status"]));
    match (told_id, status.as_deref()) {
        (Some(_), Some(_)) => Account::Told(answer.clone()),
        (None, Some("success" | "processing")) => {
            let mut named = answer.clone();
            named["id"] = json!(id);
            Account::Told(named)
        }
        // Without an id, `failed` and `error` may be about the question and not about the job.
        (None, _) | (_, None) => Account::Senseless,
    }
}
