//! Landfall's values and decisions: no IO, no async, no AWS, no clock, no environment. Whatever a decision needs is an
//! argument, so every state and every input can be tried in a test.
//!
//! # The cast
//!
//! A **provider** is a kind of sender; a **source** is one that an operator configured, with its secrets. A
//! **delivery** is a request as it arrived, not verified yet. [`verify::verify`] turns it into a **verified
//! event**, and nothing else can. The **event id** is its idempotency key: the same event has the same id in whatever
//! attempt it comes.
//!
//! The **ledger** holds one **record** an event, which is the truth about it. A **message** only carries the event to
//! the processor, which **claims** it, brings it into the **canonical** shape, has it **published** and **settles** it.
//! Whatever remains unfinished comes **due**, and the sweep sends it again.
//!
//! Follow one event through the modules: [`delivery::request`] → [`receive`] → [`delivery`] → [`verify`] → [`event`] →
//! [`ledger::admit`] → [`receive::answer`] → [`message`] → [`ledger::claim`] → [`content::canonical`] → [`confirm`] → [`archive`] →
//! [`published`] → [`ledger::settle`], and [`ledger::sweep`] for those that strayed.

pub mod archive;
pub mod confirm;
pub mod content;
pub mod delivery;
pub mod description;
pub mod digest;
pub mod download;
pub mod event;
pub mod expectation;
pub mod ledger;
pub mod message;
pub mod metric;
pub mod provider;
pub mod published;
pub mod receive;
pub mod source;
pub mod stale_cache;
pub mod text;
pub mod time;
pub mod verify;
