//! What of a source's stored deliveries can be released.

use std::collections::BTreeMap;

use domain::receive::refused::release::{Release, ReleaseRefusal};

use crate::refused::group::Found;

/// What of a source's stored deliveries can be released, by what its secret says now.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Those that can, the oldest first.
    pub(crate) genuine: Vec<Found>,
    /// How many of these were made so long ago that Landfall would not know if it had accepted them.
    pub(crate) forgotten: usize,
    /// How many were released before.
    pub(crate) released: usize,
    /// How many cannot, by why.
    pub(crate) refused: BTreeMap<String, usize>,
}

impl Survey {
    /// With one more delivery.
    pub(crate) fn with(mut self, found: Found, judged: Result<Release, ReleaseRefusal>) -> Survey {
        match judged {
            Ok(release) => {
                self.forgotten += usize::from(release.may_be_forgotten);
                self.genuine.push(found);
            }
            Err(ReleaseRefusal::Released(_)) => self.released += 1,
            Err(refusal) => *self.refused.entry(refusal.to_string()).or_default() += 1,
        }
        self
    }
}
