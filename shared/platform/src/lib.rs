//! Everything of Landfall that touches the outside: the AWS services, the senders' APIs, the environment, the clock,
//! randomness, the log.
//!
//! This crate decides nothing. It writes what `domain` decided and reads what `domain` decides upon; a branch here is
//! about how a call went, never about what an event deserves.
//!
//! **Invariant:** no SDK type leaves this crate, so no decision can come to depend on one.

pub mod assets;
pub mod aws;
pub mod bodies;
pub mod body_codec;
pub mod clock;
pub mod copies;
pub mod download;
pub mod env;
mod error_chain;
pub mod http_client;
pub mod key_sets;
pub mod ledger;
mod limits;
pub mod log;
pub mod log_group;
pub mod provider_api;
pub mod queue;
pub mod random;
pub mod refused;
mod roots;
mod service;
pub mod service_error;
pub mod source_listing;
pub mod sources;
mod tls;
pub mod topic;
