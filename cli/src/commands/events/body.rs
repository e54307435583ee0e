//! `landfall events body`.

use domain::event::event_id::EventId;

use crate::context::Context;
use crate::error::Result;
use crate::id_argument::missing;
use crate::services::Services;

/// Writes an event's body.
pub(crate) async fn run(id: &EventId, context: &Context) -> Result<()> {
    let listing = Services::of(&context.session).await?.listing()?;
    let body = listing.body(id).await?.ok_or_else(|| missing(id))?;
    context.output.bytes(&body)
}
