//! The benchmark: Landfall's functions beside what people would write instead.
//!
//! The functions are real processes under the control of a Lambda Runtime API of our own ([`instance`]), and AWS is
//! played by stubs of a stated delay ([`services`]), over plain HTTP or TLS. Every run is checked for its effects: a
//! contender that is fast because it leaves something out fails the run.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock, and decides about nothing but figures")]

pub mod contender;
pub mod cost;
pub mod delivery;
pub mod digest;
pub mod http;
pub mod instance;
pub mod instructions;
pub mod large_bodies;
pub mod machine;
pub mod measure;
pub mod plot;
pub mod prices;
pub mod processor;
pub mod provisioned;
pub mod publish;
pub mod report;
pub mod scaling;
pub mod scenario;
pub mod services;
pub mod share;
pub mod standing;
pub mod tls;
mod update;
mod write_units;

/// Why a run ended early: for whoever started it.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// What may end a run early.
pub type Result<T> = std::result::Result<T, Error>;
