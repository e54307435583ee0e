//! Who claims, and since when.

use domain::ledger::attribute::Attribute;
use domain::ledger::claim::ClaimRequest;
use domain::ledger::record::State;
use domain::time::Timestamp;

use crate::name::{self, Name};
use crate::table::Record;
use crate::time::{NOW, PROCESSOR_TIMEOUT, SCHEDULE};

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

    /// Whether `record` is under its claim.
    pub(crate) fn holds(self, record: Option<&Record>) -> bool {
        record.is_some_and(|record| {
            record.state() == State::Processing && record.name(Attribute::ClaimedBy) == Some(self.token)
        })
    }

    /// Whether its lease runs.
    pub(crate) fn is_within_lease(self) -> bool {
        self.lease_until() > NOW
    }
}
