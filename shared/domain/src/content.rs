//! What a body says: what identifies its event, and the one shape into which every sender's events are brought.
//!
//! `head_reader` reads in one pass, without a tree, what the thin function must know; [`canonical`] brings the rest of
//! the body into one shape. Both follow the sender's [`description`](crate::description).

pub mod asset;
pub(crate) mod asset_collector;
pub mod canonical;
pub(crate) mod challenge_reader;
pub(crate) mod compiled_condition;
pub mod details;
pub(crate) mod details_reader;
pub(crate) mod event_error_reader;
pub(crate) mod expiry;
pub(crate) mod field_value;
pub(crate) mod file_ending;
pub(crate) mod form;
pub mod head;
pub(crate) mod head_reader;
pub(crate) mod json_pointers;
pub(crate) mod lenient;
pub(crate) mod list_reader;
pub mod media;
pub(crate) mod parsed_delivery;
pub(crate) mod predicate;
pub(crate) mod reply_writer;
