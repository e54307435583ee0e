//! The model's clock.
//!
//! It always shows the same instant. When time passes, every instant that the world remembers moves towards the past
//! instead, and instants that are over keep only their order. So worlds that differ in nothing but the hour are one
//! state, and the states are finite although the waits are those of the real [`Schedule`].

use std::time::Duration;

use domain::ledger::schedule::Schedule;
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;

/// What the clock shows. A whole second, because expiry is kept in seconds.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
/// The same in seconds.
pub(crate) const NOW_SECONDS: i64 = NOW.as_millis() / 1000;
/// Production's waits.
pub(crate) const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);
/// The processor's time-out in template.yaml.
pub(crate) const PROCESSOR_TIMEOUT: Duration = Duration::from_secs(50);
/// The queue's visibility time-out: six times the processor's time-out.
pub(crate) const VISIBILITY: Duration = Duration::from_secs(300);
/// Nothing that is under way lasts longer than this if nothing is wrong, but for the processor, which has a deadline.
pub(crate) const QUICK: Duration = Duration::from_secs(10);
/// How long an instance of ingest remembers an event; `REMEMBERED_FOR` in shared/domain/src/recent.rs.
pub(crate) const REMEMBERED_FOR: Duration = Duration::from_secs(5 * 60);
/// A claim may come a little before the event is due, and then has to move `due_at`. So time also stops here.
pub(crate) const BEFORE_DUE: Duration = Duration::from_secs(60);
/// How long the sender's API is not asked once more on account of another body; `ASK_AGAIN_AFTER` in
/// shared/domain/src/ledger/schedule.rs.
pub(crate) const ASK_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// Neither jitter nor its absence changes the order of the waits.
pub(crate) const JITTER: f64 = 0.5;

/// How old anything still under way can be. Beyond it, more age changes no decision.
const OLDEST: Duration = Duration::from_secs(600);

/// A time that moves when the clock would.
pub(crate) trait Moves {
    /// Lets `wait` pass.
    fn pass(&mut self, wait: Duration);
}

impl Moves for Timestamp {
    fn pass(&mut self, wait: Duration) {
        *self = *self - wait;
    }
}

/// The start of something that is under way: its distance from now matters, but not without end.
pub(crate) fn pass_since_start(start: &mut Timestamp, wait: Duration) {
    *start = (*start - wait).max(NOW - OLDEST);
}

/// When another body last brought the event forward: longer ago than that the API may be asked again, it says nothing.
pub(crate) fn pass_since_asked(at: &mut Timestamp, wait: Duration) {
    *at = (*at - wait).max(NOW - ASK_AGAIN_AFTER);
}

/// An expiry. It stays in order with the start of whatever is under way.
pub(crate) fn pass_expiry(seconds: &mut i64, wait: Duration) {
    let wait = i64::try_from(wait.as_secs()).expect("waits are short");
    *seconds = (*seconds - wait).max((NOW - OLDEST).as_seconds_rounded_up());
}

/// The instants that are over, the latest first.
pub(crate) fn over(mut times: Vec<Timestamp>) -> Vec<Timestamp> {
    times.retain(|time| *time <= NOW);
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.dedup();
    times
}

/// Keeps of an instant that is `over` only which were before it: all that a comparison with now or between two of them
/// can see.
pub(crate) fn forget_distance(time: &mut Timestamp, over: &[Timestamp]) {
    if let Some(rank) = over.iter().position(|other| other == time) {
        *time = NOW - Duration::from_secs(rank as u64);
    }
}
