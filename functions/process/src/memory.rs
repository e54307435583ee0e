//! The memory that an instance gives to what is large.
//!
//! Whatever may have megabytes and outlives a step takes its bytes from one budget first, and waits while there are
//! none. The trees of bodies are not in it: they are built and dropped without a pause, so there is one at a time.

use domain::archive::PART_BYTES;
use domain::delivery::BODY_MAX_BYTES;
use platform::provider_api::ANSWER_MAX_BYTES;
use tokio::sync::{Semaphore, SemaphorePermit};

const MIB: usize = 1024 * 1024;
/// How many events a batch may have; the template says so.
const BATCH_MAX: usize = 10;
/// What there is for a step beyond the bodies: three parts of assets, or an answer while it grows, or a copy of a text
/// on its way to the bucket.
const STEP_BYTES: usize = 3 * PART_BYTES;
/// With the tree of the worst body (370 MB) and the function itself, it is within the least memory that the template
/// allows.
const BUDGET_BYTES: usize = BATCH_MAX * BODY_MAX_BYTES + STEP_BYTES;
const _: () = assert!(BUDGET_BYTES <= 64 * MIB);
const _: () = assert!(ANSWER_BYTES <= STEP_BYTES);

/// What an answer of a sender's API takes while it comes in: its buffer doubles as it grows.
pub(crate) const ANSWER_BYTES: usize = 2 * ANSWER_MAX_BYTES;

/// The budget.
///
/// Nobody waits for ever: an event holds the bytes of one body all the time, for which there is always room, and beyond
/// that only waits for bytes that are given back at the end of a step.
pub(crate) struct MemoryBudget(Semaphore);

/// Bytes that were taken; they are given back when this is dropped.
#[derive(Debug)]
pub(crate) struct MemoryPermit<'a>(SemaphorePermit<'a>);

impl Default for MemoryBudget {
    fn default() -> MemoryBudget {
        MemoryBudget(Semaphore::new(BUDGET_BYTES))
    }
}

impl MemoryBudget {
    /// Takes `bytes` as soon as there are so many; of more than a step may take, what it may.
    pub(crate) async fn take(&self, bytes: usize) -> MemoryPermit<'_> {
        let bytes = u32::try_from(bytes.min(STEP_BYTES)).unwrap_or(u32::MAX);
        MemoryPermit(self.0.acquire_many(bytes).await.expect("the semaphore is never closed"))
    }
}

impl MemoryPermit<'_> {
    /// Gives back all but `bytes`.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let surplus = self.0.num_permits().saturating_sub(bytes);
        drop(self.0.split(surplus));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_full_batch_of_the_largest_bodies_leaves_room_for_a_step() {
        let budget = MemoryBudget::default();
        let mut bodies = Vec::new();
        for _ in 0..BATCH_MAX {
            bodies.push(budget.take(BODY_MAX_BYTES).await);
        }
        let parts = [budget.take(PART_BYTES).await, budget.take(PART_BYTES).await, budget.take(PART_BYTES).await];
        assert!(timeout(Duration::from_millis(1), budget.take(1)).await.is_err(), "nothing is left");
        drop(parts);
        let mut answer = budget.take(ANSWER_BYTES).await;
        answer.shrink(1000);
        let _rest = budget.take(STEP_BYTES - 1000).await;
        assert!(timeout(Duration::from_millis(1), budget.take(1)).await.is_err(), "what is kept still counts");
        drop((bodies, answer));
        let _larger_than_any = budget.take(usize::MAX).await;
    }
}
