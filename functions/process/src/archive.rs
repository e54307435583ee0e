//! Copying an event's assets into the bucket, before the sender's links expire.

use domain::archive::{ASSETS_AT_ONCE, DOWNLOAD_RESERVE, Outcome, conclude, key};
use domain::asset::Asset;
use domain::canonical::Canonical;
use domain::compiled_provider::CompiledProvider;
use domain::details::Details;
use domain::download::hosts::Hosts;
use domain::event::Event;
use domain::event_type::Status;
use domain::ledger::settle::Work;
use domain::source::Options;
use domain::time::Timestamp;
use futures_util::stream::{self, StreamExt as _};
use platform::assets::NotStored;
use platform::clock;
use platform::download::Wanted;
use tokio::time::timeout;

use crate::desk::Desk;
use crate::settings::CUT_RESERVE;

/// What is told of an asset for which this round was too short.
const NO_TIME: &str = "too little of the function's time was left";

/// Copies the outputs of a job that ended well, if the source asks for it. What stands already is left alone, so a round
/// that dies half-way costs only the rest.
pub(crate) async fn archive(
    desk: &Desk,
    event: &Event,
    sender: &CompiledProvider,
    attempts: u32,
    canonical: Canonical,
    options: &Options,
    deadline: Timestamp,
) -> Result<Canonical, Work> {
    if !options.archive || canonical.status() != Some(Status::Completed) {
        return Ok(canonical);
    }
    let Canonical { head, details, is_json } = canonical;
    let copies = details.assets.into_iter().enumerate().map(async |(number, asset)| {
        let key = key(event, number, &asset.url);
        // Not all senders and not all stores end in time; settling must always follow.
        let cut_off = clock::now().until(deadline - CUT_RESERVE);
        let outcome = timeout(cut_off, copy(desk, sender, &key, &asset, options, deadline)).await;
        (asset, outcome.unwrap_or_else(|_| Outcome::Later(NO_TIME.to_owned())))
    });
    // A few at a time, so that an event with many assets cannot take all turns from its neighbours in the batch.
    let outcomes = stream::iter(copies).buffered(ASSETS_AT_ONCE).collect().await;
    let assets = conclude(outcomes, attempts)?;
    Ok(Canonical { head, details: Details { assets, ..details }, is_json })
}

/// Copies one asset, when its turn has come: those of all events share the instance's memory.
async fn copy(
    desk: &Desk,
    sender: &CompiledProvider,
    key: &str,
    asset: &Asset,
    options: &Options,
    deadline: Timestamp,
) -> Outcome {
    let Ok(_turn) = desk.asset_turns.acquire().await else {
        return Outcome::Later("nobody gives out turns any more".to_owned());
    };
    let within = clock::now().until(deadline - DOWNLOAD_RESERVE);
    if within.is_zero() {
        return Outcome::Later(NO_TIME.to_owned());
    }
    match desk.assets.standing(key).await {
        Ok(Some(archived)) => return Outcome::Stood(archived),
        Ok(None) => {}
        Err(trouble) => return Outcome::Later(trouble.to_string()),
    }
    let named_as = asset.media_type.as_deref();
    let hosts = Hosts::of(sender, &options.asset_hosts);
    let wanted = Wanted { url: &asset.url, hosts, named_as, max_bytes: options.max_asset_bytes, within };
    let download = match desk.downloads.open(&wanted).await {
        Ok(download) => download,
        Err(failure) => return Outcome::Failed(failure),
    };
    match desk.assets.store(key, named_as, download).await {
        Ok(Some(archived)) => Outcome::Copied(archived),
        // Another processor was faster, as happens when a lease lapses under a slow one.
        Ok(None) => match desk.assets.standing(key).await {
            Ok(Some(archived)) => Outcome::Stood(archived),
            Ok(None) => Outcome::Later("a copy stood there and is gone".to_owned()),
            Err(trouble) => Outcome::Later(trouble.to_string()),
        },
        Err(NotStored::Failed(failure)) => Outcome::Failed(failure),
        Err(NotStored::ServiceError(trouble)) => Outcome::Later(trouble.to_string()),
    }
}
