//! What a simulation assumes: the load, AWS's limits, and how long things take.

use std::ops::Range;

/// The world of one run. benches/scale.md says where each figure comes from.
#[derive(Clone, Debug)]
pub struct World {
    /// How the run is called.
    pub name: String,
    /// Where the random numbers begin.
    pub seed: u64,

    /// Deliveries a second, on average, outside of bursts.
    pub rate: f64,
    /// For so long they arrive. Afterwards the run goes on until nothing is left to do.
    pub load_seconds: u64,
    /// The run ends at the latest then.
    pub end_seconds: u64,
    /// In a burst, so many times as many arrive.
    pub burst_factor: f64,
    /// A burst takes so long.
    pub burst_seconds: u64,
    /// From the end of a burst to the next, on average.
    pub between_bursts_seconds: u64,
    /// Meanwhile nothing is processed, as with the event source mapping disabled.
    pub stopped: Range<u64>,

    /// Instances of all functions of the account that can run at once.
    pub account_concurrency: u64,
    /// What the template's `ReservedConcurrency` reserves for ingest; 0 for none.
    pub reserved_concurrency: u64,
    /// Batches at once at most: 1,250, or the template's `ProcessConcurrency`.
    pub process_concurrency: u64,
    /// What DynamoDB takes at once of a table, and of its index, that nobody has used yet, in write units a second.
    pub warm_write_units: u64,
    /// The quota of a table, in write units a second.
    pub quota_write_units: u64,

    /// How long ingest takes.
    pub ingest_seconds: f64,
    /// How long processing a batch takes, with receiving it before and deleting it afterwards.
    pub batch_seconds: f64,
    /// How long the sweep takes for an event.
    pub sweep_seconds: f64,
    /// Write units of a record in the table; its entry in the index has one.
    pub record_units: u64,
}

/// Lambda takes so many requests a second for each unit of concurrency, however short they are.
pub(crate) const REQUESTS_PER_CONCURRENCY: u64 = 10;
/// Messages of a batch, as in the template.
pub(crate) const BATCH: u64 = 10;
/// Messages that were received and not deleted.
pub(crate) const IN_FLIGHT_MAX: u64 = 120_000;

impl World {
    /// An account that nobody has changed, a stack of yesterday, bodies of 2 KiB.
    #[must_use]
    pub fn as_deployed(rate: f64) -> World {
        World {
            name: format!("{rate}/s"),
            seed: 1,
            rate,
            load_seconds: 3600,
            end_seconds: 24 * 3600,
            burst_factor: 3.0,
            burst_seconds: 30,
            between_bursts_seconds: 600,
            stopped: 0..0,
            account_concurrency: 1000,
            reserved_concurrency: 0,
            process_concurrency: 1250,
            warm_write_units: 4000,
            quota_write_units: 40_000,
            ingest_seconds: 0.015,
            // 25 ms, and 16 ms to receive and to delete it.
            batch_seconds: 0.041,
            sweep_seconds: 0.013,
            record_units: 2,
        }
    }

    /// The same with the quotas raised and the ledger warmed, for 10,000 deliveries a second with their bursts.
    #[must_use]
    pub fn raised(rate: f64) -> World {
        World {
            name: format!("{rate}/s, raised"),
            account_concurrency: 4000,
            warm_write_units: 200_000,
            quota_write_units: 250_000,
            ..World::as_deployed(rate)
        }
    }
}
