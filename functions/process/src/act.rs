//! What is done with a claimed event, step by step. Each step can be repeated without harm.
//!
//! ```text
//! body ──► Canonical ── confirm ── archive ──► Published ──► topic
//! ```
//!
//! The steps in between do what the source's options ask for: each takes the [`Canonical`] by value and gives it back
//! changed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::asset::Asset;
use domain::canonical::Canonical;
use domain::digest::Digest;
use domain::event::{Event, VerifiedBy};
use domain::event_type::EventType;
use domain::ledger::record::{BodyRef, Record, StoredBody};
use domain::ledger::settle::Work;
use domain::message::MessageBody;
use domain::provider::Provider;
use domain::published::{Carriage, PUBLISHED_MAX_BYTES, Published, assets_object, publish};
use domain::time::Timestamp;
use platform::clock;
use platform::service_error::ServiceError;

use crate::archive::archive;
use crate::confirm::{Told, confirm};
use crate::desk::{Desk, as_work};
use crate::settings::STEP_RESERVE;

/// What is told of an event whose sender was described by an operator who has taken the description back.
const UNDESCRIBED: &str = "the source's secret describes its sender no more: put its `scheme` back";

/// What is told of an event that the operator's old description and the new one take for different things.
const READ_OTHERWISE: &str =
    "ingest has read it by another description of its sender, which must have changed: the source is read anew";

/// What was done.
#[derive(Debug)]
pub(crate) struct Acted {
    /// The type under which the event was published.
    pub(crate) event_type: EventType,
    /// The id that SNS gave the message.
    pub(crate) message_id: String,
    /// How the event was known by then.
    pub(crate) verified_by: VerifiedBy,
    /// What became of the event's assets, if they were to be archived.
    pub(crate) assets: AssetCounts,
}

/// How many assets were archived, their bytes, and how many were not for which reason.
#[derive(Debug, Default)]
pub(crate) struct AssetCounts {
    pub(crate) archived: usize,
    pub(crate) archived_bytes: u64,
    pub(crate) not_archived: BTreeMap<&'static str, usize>,
}

impl AssetCounts {
    fn of(assets: &[Asset]) -> AssetCounts {
        let mut counts = AssetCounts::default();
        for asset in assets {
            if let Some(archived) = &asset.archived {
                counts.archived += 1;
                counts.archived_bytes += archived.size;
            }
            if let Some(reason) = asset.not_archived {
                *counts.not_archived.entry(reason.as_str()).or_default() += 1;
            }
        }
        counts
    }
}

impl Acted {
    /// What is kept of it in the record: what `recorded` does not say already.
    pub(crate) fn outcome(&self, recorded: &Event) -> Vec<(&'static str, String)> {
        let type_if_other = (self.event_type != recorded.event_type).then(|| ("type", self.event_type.to_string()));
        let proof_if_other =
            (self.verified_by != recorded.verified_by).then(|| ("verified_by", self.verified_by.to_string()));
        type_if_other.into_iter().chain(proof_if_other).collect()
    }
}

/// Does everything that is to be done with the event of `record`; or says why not, and whether trying again may help.
pub(crate) async fn act(desk: &Desk, record: Record, sent: MessageBody, deadline: Timestamp) -> Result<Acted, Work> {
    let Record { event, body: stored, lifecycle } = record;
    enough_time_for_a_step(deadline)?;
    let body = fetch(desk, &event, &stored, sent).await.map_err(|trouble| as_work(&trouble))?;
    enough_time_for_a_step(deadline)?;
    let wanted = desk.options.of(&event.source, clock::now()).await.map_err(|reason| Work::Retryable { reason })?;
    let sender = wanted.sender(event.provider).ok_or_else(|| Work::Retryable { reason: UNDESCRIBED.to_owned() })?;
    let options = &wanted.options;
    let canonical = Canonical::of(sender, &event.headers, &body);
    // What is remembered of the source may be older than what ingest knew. Once it has been read anew, it counts.
    let may_be_outdated = event.provider == Provider::Custom && lifecycle.attempts == 1;
    if may_be_outdated && canonical.head.event_type != event.event_type {
        desk.options.doubt(&event.source);
        return Err(Work::Retryable { reason: READ_OTHERWISE.to_owned() });
    }
    let told = Told { event, canonical, raw: body };
    let Told { event, canonical, raw } = confirm(desk, told, sender, options, lifecycle.attempts, deadline).await?;
    // What anybody could have planted is not fetched.
    let is_believed = event.verified_by != VerifiedBy::Token || options.confirm.is_none();
    let canonical = if is_believed {
        archive(desk, &event, sender, lifecycle.attempts, canonical, options, deadline).await?
    } else {
        canonical
    };
    let published = fit(desk, &event, &canonical, &raw, &stored, deadline).await?;
    enough_time_for_a_step(deadline)?;
    let message_id = desk.topic.publish(published).await.map_err(|trouble| as_work(&trouble))?;
    let assets = AssetCounts::of(&canonical.details.assets);
    Ok(Acted { event_type: canonical.head.event_type, message_id, verified_by: event.verified_by, assets })
}

/// A step that the function's end would cut off is better not begun.
pub(crate) fn enough_time_for_a_step(deadline: Timestamp) -> Result<(), Work> {
    if clock::now() + STEP_RESERVE <= deadline {
        Ok(())
    } else {
        Err(Work::Retryable { reason: "too little of the function's time was left".to_owned() })
    }
}

/// The body's bytes: from the record, or from the message if it brought the same, or from the bucket.
async fn fetch<'a>(
    desk: &Desk,
    event: &Event,
    stored: &'a StoredBody,
    sent: MessageBody,
) -> Result<Cow<'a, [u8]>, ServiceError> {
    match (stored, sent) {
        (StoredBody::Inline(bytes), _) => Ok(Cow::Borrowed(bytes)),
        (StoredBody::Referenced(_), MessageBody::Here(bytes)) if Digest::of(&bytes) == event.body_sha256 => {
            Ok(Cow::Owned(bytes))
        }
        (StoredBody::Referenced(reference), _) => {
            let derived = BodyRef::of(desk.bodies.bucket(), event, reference.size);
            desk.bodies.get(&derived, event.body_sha256).await.map(Cow::Owned)
        }
    }
}

/// Writes the event so that SNS takes it: what is too large for the message goes into the bucket.
async fn fit(
    desk: &Desk,
    event: &Event,
    canonical: &Canonical,
    raw: &[u8],
    stored: &StoredBody,
    deadline: Timestamp,
) -> Result<Published, Work> {
    // A text that alone is too large need not be written out to learn so.
    if raw.len() <= PUBLISHED_MAX_BYTES {
        let whole = publish(event, canonical, raw, Carriage::Whole);
        if whole.fits() {
            return Ok(whole);
        }
    }
    let sha256 = Digest::of(raw);
    let raw_ref = match stored {
        StoredBody::Referenced(reference) if sha256 == event.body_sha256 => reference.clone(),
        StoredBody::Referenced(_) | StoredBody::Inline(_) => {
            let reference = BodyRef::new(desk.bodies.bucket(), &event.id, sha256, raw.len() as u64);
            enough_time_for_a_step(deadline)?;
            desk.bodies.put(&reference, raw).await.map_err(|trouble| as_work(&trouble))?;
            reference
        }
    };
    let without_body = publish(event, canonical, raw, Carriage::BodyByReference(&raw_ref));
    if without_body.fits() {
        return Ok(without_body);
    }
    let (assets, assets_ref) = assets_object(event, canonical, desk.bodies.bucket());
    enough_time_for_a_step(deadline)?;
    desk.bodies.put(&assets_ref, &assets).await.map_err(|trouble| as_work(&trouble))?;
    Ok(publish(event, canonical, raw, Carriage::AllByReference { body: &raw_ref, assets: &assets_ref }))
}
