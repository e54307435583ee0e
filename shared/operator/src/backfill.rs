//! Listing what was recorded before there was a listing.

use domain::ledger::backfill::backfill;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use platform::ledger::{Ledger, WriteOutcome};
use platform::service_error::ServiceError;

/// How many parts of the table are read side by side.
const SEGMENTS: u32 = 8;
/// In each of them, so many records are written side by side.
const WRITES_AT_ONCE: usize = 16;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackfillReport {
    /// How many items were read.
    pub read: u64,
    /// How many records are listed now that were not.
    pub written: u64,
}

/// Lists all records that are not listed. It can be stopped at any time and begun again: what is listed stays so.
///
/// # Errors
/// If the ledger could not be reached or refused.
pub async fn run(ledger: &Ledger) -> Result<BackfillReport, ServiceError> {
    let parts = (0..SEGMENTS).map(|segment| segment_of(ledger, segment));
    let parts: Vec<BackfillReport> = stream::iter(parts).buffer_unordered(SEGMENTS as usize).try_collect().await?;
    Ok(parts.iter().fold(BackfillReport::default(), |sum, part| BackfillReport {
        read: sum.read + part.read,
        written: sum.written + part.written,
    }))
}

async fn segment_of(ledger: &Ledger, segment: u32) -> Result<BackfillReport, ServiceError> {
    let (mut report, mut start) = (BackfillReport::default(), None);
    loop {
        let page = ledger.scan(segment, SEGMENTS, start.as_ref()).await?;
        report.read += page.items.len() as u64;
        let writes = page.items.iter().filter_map(backfill);
        let written: Vec<bool> = stream::iter(writes)
            .map(|write| async move {
                let outcome = ledger.write("dynamodb:UpdateItem (backfill)", &write).await?;
                Ok::<_, ServiceError>(matches!(outcome, WriteOutcome::Written(_)))
            })
            .buffer_unordered(WRITES_AT_ONCE)
            .try_collect()
            .await?;
        report.written += written.into_iter().filter(|written| *written).count() as u64;
        match page.next {
            Some(next) => start = Some(next),
            None => return Ok(report),
        }
    }
}
