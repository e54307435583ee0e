//! Storing what was refused, for sources that ask for it. Best effort, and nothing of it changes an answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::delivery::Delivery;
use domain::receive::refused::places::{Place, PlaceFinder};
use domain::receive::refused::{RefusedContent, RefusedDelivery};
use domain::source::Source;
use domain::verify::Refusal;
use platform::body_codec::pack;
use platform::random;
use platform::refused::RefusedDeliveries;
use tokio::time::timeout;

use crate::delivery_log::DeliveryLog;

/// The sender waits for so long at most.
pub(crate) const TIME_LIMIT: Duration = Duration::from_millis(300);

/// The table of refused deliveries, if the stack has one.
pub(crate) struct Quarantine {
    table: Option<RefusedDeliveries>,
    places: Mutex<PlaceFinder>,
}

impl Quarantine {
    pub(crate) fn new(table: Option<RefusedDeliveries>) -> Quarantine {
        Quarantine { table, places: Mutex::default() }
    }

    /// Stores a delivery that `source` refused, if the source asks for it and the minute has room.
    pub(crate) async fn store(&self, delivery: &Delivery, source: &Source, refusal: Refusal, log: &mut DeliveryLog) {
        let (Some(table), Some(options)) = (&self.table, source.quarantine) else { return };
        let Some(mut place) = self.find_place(delivery, source, options.per_minute) else {
            return log.quarantined(false);
        };
        let Some(refused) = RefusedDelivery::of(delivery, source, options, refusal) else { return };
        let put = async {
            while !table.put(&place, &refused).await? {
                self.places().is_taken(&source.name, &place);
                match self.find_place(delivery, source, options.per_minute) {
                    Some(next) => place = next,
                    None => return Ok(false),
                }
            }
            table.put_content(&place, &refused, &RefusedContent::of(delivery, source, pack)).await.map(|()| true)
        };
        let is_stored = match timeout(TIME_LIMIT, put).await {
            Ok(Ok(is_stored)) => is_stored,
            Ok(Err(error)) => {
                log.reason(&error);
                false
            }
            Err(_) => {
                log.reason(&"storing the refused delivery took too long");
                false
            }
        };
        log.quarantined(is_stored);
    }

    fn find_place(&self, delivery: &Delivery, source: &Source, per_minute: u32) -> Option<Place> {
        self.places().find(&source.name, delivery.received_at, per_minute, random::fraction())
    }

    fn places(&self) -> MutexGuard<'_, PlaceFinder> {
        // A panic while it was held cannot have left it half changed in a way that matters: it only saves calls.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
