//! Ways to get the protocol wrong.

/// A change of the protocol that looks harmless. Each must make a named property fail, or the model proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mutation {
    /// Ingest records an event without `due_at`, as a mere mark against duplicates: the message will come anyway.
    RecordIsNotDue,
    /// Ingest sends before it records, and the processor takes a message whose record stands for a duplicate.
    SendThenDedupOnRecord,
    /// The answer goes out first and the work follows, which Lambda may freeze or kill.
    AnswerFirst,
    /// An instance remembers an event when it arrives, not when it is durable.
    RememberOnArrival,
    /// A put that failed on its own earlier try is taken for a duplicate.
    OwnRecordIsForeign,
    /// A claim that failed on its own earlier try is taken for somebody else's.
    OwnClaimIsForeign,
    /// A claim takes what another still works on.
    IgnoreLeases,
    /// Settling names the event and not the claim.
    SettleWithoutFence,
    /// A message is deleted although the ledger could not be asked.
    DeleteUnasked,
    /// A message that the ledger refused stays on the queue, as if the queue were the retry schedule.
    KeepRefused,
    /// The sweep takes an event off the index once it has sent it.
    SweepOnce,
    /// Passing trouble gives `received` and a `not_before`, but the due time is left to the queue.
    AgainIsNotDue,
    /// A record that has expired counts until DynamoDB deletes it.
    TrustTtl,
    /// A record begins to expire when it is made.
    ExpireFromTheStart,
    /// What is published is named after the attempt.
    NameTheAttempt,
}
