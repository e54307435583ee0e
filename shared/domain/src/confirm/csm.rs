//! CSM's API: `GET /v3/sessions/{id}` gives the session, as the webhook has it in `session_data`.

use serde_json::{Value, json};

use super::{Account, ApiRequest};
use crate::details::fields::text;
use crate::source::ApiAccess;

const ORIGIN: &str = "https://api.csm.ai";

/// The older webhooks tell of steps within a session, of which this API says nothing.
pub(super) fn request(id: &str, body: &Value, access: &ApiAccess) -> Option<ApiRequest> {
    if body["type"] != "session_status_changed" {
        return None;
    }
    Some(ApiRequest::get(access, ORIGIN, &["v3", "sessions", id])?.with_key("x-api-key", &access.key))
}

pub(super) fn account(id: &str, session: &Value) -> Account {
    if text(&session["status"]).is_none() {
        return Account::Senseless;
    }
    Account::Told(json!({
        "type": "session_status_changed",
        "payload": {
            "session_id": text(&session["_id"]).unwrap_or_else(|| id.to_owned()),
            "session_type": session["type"],
            "new_status": session["status"],
            "timestamp": session["updated_at"],
            "session_data": session,
        },
    }))
}
