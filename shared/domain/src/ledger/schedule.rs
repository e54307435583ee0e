//! Every wait of the ledger, in one place.

use std::time::Duration;

use crate::time::Timestamp;
use crate::time::time_scale::TimeScale;

/// A processor's lease outlives its own time-out by this much, so that a claim never lapses under a working function.
pub const LEASE_MARGIN: Duration = Duration::from_secs(60);
/// An attempt after which no other follows.
pub const ATTEMPTS_MAX: u32 = 8;
/// A finished record is kept this long: the window in which a repeat is known as one. Senders retry for 3 days at most.
pub const RECORD_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A record that expires within this time is not replayed.
const REPLAY_RESERVE: Duration = Duration::from_secs(60 * 60);
/// A body in the bucket is there for this long, and five days more.
const BODY_RETENTION: Duration = Duration::from_secs(55 * 24 * 60 * 60);
/// An event that failed goes back to work if it is delivered again this long after, or later.
const RETURN_AFTER: Duration = Duration::from_secs(60 * 60);
/// A sender's API is asked out of turn about one event no sooner than this after the last time.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// A claimed event comes due this long after its lease.
const DUE_AFTER_LEASE: Duration = Duration::from_secs(30);
/// A fresh record comes due after this long: far above a healthy queue's delay, so that the sweep leaves it alone.
const FIRST_DUE: Duration = Duration::from_secs(10 * 60);
/// A record whose message could not be sent comes due after this long.
const DEFERRED_DUE: Duration = Duration::from_secs(60);
/// A message may come a little before its time without being sent back: clocks differ.
const EARLY_TOLERANCE: Duration = Duration::from_secs(5);
/// The waits after the first, second, ... failed attempt.
const RETRY_WAITS: [Duration; ATTEMPTS_MAX as usize - 1] = [
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
];
/// Each wait is up to a fifth longer or shorter, so that what failed together does not come back together.
const JITTER: f64 = 0.2;
/// The waits after the first, second, ... sweep of an event that stays unclaimed: a backlog must not feed itself.
const SWEEP_WAITS: [Duration; 4] = [
    Duration::from_secs(60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
];

/// The waits after the first, second, ... question about a job that has not ended.
const POLL_WAITS: [Duration; 5] = [
    Duration::from_secs(2 * 60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
];
/// A job is given up for good this long after it could be, whatever its sender answers or does not.
const UNANSWERED_AFTER: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A minute's questions are spread over it.
const POLLS_SPREAD: Duration = Duration::from_secs(60);

/// The waits, at one pace.
#[derive(Clone, Copy, Debug)]
pub struct Schedule(TimeScale);

impl Schedule {
    /// The waits at the pace of `scale`.
    #[must_use]
    pub const fn at(scale: TimeScale) -> Schedule {
        Schedule(scale)
    }

    /// When a record made at `now` comes due.
    #[must_use]
    pub fn first_due(self, now: Timestamp) -> Timestamp {
        now + self.0.apply(FIRST_DUE)
    }

    /// When a record whose message could not be sent comes due.
    #[must_use]
    pub fn deferred_due(self, now: Timestamp) -> Timestamp {
        now + self.0.apply(DEFERRED_DUE)
    }

    /// Until when a claim holds that a function makes which must end by `deadline`.
    #[must_use]
    pub fn lease_until(self, deadline: Timestamp) -> Timestamp {
        deadline + self.0.apply(LEASE_MARGIN)
    }

    /// When a claimed event comes due at the latest.
    #[must_use]
    pub fn due_after_lease(self, lease_until: Timestamp) -> Timestamp {
        lease_until + self.0.apply(DUE_AFTER_LEASE)
    }

    /// The latest `not_before` that a claim at `now` may pass over.
    #[must_use]
    pub fn claimable_until(self, now: Timestamp) -> Timestamp {
        now + self.0.apply(EARLY_TOLERANCE)
    }

    /// When to try again after the failed attempt number `attempts` (from 1); `None` if it was the last.
    ///
    /// `jitter` is drawn by the caller, from 0 up to but without 1.
    #[must_use]
    pub fn retry_at(self, now: Timestamp, attempts: u32, jitter: f64) -> Option<Timestamp> {
        let wait = RETRY_WAITS.get(usize::try_from(attempts.max(1) - 1).ok()?)?;
        Some(now + self.0.apply(jittered(*wait, jitter)))
    }

    /// When an event comes due again after it has been swept `sweeps` times (from 1) without being claimed.
    #[must_use]
    pub fn due_after_sweep(self, now: Timestamp, sweeps: u32) -> Timestamp {
        let index = usize::try_from(sweeps.max(1) - 1).unwrap_or(usize::MAX);
        now + self.0.apply(SWEEP_WAITS[index.min(SWEEP_WAITS.len() - 1)])
    }

    /// A record that expires at this second or before is not replayed: the replay could not end while it stands.
    #[must_use]
    pub fn replayable_until(now: Timestamp) -> i64 {
        (now + REPLAY_RESERVE).as_seconds_rounded_up()
    }

    /// An event that arrived then or before is not replayed if its body lies in the bucket, which may delete it.
    #[must_use]
    pub fn body_gone_at(now: Timestamp) -> Timestamp {
        now - BODY_RETENTION
    }

    /// From when on a failed event may go back to work whose record expires at this second.
    #[must_use]
    pub fn return_at(self, expires_at_seconds: i64) -> Timestamp {
        let failed_at = Timestamp::from_millis(expires_at_seconds.saturating_mul(1000)) - RECORD_RETENTION;
        failed_at + self.0.apply(RETURN_AFTER)
    }

    /// Whether the sender's API may be asked out of turn about an event for which that was done at `last`.
    #[must_use]
    pub fn may_ask_again(self, last: Option<Timestamp>, now: Timestamp) -> bool {
        last.is_none_or(|last| last + self.0.apply(ASK_AGAIN_AFTER) <= now)
    }

    /// When a wait that somebody else chose is over.
    #[must_use]
    pub fn after(self, start: Timestamp, wait: Duration) -> Timestamp {
        start + self.0.apply(wait)
    }

    /// When a job comes due again after its sender was to be asked `polls` times (from 1), the last time at `asked_at`.
    /// `jitter` is drawn by the caller, from 0 up to but without 1.
    #[must_use]
    pub fn due_after_poll(self, asked_at: Timestamp, polls: u32, jitter: f64) -> Timestamp {
        let index = usize::try_from(polls.max(1) - 1).unwrap_or(usize::MAX);
        asked_at + self.0.apply(jittered(POLL_WAITS[index.min(POLL_WAITS.len() - 1)], jitter))
    }

    /// When a job is given up for good that could be given up at `give_up_at`.
    #[must_use]
    pub fn unanswered_at(self, give_up_at: Timestamp) -> Timestamp {
        give_up_at + self.0.apply(UNANSWERED_AFTER)
    }

    /// How long the question number `index` (from 0) of `count` waits for its turn.
    #[must_use]
    pub fn poll_delay(self, index: u32, count: u32) -> Duration {
        self.0.apply(POLLS_SPREAD.mul_f64(f64::from(index) / f64::from(count.max(1))))
    }

    /// When a finished record may be forgotten, in seconds since the epoch. Not scaled: it is no wait.
    #[must_use]
    pub fn expires_at_seconds(self, settled_at: Timestamp) -> i64 {
        (settled_at + RECORD_RETENTION).as_seconds_rounded_up()
    }
}

fn jittered(wait: Duration, jitter: f64) -> Duration {
    wait.mul_f64(1.0 + JITTER * (2.0 * jitter.clamp(0.0, 1.0) - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);

    #[test]
    fn retries_wait_longer_each_time_and_end_after_the_eighth_attempt() {
        let waits = |jitter: f64| -> Vec<u64> {
            (1..)
                .map_while(|attempts| SCHEDULE.retry_at(NOW, attempts, jitter))
                .map(|at| NOW.until(at).as_secs())
                .collect()
        };
        assert_eq!(waits(0.5), [30, 120, 600, 1800, 7200, 21600, 43200]);
        assert_eq!(waits(0.0), [24, 96, 480, 1440, 5760, 17280, 34560]);
        assert_eq!(waits(1.0), [36, 144, 720, 2160, 8640, 25920, 51840]);
        assert_eq!(SCHEDULE.retry_at(NOW, ATTEMPTS_MAX, 0.5), None);
    }

    #[test]
    fn sweeps_wait_longer_each_time_and_never_end() {
        let waits: Vec<u64> = (0..7).map(|sweeps| NOW.until(SCHEDULE.due_after_sweep(NOW, sweeps)).as_secs()).collect();
        assert_eq!(waits, [60, 60, 600, 3600, 21600, 21600, 21600]);
    }

    #[test]
    fn questions_about_a_job_wait_longer_each_time_and_never_end() {
        let waits = |jitter: f64| -> Vec<u64> {
            (1..=6).map(|polls| NOW.until(SCHEDULE.due_after_poll(NOW, polls, jitter)).as_secs()).collect()
        };
        assert_eq!(waits(0.5), [120, 300, 600, 1800, 3600, 3600]);
        assert_eq!(waits(0.0), [96, 240, 480, 1440, 2880, 2880]);
        let delays = |count| (0..count).map(|index| SCHEDULE.poll_delay(index, count).as_secs()).collect::<Vec<_>>();
        assert_eq!(delays(4), [0, 15, 30, 45]);
    }

    #[test]
    fn the_scale_is_on_every_wait_but_retention() {
        let fast = Schedule::at(TimeScale::parse("0.1").unwrap());
        assert_eq!(NOW.until(fast.first_due(NOW)).as_secs(), 60);
        assert_eq!(NOW.until(fast.deferred_due(NOW)).as_secs(), 6);
        assert_eq!(NOW.until(fast.lease_until(NOW)).as_secs(), 6);
        assert_eq!(NOW.until(fast.due_after_lease(NOW)).as_secs(), 3);
        assert_eq!(NOW.until(fast.claimable_until(NOW)).as_millis(), 500);
        assert_eq!(NOW.until(fast.due_after_sweep(NOW, 1)).as_secs(), 6);
        assert_eq!(fast.expires_at_seconds(NOW), SCHEDULE.expires_at_seconds(NOW));
    }
}
