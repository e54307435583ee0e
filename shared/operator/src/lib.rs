//! What operators do with the ledger: list it, follow it, replay its events, reconcile the jobs that were expected, and say
//! which sources are watched. Functions do none of it.
//!
//! This crate calls what `domain::ledger::listing` and `domain::ledger` decide, and decides nothing itself but how many calls go
//! side by side, and how an event's life is told.

pub mod backfill;
pub mod function_logs;
pub mod jobs;
pub mod listing;
pub mod release;
pub mod replay;
pub mod silence;
pub mod subject_place;
pub mod timeline;
