//! Asking the sender's own API whether an event that a token alone vouches for is true.

use domain::canonical::Canonical;
use domain::event::Event;
use domain::ledger::settle::Work;
use domain::source::Options;
use domain::time::Timestamp;

use crate::desk::Desk;

/// Not there yet: gives back what it gets.
pub(crate) async fn confirm(
    _desk: &Desk,
    event: Event,
    canonical: Canonical,
    _options: &Options,
    _deadline: Timestamp,
) -> Result<(Event, Canonical), Work> {
    Ok((event, canonical))
}
