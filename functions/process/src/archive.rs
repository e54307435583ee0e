//! Copying an event's assets into the bucket, before the sender's links expire.

use domain::archive::{ASSETS_AT_ONCE, CopyOutcome, PART_BYTES, conclude, key};
use domain::content::asset::Asset;
use domain::content::canonical::Canonical;
use domain::content::details::Details;
use domain::download::hosts::Hosts;
use domain::event::Event;
use domain::event::event_type::Status;
use domain::provider::compiled_provider::CompiledProvider;
use domain::source::Options;
use futures_util::stream::{self, StreamExt as _};
use platform::assets::StoreError;
use platform::download::DownloadRequest;
use tokio::time::timeout;

use crate::attempt::Attempt;
use crate::deadline::OutOfTime;
use crate::stop::Stop;

/// Copies the outputs of a job that ended well, if the source asks for it. What stands already is left alone, so a round
/// that dies half-way costs only the rest.
pub(crate) async fn archive(
    attempt: Attempt<'_>,
    event: &Event,
    sender: &CompiledProvider,
    canonical: Canonical,
    options: &Options,
) -> Result<Canonical, Stop> {
    if !options.archive || canonical.status() != Some(Status::Completed) {
        return Ok(canonical);
    }
    let Canonical { head, details, is_json } = canonical;
    let copies = details.assets.into_iter().enumerate().map(async |(number, asset)| {
        let key = key(event, number, &asset.url);
        // Not all senders and not all stores end in time; settling must always follow.
        let copied = timeout(attempt.deadline.for_copying(), copy(attempt, sender, &key, &asset, options)).await;
        (asset, copied.unwrap_or_else(|_| CopyOutcome::Postponed(OutOfTime.to_string())))
    });
    // A few at a time, so that an event with many assets cannot take all memory from its neighbours in the batch.
    let outcomes = stream::iter(copies).buffered(ASSETS_AT_ONCE).collect().await;
    let assets = conclude(outcomes, attempt.number)?;
    Ok(Canonical { head, details: Details { assets, ..details }, is_json })
}

/// Copies one asset, once there is memory for a part of it.
async fn copy(
    attempt: Attempt<'_>,
    sender: &CompiledProvider,
    key: &str,
    asset: &Asset,
    options: &Options,
) -> CopyOutcome {
    let (assets, downloads) = (&attempt.clients.assets, &attempt.clients.downloads);
    let _part = attempt.clients.memory.take(PART_BYTES).await;
    let within = match attempt.deadline.for_download() {
        Ok(within) => within,
        Err(out_of_time) => return CopyOutcome::Postponed(out_of_time.to_string()),
    };
    match assets.find(key).await {
        Ok(Some(archived)) => return CopyOutcome::Existing(archived),
        Ok(None) => {}
        Err(error) => return CopyOutcome::Postponed(error.to_string()),
    }
    let named_as = asset.media_type.as_deref();
    let hosts = Hosts::of(sender, &options.asset_hosts);
    let request = DownloadRequest { url: &asset.url, hosts, named_as, max_bytes: options.max_asset_bytes, within };
    let download = match downloads.open(&request).await {
        Ok(download) => download,
        Err(error) => return CopyOutcome::NotFetched(error),
    };
    match assets.store(key, named_as, download).await {
        Ok(Some(archived)) => CopyOutcome::Copied(archived),
        // Another processor was faster, as happens when a lease lapses under a slow one.
        Ok(None) => match assets.find(key).await {
            Ok(Some(archived)) => CopyOutcome::Existing(archived),
            Ok(None) => CopyOutcome::Postponed("a copy was there and is gone".to_owned()),
            Err(error) => CopyOutcome::Postponed(error.to_string()),
        },
        Err(StoreError::Fetch(error)) => CopyOutcome::NotFetched(error),
        Err(StoreError::Service(error)) => CopyOutcome::Postponed(error.to_string()),
    }
}
