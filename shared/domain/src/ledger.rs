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
//! Here are only decisions over plain values. The platform performs them as conditional writes; whole-system tests hold
//! what the processor and the sweep then do against these functions.

pub mod admit;
pub mod claim;
pub mod record;
pub mod schedule;
pub mod settle;
pub mod sweep;
