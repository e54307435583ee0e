//! What is wrong with a source's options.

use super::job_waits::BadJobWaits;

/// Why a source's options cannot be followed. The text says what to write instead, and never shows what stands there.
/// Deliveries are taken all the same; their events wait until it is fixed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// Nothing to ask the API with.
    #[error("`{0}` needs the key of the sender's API: give it as `api_key`, or leave `{0}` out")]
    ApiKeyMissing(&'static str),
    /// No header could carry it.
    #[error("`api_key` is empty or holds characters that no HTTP header can carry: copy it again from the sender")]
    NotAnApiKey,
    /// The sender's API has many parts, and a job is known to one of them.
    #[error(
        "`confirm` needs to know where {0}'s API has the jobs of this source: give `api_family`, such as `video` or `images`"
    )]
    FamilyMissing(String),
    /// The sender's API has too many parts for a list of its own.
    #[error(
        "`expect` needs to know which parts of {0}'s API may be asked: give `api_families`, such as [\"fal-ai/flux\"], or `api_family` if there is only one"
    )]
    FamiliesMissing(String),
    /// Nothing that could stand in a URL of the sender's.
    #[error(
        "`api_family` or `api_families` holds something that is not the name of a part of {0}'s API, such as `video` or `text-to-3d`"
    )]
    NotAFamily(String),
    /// Nothing that a token could be signed with.
    #[error("`api_key` must hold both halves of {0}'s key: write the access key, a colon, and the secret key")]
    NotAKeyPair(String),
    /// An operator must not be able to send a key anywhere.
    #[error("`api_base_url` is for tests only: leave it out")]
    BaseUrlOutsideTests,
    /// Not the name of a host.
    #[error(
        "`asset_hosts` holds something that is not a host name: write `cdn.example.com`, or `.example.com` for all below"
    )]
    NotAHost,
    /// Nobody could say how its jobs stand.
    #[error("`expect` cannot work, since no way to ask {0}'s API about a job is known: leave `expect` out")]
    NobodyToExpectFrom(String),
    /// A job's id would stand for more than one job, or a repeat for a new event.
    #[error(
        "`{0}` needs `dedupe` to be \"key\": the id of a job must stand for one job, and a repeat for the same event"
    )]
    NeedsKeys(&'static str),
    /// A wait of `expect`.
    #[error("`expect` cannot be followed: {0}")]
    Waits(#[source] BadJobWaits),
    /// The pace of `expect`.
    #[error("`expect` cannot be followed: `poll_per_minute` is 1 to 1000")]
    PollsPerMinute,
}
