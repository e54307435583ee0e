//! `landfall refused show`.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::context::Context;
use crate::error::Result;
use crate::output::Row;
use crate::refused::refused_id::{RefusedId, id_text};
use crate::refused::stored_delivery::StoredDelivery;
use crate::services::Services;

/// What is stored of a refused delivery.
#[derive(Serialize)]
struct Details {
    id: String,
    source: String,
    received_at: String,
    refusal: &'static str,
    request_id: String,
    url_token_sha256: Option<String>,
    header_token_sha256: Option<String>,
    /// Of those that are stored the names alone: one of them is the signature.
    stored_headers: Vec<String>,
    header_names: BTreeSet<String>,
    body_bytes: usize,
    body_sha256: String,
    /// As text; what is no text is shown as far as it is.
    body: Option<String>,
    released_at: Option<String>,
}

impl Row for Details {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "received_at",
        "refusal",
        "request_id",
        "url_token_sha256",
        "header_token_sha256",
        "stored_headers",
        "header_names",
        "body_bytes",
        "body_sha256",
        "body",
        "released_at",
    ];
}

/// Shows a stored delivery.
pub(super) async fn run(id: &RefusedId, context: &Context) -> Result<()> {
    let table = Services::of(&context.session).await?.refused()?;
    let StoredDelivery { refused, content, body, .. } = StoredDelivery::named(id, &table).await?;
    context.output.item(&Details {
        id: id_text(&id.place),
        source: refused.source.to_string(),
        received_at: refused.received_at.to_string(),
        refusal: refused.refusal.as_str(),
        request_id: refused.request_id,
        url_token_sha256: refused.presented.url.map(|digest| digest.to_string()),
        header_token_sha256: refused.presented.header.map(|digest| digest.to_string()),
        stored_headers: content.headers.into_keys().collect(),
        header_names: content.header_names,
        body_bytes: refused.body_bytes,
        body_sha256: refused.body_sha256.to_string(),
        body: body.map(|body| String::from_utf8_lossy(&body).into_owned()),
        released_at: refused.released_at.map(|at| at.to_string()),
    })
}
