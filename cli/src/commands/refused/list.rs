//! `landfall refused list`.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use clap::Args;
use domain::receive::refused::RefusedDelivery;
use domain::receive::refused::places::Place;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use platform::clock;
use serde::Serialize;

use super::refused_id::id_text;
use crate::context::Context;
use crate::error::Result;
use crate::filter_options::source_name;
use crate::moment::instant;
use crate::output::Row;
use crate::services::Services;
use crate::source_store::SourceStore;

const SINCE: Duration = Duration::from_secs(6 * 60 * 60);

/// The options of `landfall refused list`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// What this source refused; several times for several, without it all
    #[arg(long = "source", value_name = "NAME", value_parser = source_name)]
    sources: Vec<SourceName>,
    /// From then on: RFC 3339, or how long ago (90s, 15m, 2h, 7d); without it the last 6 hours
    #[arg(long, value_name = "TIME", value_parser = instant)]
    since: Option<Timestamp>,
    /// Each delivery in a line of its own
    #[arg(long)]
    each: bool,
}

/// What a source refused for one reason.
#[derive(Serialize)]
struct Group {
    source: String,
    refusal: &'static str,
    stored: usize,
    first_at: String,
    latest_at: String,
    latest: String,
    last_genuine_at: Option<String>,
    secret_changed_at: Option<String>,
}

impl Row for Group {
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
    let (table, ledger) = (services.refused()?, services.ledger()?);
    let now = clock::now();
    let since = arguments.since.unwrap_or(now - SINCE);
    let sources = match arguments.sources.as_slice() {
        [] => ledger.source_directory().await?.map(|directory| directory.names()).unwrap_or_default(),
        named => named.to_vec(),
    };
    let mut found = Vec::new();
    for source in &sources {
        found.extend(table.between(source, since, now).await?);
    }
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
    let mut groups: BTreeMap<(&str, &str), Vec<&(Place, RefusedDelivery)>> = BTreeMap::new();
    let mut last_genuine = HashMap::new();
    for stored in &found {
        let RefusedDelivery { source, refusal, .. } = &stored.1;
        if !last_genuine.contains_key(source) {
            last_genuine.insert(source, ledger.newest_arrival(source).await?);
        }
        groups.entry((source.as_str(), refusal.as_str())).or_default().push(stored);
    }
    let mut rows = Vec::new();
    for stored in groups.values() {
        let [(_, first), ..] = stored[..] else { continue };
        let (latest_place, latest) = stored[stored.len() - 1];
        let listed = listed.iter().find(|listed| listed.name == first.source);
        rows.push(Group {
            source: first.source.to_string(),
            refusal: first.refusal.as_str(),
            stored: stored.len(),
            first_at: first.received_at.to_string(),
            latest_at: latest.received_at.to_string(),
            latest: id_text(latest_place),
            last_genuine_at: last_genuine[&first.source].map(|at| at.to_string()),
            secret_changed_at: listed.and_then(|listed| listed.changed_at.clone()),
        });
    }
    context.output.rows(&rows)
}
