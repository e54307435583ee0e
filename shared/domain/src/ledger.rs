//! The ledger's decisions: what a record's state allows, and what comes next.
//!
//! The state machine, with who moves it on:
//!
//! ```text
//!             ingest                  processor: claim               processor: settle
//!  (nothing) ────────► received ─────────────────────► processing ─────────────────────► done | failed
//!                         ▲  due_at: +10 min             │  due_at: lease + 30 s           expires_at: +30 days
//!                         └──────────────────────────────┘
//!                              settle: passing trouble, due_at = not_before
//! ```
//!
//! Whoever finds `due_at` in the past (the sweep) sends the event to the queue again, so nothing unfinished can be
//! forgotten: a lost message, a dead processor and a planned wait all end the same way.
//!
//! Here are decisions over plain values, and the [writes] that carry them out: each a value with its key, its condition
//! and its changes. The platform renders that value to DynamoDB; the model of the protocol evaluates the same one.

pub mod admit;
pub mod attribute;
pub mod backfill;
pub mod claim;
pub mod condition;
pub mod due_shard;
pub mod item;
pub mod job;
pub mod job_end;
pub mod job_writes;
pub mod listing;
pub mod poll_pace;
pub mod reconciliation;
pub mod record;
pub mod replay;
pub mod replay_index;
pub mod replay_job;
pub mod replay_pace;
pub mod schedule;
pub mod settle;
pub mod slot;
pub mod source_directory;
pub mod sweep;
pub mod value;
pub mod watch_list;
pub mod write;
pub mod writes;
