//! The attributes of the ledger's items. Their names stand here and nowhere else.

use crate::text::string_enum::string_enum;

/// An attribute of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attribute {
    /// The key: the event's id.
    Id,
    /// How far the event has come.
    State,
    /// The source that it belongs to.
    Source,
    /// The source's kind.
    Provider,
    /// The event's type.
    Type,
    /// The sender's id of the thing.
    Subject,
    /// How the event was proven genuine.
    VerifiedBy,
    /// What the event's key names, where that is not the event itself.
    KeyMeaning,
    /// That the sender's API must confirm the event: 1, or absent.
    MustConfirm,
    /// How it came.
    Origin,
    /// How often an operator has had it processed again; absent if never.
    Replay,
    /// The replay jobs that have replayed it.
    ReplayJobs,
    /// When the latest of them did.
    ReplayedAt,
    /// When it arrived.
    ReceivedAt,
    /// The id of the invocation that recorded it.
    Delivery,
    /// The kept headers.
    Headers,
    /// The SHA-256 of the body.
    BodySha256,
    /// The body, if the record itself holds it.
    Body,
    /// How that is compressed; absent if it is not.
    BodyEncoding,
    /// Where the body lies otherwise.
    BodyRef,
    /// How often the event was claimed; absent if never.
    Attempts,
    /// The token of the latest claim.
    ClaimedBy,
    /// Until when that claim may be worked on.
    LeaseUntil,
    /// Before when the event must not be claimed.
    NotBefore,
    /// When another body last brought it forward.
    BroughtForwardAt,
    /// When the sweep sends it again; of one that failed, when it did.
    DueAt,
    /// The shard of the index of due times.
    DueShard,
    /// The key of the index of arrivals.
    Slot,
    /// How often it was swept since it was last claimed; absent if never.
    Sweeps,
    /// The token of the latest of those sweeps.
    SweptBy,
    /// When the record may be forgotten, in seconds since the epoch.
    ExpiresAt,
    /// Why the latest attempt failed.
    LastError,
    /// What a finished event was published as, where the record does not say so anyway.
    Outcome,
    /// In the directory of sources: their names, each with when it was last listed.
    Names,
    /// There: how often it was written.
    Revision,
    /// In a job's record: what kind of thing it is.
    Thing,
    /// There: what its sender must be told besides the id.
    Hint,
    /// There: when it is given up.
    GiveUpAt,
    /// There: when it was given up.
    ExpiredAt,
    /// There: which event told that it ended well.
    EndCompleted,
    /// There: which event told that it ended badly.
    EndFailed,
    /// The sources that have or had jobs that wait.
    Sources,
    /// In the pace of a source: how many questions a minute its sender takes.
    PerMinute,
    /// There: until when its sender is left alone.
    BlockedUntil,
    /// There: how long it was left alone the last time.
    BlockedMs,
    /// The sources that are watched, each with after how many silent seconds it is missed.
    SilentAfter,
    /// In a replay job: which events it replays.
    Filter,
    /// There: how many they are.
    Count,
    /// There: in how many chunks their ids lie.
    Chunks,
    /// There: how many are replayed a second at most.
    Rate,
    /// There: who froze it.
    By,
    /// There: whether what its sender contradicted is replayed too: 1, or absent.
    Contradicted,
    /// There: the chunk that comes next.
    NextChunk,
    /// There: who runs it.
    Runner,
    /// There: until when, unless that runner says otherwise.
    RunnerUntil,
    /// In a chunk of a replay job: ids of events.
    Ids,
}

string_enum!(Attribute {
    Id => "id",
    State => "state",
    Source => "source",
    Provider => "provider",
    Type => "type",
    Subject => "subject",
    VerifiedBy => "verified_by",
    KeyMeaning => "key_meaning",
    MustConfirm => "must_confirm",
    Origin => "origin",
    Replay => "replay",
    ReplayJobs => "replay_jobs",
    ReplayedAt => "replayed_at",
    ReceivedAt => "received_at",
    Delivery => "delivery",
    Headers => "headers",
    BodySha256 => "body_sha256",
    Body => "body",
    BodyEncoding => "body_encoding",
    BodyRef => "body_ref",
    Attempts => "attempts",
    ClaimedBy => "claimed_by",
    LeaseUntil => "lease_until",
    NotBefore => "not_before",
    BroughtForwardAt => "brought_forward_at",
    DueAt => "due_at",
    DueShard => "due_shard",
    Slot => "slot",
    Sweeps => "sweeps",
    SweptBy => "swept_by",
    ExpiresAt => "expires_at",
    LastError => "last_error",
    Outcome => "outcome",
    Names => "names",
    Revision => "revision",
    Thing => "thing",
    Hint => "hint",
    GiveUpAt => "give_up_at",
    ExpiredAt => "expired_at",
    EndCompleted => "end_completed",
    EndFailed => "end_failed",
    Sources => "sources",
    PerMinute => "per_minute",
    BlockedUntil => "blocked_until",
    BlockedMs => "blocked_ms",
    SilentAfter => "silent_after",
    Filter => "filter",
    Count => "count",
    Chunks => "chunks",
    Rate => "rate",
    By => "by",
    Contradicted => "contradicted",
    NextChunk => "next_chunk",
    Runner => "runner",
    RunnerUntil => "runner_until",
    Ids => "ids",
});
