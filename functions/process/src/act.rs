//! What is done with a claimed event, step by step. Each step can be repeated without harm.
//!
//! ```text
//! body ──► Canonical ── confirm ── archive ──► Published ──► topic
//! ```
//!
//! The steps in between do what the source's options ask for: each takes the [`Canonical`] by value and gives it back
//! changed.

use std::borrow::Cow;

use domain::canonical::Canonical;
use domain::digest::Digest;
use domain::event::Event;
use domain::ledger::record::{BodyRef, Record, StoredBody};
use domain::ledger::settle::Work;
use domain::message::MessageBody;
use domain::published::{Carriage, PUBLISHED_MAX_BYTES, Published, assets_object, publish};
use domain::time::Timestamp;
use platform::clock;
use platform::trouble::Trouble;

use crate::archive::archive;
use crate::confirm::confirm;
use crate::desk::{Desk, as_work};
use crate::settings::STEP_RESERVE;

/// What was done.
#[derive(Debug)]
pub(crate) struct Acted {
    /// The type under which the event was published.
    pub(crate) event_type: String,
    /// The id that SNS gave the message.
    pub(crate) message_id: String,
}

impl Acted {
    /// What is kept of it in the record.
    pub(crate) fn into_outcome(self) -> Vec<(&'static str, String)> {
        vec![("type", self.event_type), ("message_id", self.message_id)]
    }
}

/// Does everything that is to be done with the event of `record`; or says why not, and whether trying again may help.
pub(crate) async fn act(desk: &Desk, record: Record, sent: MessageBody, deadline: Timestamp) -> Result<Acted, Work> {
    let Record { event, body: stored, .. } = record;
    enough_time_for_a_step(deadline)?;
    let body = fetch(desk, &event, &stored, sent).await.map_err(|trouble| as_work(&trouble))?;
    let canonical = Canonical::of(event.provider, &body);
    enough_time_for_a_step(deadline)?;
    let options = desk.options.of(&event.source, clock::now()).await.map_err(|reason| Work::Passing { reason })?;
    let (event, canonical) = confirm(desk, event, canonical, &options, deadline).await?;
    let canonical = archive(desk, &event, canonical, &options, deadline).await?;
    let published = fit(desk, &event, &canonical, &body, &stored, deadline).await?;
    enough_time_for_a_step(deadline)?;
    let message_id = desk.topic.publish(published).await.map_err(|trouble| as_work(&trouble))?;
    Ok(Acted { event_type: canonical.head.event_type.to_string(), message_id })
}

/// A step that the function's end would cut off is better not begun.
fn enough_time_for_a_step(deadline: Timestamp) -> Result<(), Work> {
    if clock::now() + STEP_RESERVE <= deadline {
        Ok(())
    } else {
        Err(Work::Passing { reason: "too little of the function's time was left".to_owned() })
    }
}

/// The body's bytes: from the record, or from the message if it brought the same, or from the bucket.
async fn fetch<'a>(
    desk: &Desk,
    event: &Event,
    stored: &'a StoredBody,
    sent: MessageBody,
) -> Result<Cow<'a, [u8]>, Trouble> {
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
    body: &[u8],
    stored: &StoredBody,
    deadline: Timestamp,
) -> Result<Published, Work> {
    // A body that alone is too large need not be written out to learn so.
    if body.len() <= PUBLISHED_MAX_BYTES {
        let whole = publish(event, canonical, body, Carriage::Whole);
        if whole.fits() {
            return Ok(whole);
        }
    }
    let body_ref = match stored {
        StoredBody::Referenced(reference) => reference.clone(),
        StoredBody::Inline(_) => {
            let reference = BodyRef::of(desk.bodies.bucket(), event, body.len() as u64);
            enough_time_for_a_step(deadline)?;
            desk.bodies.put(&reference, body).await.map_err(|trouble| as_work(&trouble))?;
            reference
        }
    };
    let without_body = publish(event, canonical, body, Carriage::BodyByReference(&body_ref));
    if without_body.fits() {
        return Ok(without_body);
    }
    let (assets, assets_ref) = assets_object(event, canonical, desk.bodies.bucket());
    enough_time_for_a_step(deadline)?;
    desk.bodies.put(&assets_ref, &assets).await.map_err(|trouble| as_work(&trouble))?;
    Ok(publish(event, canonical, body, Carriage::AllByReference { body: &body_ref, assets: &assets_ref }))
}
