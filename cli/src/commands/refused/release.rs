//! `landfall refused release`.

use clap::Args;
use domain::receive::refused::release::ReleaseRefusal;
use domain::source::Source;
use domain::verify::LateTime;
use operator::release::ReleasedEvent;
use platform::clock;
use serde::Serialize;

use super::explain::published_keys;
use super::refused_id::{RefusedId, id_text, refused_id};
use super::show::{self, StoredDelivery};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::Row;
use crate::services::Services;
use crate::source_store::SourceStore;

/// The options of `landfall refused release`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The deliveries, as `landfall refused list --each` names them: {source}/{minute}/{number}
    #[arg(value_name = "DELIVERY", value_parser = refused_id, required = true)]
    ids: Vec<RefusedId>,
    /// Allow a signed time that was too long ago on arrival, if nothing else is wrong
    #[arg(long)]
    waive_time: bool,
}

/// An event of a released delivery; or why the delivery is not released.
#[derive(Serialize)]
struct ReleaseRow {
    id: String,
    outcome: &'static str,
    event_id: Option<String>,
    reason: Option<String>,
}

impl Row for ReleaseRow {
    const COLUMNS: &'static [&'static str] = &["id", "outcome", "event_id", "reason"];
}

/// Releases deliveries, one after the other.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let late = if arguments.waive_time { LateTime::Allowed } else { LateTime::Refused };
    let services = Services::of(&context.session).await?;
    let store = SourceStore::of(&context.session).await?;
    let mut unreleased = 0;
    for id in &arguments.ids {
        let row = |outcome, event_id, reason| ReleaseRow { id: id_text(&id.place), outcome, event_id, reason };
        match release(id, late, &services, &store, context).await? {
            Ok(events) => {
                for ReleasedEvent { id, is_duplicate } in events {
                    let outcome = if is_duplicate { "duplicate" } else { "released" };
                    context.output.line(&row(outcome, Some(id.to_string()), None))?;
                }
            }
            // Somebody who releases a whole list a second time has nothing to do.
            Err(refusal @ ReleaseRefusal::Released(_)) => {
                context.output.line(&row("duplicate", None, Some(refusal.to_string())))?;
            }
            Err(refusal) => {
                unreleased += 1;
                context.output.line(&row("refused", None, Some(refusal.to_string())))?;
            }
        }
    }
    match unreleased {
        0 => Ok(()),
        some => Err(Error::Failed(format!("{some} of {} deliveries are not released.", arguments.ids.len()))),
    }
}

/// Verifies a delivery, records and sends its events, and then notes that it is released.
async fn release(
    id: &RefusedId,
    late: LateTime,
    services: &Services<'_>,
    store: &SourceStore,
    context: &Context,
) -> Result<std::result::Result<Vec<ReleasedEvent>, ReleaseRefusal>> {
    let StoredDelivery { refused, content, body } = show::read(id, services).await?;
    let secret = store.existing(&id.source).await?;
    let source = Source::parse(id.source.clone(), &secret)
        .map_err(|error| Error::Conflict(format!("the source's secret: {error}")))?;
    let published = published_keys(&id.source, &secret, context).await;
    let now = clock::now();
    let release = match refused.release(&source, &content, body.as_deref(), &published, (late, now)) {
        Ok(release) => release,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if release.may_be_forgotten {
        let question = format!(
            "{} was made more than 30 days ago. If it was accepted then, Landfall has forgotten it, and releasing it makes an event once more. Release it?",
            id_text(&id.place)
        );
        context.prompt.agree(&question)?;
    }
    let releases = services.releases()?;
    let mut events = Vec::new();
    for event in release.events {
        events.push(releases.release(event).await?);
    }
    services.refused()?.mark_released(&id.place, now).await?;
    Ok(Ok(events))
}
