//! Publishing an event, and what came of it.

use std::collections::BTreeMap;

use domain::content::asset::Asset;
use domain::content::details::Details;
use domain::digest::Digest;
use domain::event::event_type::EventType;
use domain::event::{Event, VerifiedBy};
use domain::ledger::record::{BodyRef, StoredBody};
use domain::published::{self, PUBLISHED_MAX_BYTES, PayloadPlacement, PublishedEvent, assets_object};

use crate::attempt::{Attempt, EventContent};
use crate::stop::Stop;

/// What came of publishing an event.
#[derive(Debug)]
pub(crate) struct PublishResult {
    /// The type under which the event was published.
    pub(crate) event_type: EventType,
    /// The id that SNS gave the message.
    pub(crate) message_id: String,
    /// How the event was known by then.
    pub(crate) verified_by: VerifiedBy,
    /// What became of the event's assets.
    pub(crate) assets: AssetCounts,
}

/// How many assets were archived, their bytes, how many were not for which reason, and how many URLs were left out.
#[derive(Debug, Default)]
pub(crate) struct AssetCounts {
    pub(crate) archived: usize,
    pub(crate) archived_bytes: u64,
    pub(crate) not_archived: BTreeMap<&'static str, usize>,
    pub(crate) omitted: usize,
}

impl AssetCounts {
    fn of(details: &Details) -> AssetCounts {
        let mut counts = AssetCounts { omitted: details.assets_omitted, ..AssetCounts::default() };
        for Asset { archived, not_archived, .. } in &details.assets {
            if let Some(archived) = archived {
                counts.archived += 1;
                counts.archived_bytes += archived.size;
            }
            if let Some(reason) = not_archived {
                *counts.not_archived.entry(reason.as_str()).or_default() += 1;
            }
        }
        counts
    }
}

impl PublishResult {
    /// What is written of it into the record: what `recorded` does not say already.
    pub(crate) fn outcome(&self, recorded: &Event) -> Vec<(&'static str, String)> {
        let type_if_other = (self.event_type != recorded.event_type).then(|| ("type", self.event_type.to_string()));
        let proof_if_other =
            (self.verified_by != recorded.verified_by).then(|| ("verified_by", self.verified_by.to_string()));
        let omitted = (self.assets.omitted > 0).then(|| ("assets_omitted", self.assets.omitted.to_string()));
        [type_if_other, proof_if_other, omitted].into_iter().flatten().collect()
    }
}

/// Publishes an event.
pub(crate) async fn publish(attempt: Attempt<'_>, content: &EventContent<'_>) -> Result<PublishResult, Stop> {
    let published = fit(attempt, content).await?;
    attempt.deadline.check()?;
    let EventContent { event, canonical, .. } = content;
    Ok(PublishResult {
        event_type: canonical.head.event_type,
        message_id: attempt.place.publish(published).await?,
        verified_by: event.verified_by,
        assets: AssetCounts::of(&canonical.details),
    })
}

/// Writes the event so that SNS takes it: what is too large for the message goes into the bucket.
async fn fit(attempt: Attempt<'_>, content: &EventContent<'_>) -> Result<PublishedEvent, Stop> {
    let EventContent { event, canonical, raw } = content;
    let (bodies, raw): (_, &[u8]) = (&attempt.clients.bodies, raw);
    // A text that alone is too large need not be written out to learn so.
    if raw.len() <= PUBLISHED_MAX_BYTES {
        let whole = published::publish(event, canonical, raw, PayloadPlacement::Whole);
        if whole.fits() {
            return Ok(whole);
        }
    }
    let sha256 = Digest::of(raw);
    let raw_ref = match attempt.stored {
        StoredBody::Referenced(reference) if sha256 == event.body_sha256 => reference.clone(),
        StoredBody::Referenced(_) | StoredBody::Inline(_) => {
            let reference = BodyRef::new(bodies.bucket(), &event.id, sha256, raw.len() as u64);
            put(attempt, &reference, raw).await?;
            reference
        }
    };
    let without_body = published::publish(event, canonical, raw, PayloadPlacement::BodyByReference(&raw_ref));
    if without_body.fits() {
        return Ok(without_body);
    }
    let (assets, assets_ref) = assets_object(event, canonical, bodies.bucket());
    put(attempt, &assets_ref, &assets).await?;
    Ok(published::publish(
        event,
        canonical,
        raw,
        PayloadPlacement::AllByReference { body: &raw_ref, assets: &assets_ref },
    ))
}

async fn put(attempt: Attempt<'_>, target: &BodyRef, bytes: &[u8]) -> Result<(), Stop> {
    // The request has a copy of its own.
    let _copy = attempt.clients.memory.take(bytes.len()).await;
    attempt.deadline.check()?;
    Ok(attempt.clients.bodies.put(target, bytes).await?)
}
