//! `landfall refused list`.

use std::time::Duration;

use clap::Args;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;
use platform::clock;
use serde::Serialize;

use crate::context::Context;
use crate::error::Result;
use crate::filter_options::source_name;
use crate::moment::instant;
use crate::output::Row;
use crate::refused::group::{Group, groups};
use crate::refused::refused_id::{cause, id_text};
use crate::services::Services;
use crate::source_store::SourceStore;

const SINCE: Duration = Duration::from_secs(6 * 60 * 60);

/// The options of `landfall refused list`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// What this source refused; several times for several, without it all
    #[arg(long = "source", value_name = "NAME", value_parser = source_name)]
    sources: Vec<SourceName>,
    /// What was refused for this reason, such as signature_wrong
    #[arg(long, value_name = "REASON", value_parser = cause)]
    cause: Option<Refusal>,
    /// From then on: RFC 3339, or how long ago (90s, 15m, 2h, 7d); without it the last 6 hours
    #[arg(long, value_name = "TIME", value_parser = instant)]
    since: Option<Timestamp>,
    /// Each delivery in a line of its own
    #[arg(long)]
    each: bool,
}

/// What a source refused for one reason.
#[derive(Serialize)]
struct GroupRow {
    source: String,
    refusal: &'static str,
    stored: usize,
    first_at: String,
    latest_at: String,
    latest: String,
    last_genuine_at: Option<String>,
    secret_changed_at: Option<String>,
}

impl Row for GroupRow {
    const COLUMNS: &'static [&'static str] =
        &["source", "refusal", "stored", "first_at", "latest", "last_genuine_at", "secret_changed_at"];
}

/// One refused delivery.
#[derive(Serialize)]
struct RefusedRow {
    id: String,
    received_at: String,
    refusal: &'static str,
    body_bytes: usize,
    request_id: String,
    released_at: Option<String>,
}

impl Row for RefusedRow {
    const COLUMNS: &'static [&'static str] = &["id", "received_at", "refusal", "body_bytes", "released_at"];
}

/// Lists what was refused.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let services = Services::of(&context.session).await?;
    let since = arguments.since.unwrap_or(clock::now() - SINCE);
    let is_wanted = |name: &SourceName| arguments.sources.is_empty() || arguments.sources.contains(name);
    let found = services.refused()?.stored(is_wanted, arguments.cause, since).await?;
    if arguments.each {
        let rows: Vec<RefusedRow> = found
            .into_iter()
            .map(|(place, refused)| RefusedRow {
                id: id_text(&place),
                received_at: refused.received_at.to_string(),
                refusal: refused.refusal.as_str(),
                body_bytes: refused.body_bytes,
                request_id: refused.request_id,
                released_at: refused.released_at.map(|at| at.to_string()),
            })
            .collect();
        return context.output.rows(&rows);
    }
    let listed = if found.is_empty() { Vec::new() } else { SourceStore::of(&context.session).await?.list().await? };
    let row = |group: Group| GroupRow {
        source: group.source.to_string(),
        refusal: group.refusal.as_str(),
        stored: group.count(),
        first_at: group.first_at().to_string(),
        latest_at: group.latest_at().to_string(),
        latest: id_text(&group.latest.0),
        last_genuine_at: group.last_genuine.map(|at| at.to_string()),
        secret_changed_at: listed
            .iter()
            .find(|listed| listed.name == group.source)
            .and_then(|listed| listed.changed_at)
            .map(|at| at.to_string()),
    };
    let rows: Vec<GroupRow> = groups(found, &services.ledger()?).await?.into_iter().map(row).collect();
    context.output.rows(&rows)
}
