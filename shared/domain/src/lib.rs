//! Landfall's values and decisions: no IO, no async, no AWS, no clock, no environment. Whatever a decision needs is an
//! argument, so every state and every input can be tried in a test.
//!
//! # The cast
//!
//! A **provider** is a kind of sender; a **source** is one that an operator configured, with its secrets. A
//! **delivery** is a request as it arrived, which nobody believes. [`verify::verify`] turns it into a **verified
//! event**, and nothing else can. The **event id** is its idempotency key: the same event has the same id in whatever
//! attempt it comes.
//!
//! The **ledger** holds one **record** an event, which is the truth about it. A **message** only carries the event to
//! the processor, which **claims** it, brings it into the **canonical** shape, has it **published** and **settles** it.
//! Whatever remains unfinished comes **due**, and the sweep sends it again.
//!
//! Follow one event through the modules: [`request`] → [`front`] → [`route`] → [`delivery`] → [`verify`] → [`event`] →
//! [`ledger::admit`] → [`message`] → [`ledger::claim`] → [`canonical`] → [`confirm`] → [`archive`] → [`published`] →
//! [`ledger::settle`], and [`ledger::sweep`] for those that strayed.

pub mod archive;
pub mod asset;
mod asset_collector;
mod base64_text;
pub mod canonical;
mod challenge_reader;
mod compiled_condition;
pub mod compiled_provider;
pub mod confirm;
pub mod delivery;
pub mod description;
pub mod details;
mod details_reader;
pub mod digest;
pub mod download;
pub mod event;
mod event_error_reader;
pub mod event_id;
pub mod event_type;
mod expiry;
mod field_value;
mod file_ending;
mod form;
pub mod front;
pub mod head;
mod head_reader;
pub mod headers;
mod json;
pub mod key_set;
pub mod ledger;
pub mod media;
pub mod message;
pub mod metric;
mod parsed_delivery;
mod predicate;
pub mod provider;
pub mod public_keys;
pub mod published;
pub mod queue_text;
pub mod ration;
pub mod recent;
pub mod request;
pub mod route;
pub mod source;
pub mod source_name;
pub mod stale_cache;
pub mod string_enum;
pub mod time;
pub mod time_scale;
pub mod trace;
mod truncate;
pub mod verify;
