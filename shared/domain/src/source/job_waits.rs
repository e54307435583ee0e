//! How long a job is waited for.

use std::ops::RangeInclusive;

/// How long a job is waited for, from when it was submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobWaits {
    /// After so many seconds its sender is asked.
    pub within_seconds: u32,
    /// After so many seconds an answer that tells of no end is the last one.
    pub give_up_seconds: u32,
}

/// Waits that are too short or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadJobWaits {
    /// When the sender is asked first.
    #[error("`within_seconds` is {0}: give 10 to 2592000, which is 30 days")]
    Within(u32),
    /// When the job is given up.
    #[error("`give_up_seconds` is {give_up}: give `within_seconds`, {within}, to 7776000, which is 90 days")]
    GiveUp {
        /// What it is.
        give_up: u32,
        /// What it must not be below.
        within: u32,
    },
}

const WITHIN_SECONDS: RangeInclusive<u32> = 10..=30 * 24 * 60 * 60;
const GIVE_UP_SECONDS_MAX: u32 = 90 * 24 * 60 * 60;

impl JobWaits {
    /// Whether they can be followed.
    ///
    /// # Errors
    /// If one is too short or too long.
    pub fn check(self) -> Result<JobWaits, BadJobWaits> {
        let JobWaits { within_seconds: within, give_up_seconds: give_up } = self;
        if !WITHIN_SECONDS.contains(&within) {
            return Err(BadJobWaits::Within(within));
        }
        if !(within..=GIVE_UP_SECONDS_MAX).contains(&give_up) {
            return Err(BadJobWaits::GiveUp { give_up, within });
        }
        Ok(self)
    }
}
