//! How long there is until the function's end, and what may still be begun.

use std::time::Duration;

use domain::archive::DOWNLOAD_RESERVE;
use domain::time::Timestamp;
use platform::assets::Assets;
use platform::aws::Limits;
use platform::clock;
use platform::provider_api;

/// No step begins later before the function's end than this: a call may take as long as its limit, reading an object
/// twice that, and settling must still follow it.
const STEP_RESERVE: Duration = Duration::from_secs(20);
const _: () = assert!(STEP_RESERVE.as_secs() > 3 * Limits::PATIENT.operation.as_secs());
const _: () =
    assert!(STEP_RESERVE.as_secs() > provider_api::ANSWER_WITHIN.as_secs() + Limits::PATIENT.operation.as_secs());

/// Whatever is still being copied so long before the function's end is cut off. Downloads have ended well before; this is
/// for a bucket that does not answer.
const CUT_RESERVE: Duration = Duration::from_secs(14);
const _: () = assert!(CUT_RESERVE.as_secs() > 2 * Limits::PATIENT.operation.as_secs());
const _: () = assert!(CUT_RESERVE.as_secs() + Assets::LIMITS.operation.as_secs() <= DOWNLOAD_RESERVE.as_secs());
const _: () = assert!(STEP_RESERVE.as_secs() < DOWNLOAD_RESERVE.as_secs());

/// The function's end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(pub(crate) Timestamp);

/// Too little time is left to begin something.
#[derive(Debug, thiserror::Error)]
#[error("too little of the function's time was left")]
pub(crate) struct OutOfTime;

impl Deadline {
    /// Whether a step may begin: one that the function's end would cut off had better not.
    pub(crate) fn check(self) -> Result<(), OutOfTime> {
        if clock::now() + STEP_RESERVE <= self.0 { Ok(()) } else { Err(OutOfTime) }
    }

    /// How long a download may take that begins now.
    pub(crate) fn for_download(self) -> Result<Duration, OutOfTime> {
        let within = clock::now().until(self.0 - DOWNLOAD_RESERVE);
        if within.is_zero() { Err(OutOfTime) } else { Ok(within) }
    }

    /// After how long copying is cut off, so that settling can follow.
    pub(crate) fn for_copying(self) -> Duration {
        clock::now().until(self.0 - CUT_RESERVE)
    }
}
