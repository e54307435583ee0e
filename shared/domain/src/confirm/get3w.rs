//! Get3W's APIs: predictions of the older one, requests of the newer one. Both give the object of the webhook.

use serde_json::Value;

use super::{Account, ApiRequest};
use crate::details::fields::text;
use crate::source::ApiAccess;

const ORIGIN: &str = "https://api.get3w.com";

pub(super) fn request(id: &str, access: &ApiAccess) -> Option<ApiRequest> {
    // The older API names its predictions `pred_...`, the newer one its requests by UUIDs.
    let segments: &[&str] = if is_uuid(id) { &["v1", "requests", id] } else { &["api", "v3", "predictions", id] };
    let request = ApiRequest::get(access, ORIGIN, segments)?;
    Some(request.with("authorization", format!("Bearer {}", access.key.reveal())))
}

pub(super) fn account(answer: &Value) -> Account {
    let prediction = if answer["data"].is_object() { &answer["data"] } else { answer };
    match (answer["code"].as_u64(), text(&prediction["status"])) {
        (Some(404), _) => Account::Unknown,
        (_, Some(_)) => Account::Told(prediction.clone()),
        (_, None) => Account::Senseless,
    }
}

fn is_uuid(id: &str) -> bool {
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
