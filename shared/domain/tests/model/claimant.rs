//! Who claims, and since when.

use domain::ledger::claim::ClaimRequest;
use domain::time::Timestamp;

use crate::name::{self, Name};
use crate::time::{PROCESSOR_TIMEOUT, SCHEDULE};

/// Who claims, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Claimant {
    pub(crate) asked_at: Timestamp,
    /// The last field, so that it decides last about the order in which the actors are listed.
    pub(crate) token: Name,
}

impl Claimant {
    pub(crate) fn deadline(self) -> Timestamp {
        self.asked_at + PROCESSOR_TIMEOUT
    }

    pub(crate) fn lease_until(self) -> Timestamp {
        SCHEDULE.lease_until(self.deadline())
    }

    /// `Processor::handle` in functions/process/src/processor.rs.
    pub(crate) fn request(self) -> ClaimRequest {
        ClaimRequest {
            token: name::text(self.token).to_owned(),
            now: self.asked_at,
            lease_until: self.lease_until(),
            schedule: SCHEDULE,
        }
    }
}
