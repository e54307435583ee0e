//! DynamoDB's throughput on demand, of a table or an index.

/// DynamoDB may throttle what goes beyond twice the peak of before these.
const DOUBLING_SECONDS: u64 = 30 * 60;

/// A table's or an index's write throughput.
#[derive(Debug)]
pub(crate) struct OnDemand {
    warm: u64,
    quota: u64,
    /// The peak until each second.
    peaks: Vec<u64>,
}

impl OnDemand {
    pub(crate) fn new(warm: u64, quota: u64) -> OnDemand {
        OnDemand { warm, quota, peaks: Vec::new() }
    }

    /// Write units that this second takes. No burst capacity: AWS does not promise any.
    pub(crate) fn capacity(&self) -> u64 {
        let before = self.peaks.len().checked_sub(DOUBLING_SECONDS as usize).and_then(|second| self.peaks.get(second));
        self.warm.max(2 * before.copied().unwrap_or(0)).min(self.quota)
    }

    /// Ends a second in which so many were used.
    pub(crate) fn used(&mut self, units: u64) {
        self.peaks.push(units.max(self.peaks.last().copied().unwrap_or(0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_the_peak_of_half_an_hour_ago_up_to_the_quota() {
        let mut table = OnDemand::new(4000, 10_000);
        assert_eq!(table.capacity(), 4000);
        table.used(4000);
        for _ in 1..1800 {
            assert_eq!(table.capacity(), 4000);
            table.used(0);
        }
        assert_eq!(table.capacity(), 8000);
        table.used(8000);
        for _ in 1..1800 {
            table.used(0);
        }
        assert_eq!(table.capacity(), 10_000);
    }
}
