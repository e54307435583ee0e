//! What was refused, of sources with `quarantine`.

use domain::refused::RefusedDelivery;
use domain::refused::places::Place;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use platform::refused::RefusedDeliveries;
use platform::service_error::ServiceError;

/// How many minutes are read side by side.
const MINUTES_AT_ONCE: usize = 64;
const MINUTE_MILLIS: i64 = 60_000;

/// The deliveries that `source` refused from `since` until `until`, the oldest first. Each minute is a query of its own, of
/// half a read unit if nothing was refused in it.
///
/// # Errors
/// If the table could not be reached or refused.
pub async fn list(
    table: &RefusedDeliveries,
    source: &SourceName,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<(Place, RefusedDelivery)>, ServiceError> {
    let first = since.as_millis().div_euclid(MINUTE_MILLIS);
    let last = until.as_millis().div_euclid(MINUTE_MILLIS);
    let minutes = (first..=last).map(|minute| Timestamp::from_millis(minute * MINUTE_MILLIS));
    let read = stream::iter(minutes.map(|minute| table.of_minute(source, minute)));
    let pages: Vec<_> = read.buffered(MINUTES_AT_ONCE).try_collect().await?;
    let mut found: Vec<_> = pages.into_iter().flatten().collect();
    found.retain(|(_, refused)| (since..=until).contains(&refused.received_at));
    found.sort_by_key(|(place, refused)| (refused.received_at, place.k));
    Ok(found)
}
