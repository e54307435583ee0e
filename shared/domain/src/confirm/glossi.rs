//! Glossi's API: `POST /api/v1/models/status` tells how models stand. For jobs, renders and projects none is documented.

use serde_json::{Value, json};

use super::{Account, ApiRequest};
use crate::event_type::Thing;
use crate::source::ApiAccess;

const ORIGIN: &str = "https://api.glossi.app";

pub(super) fn request(thing: Thing, id: &str, access: &ApiAccess) -> Option<ApiRequest> {
    if thing != Thing::Model {
        return None;
    }
    let body = json!({ "modelIds": [id] });
    Some(
        ApiRequest::post(access, ORIGIN, &["api", "v1", "models", "status"], &body)?.with_key("x-api-key", &access.key),
    )
}

pub(super) fn account(id: &str, answer: &Value) -> Account {
    let all = |name: &str| answer[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(model) = all("models").iter().find(|model| model["modelId"] == id) else {
        return if all("notFound").iter().any(|unknown| unknown == id) { Account::Unknown } else { Account::Senseless };
    };
    let event = match model["status"].as_str() {
        Some("READY") => "model.processed",
        Some("FAILED") => "model.failed",
        _ => "model.processing",
    };
    Account::Told(json!({ "event": event, "data": model }))
}
