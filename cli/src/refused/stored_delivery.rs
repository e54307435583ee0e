//! A stored delivery, whole.

use domain::receive::refused::places::Place;
use domain::receive::refused::{RefusedContent, RefusedDelivery};
use platform::refused::RefusedDeliveries;

use crate::error::Result;
use crate::refused::group::Found;
use crate::refused::refused_id::RefusedId;

/// A stored delivery, whole.
#[derive(Debug)]
pub(crate) struct StoredDelivery {
    /// Where it is stored.
    pub(crate) place: Place,
    /// What is known of it without its headers and its body.
    pub(crate) refused: RefusedDelivery,
    /// Its headers.
    pub(crate) content: RefusedContent,
    /// Its body, unpacked, if it is stored.
    pub(crate) body: Option<Vec<u8>>,
}

impl StoredDelivery {
    /// Reads the delivery of this name.
    ///
    /// # Errors
    /// If it is not there, or could not be read.
    pub(crate) async fn named(id: &RefusedId, table: &RefusedDeliveries) -> Result<StoredDelivery> {
        let refused = table.delivery(&id.source, &id.place).await?.ok_or_else(|| id.missing())?;
        StoredDelivery::of((id.place.clone(), refused), table).await
    }

    /// Reads the headers and the body of a delivery that was found.
    ///
    /// # Errors
    /// If they could not be read.
    pub(crate) async fn of((place, refused): Found, table: &RefusedDeliveries) -> Result<StoredDelivery> {
        let (content, body) = table.content(&place).await?.unwrap_or_default();
        Ok(StoredDelivery { place, refused, content, body })
    }
}
