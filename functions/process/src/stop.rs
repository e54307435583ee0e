//! Why the work on an event stopped. That it is done cannot be said here.

use domain::archive::MissingAssets;
use domain::ledger::settle::Work;
use domain::source::OptionsError;
use platform::service_error::{ServiceError, ServiceErrorKind};

use crate::deadline::OutOfTime;
use crate::source_config::SourceUnavailable;

/// Why the work on an event stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    OutOfTime(#[from] OutOfTime),
    #[error(transparent)]
    SourceUnavailable(#[from] SourceUnavailable),
    /// The operator has taken the description of the sender back.
    #[error("the source's secret no longer describes its sender: put its `scheme` back")]
    Undescribed,
    /// The operator's old description and the new one take the event for different things.
    #[error("ingest read it by another description of its sender, which has changed since: the source is read again")]
    ReadOtherwise,
    /// The source has been given to another sender, whose key must not go to this one.
    #[error("the source now has another provider: its events can no longer be confirmed")]
    OtherProvider,
    #[error(transparent)]
    TestOnly(#[from] OptionsError),
    /// The source is gone, or no longer says how to ask.
    #[error(
        "it arrived while its source had `confirm`, and the source is gone or no longer has it: restore both, with `api_key`"
    )]
    NoAccess,
    #[error("unconfirmable: the sender's API cannot be asked about such an event")]
    Unconfirmable,
    /// The sender's API may confirm it another time.
    #[error("{0}")]
    NotYetConfirmed(String),
    #[error("the sender's API does not know it yet")]
    NotYetKnown,
    #[error("the sender's API does not know it")]
    NeverKnown,
    #[error("the sender's API says the opposite")]
    Opposite,
    #[error(transparent)]
    AssetsIncomplete(#[from] MissingAssets),
    /// Since its job was looked at, its end may have been published.
    #[error("publishing took so long that the end of the job may have been faster")]
    Overtaken,
    #[error("the processor panicked")]
    Panic,
    /// There have been too many attempts.
    #[error("given up after {0} attempts; the last one never ended")]
    GivenUp(u32),
}

impl Stop {
    /// What the ledger makes of it.
    pub(crate) fn into_work(self) -> Work {
        let reason = self.to_string();
        match self {
            Stop::Service(error) if error.kind() == ServiceErrorKind::Permanent => Work::Permanent { reason },
            Stop::Unconfirmable | Stop::GivenUp(_) => Work::Permanent { reason },
            Stop::NeverKnown | Stop::Opposite => Work::Contradicted { reason },
            Stop::AssetsIncomplete(MissingAssets { has_advanced: true, .. }) => Work::Advanced { reason },
            Stop::Service(_)
            | Stop::OutOfTime(_)
            | Stop::SourceUnavailable(_)
            | Stop::Undescribed
            | Stop::ReadOtherwise
            | Stop::OtherProvider
            | Stop::NoAccess
            | Stop::TestOnly(_)
            | Stop::NotYetConfirmed(_)
            | Stop::NotYetKnown
            | Stop::AssetsIncomplete(_)
            | Stop::Overtaken
            | Stop::Panic => Work::Retryable { reason },
        }
    }
}
