//! A simulation of Landfall under load, second by second, in numbers of events: no clock, no network, nothing measured.
//!
//! It shows which limit of AWS's is met first at which rate, and that a backlog drains. What it assumes is in
//! [`World`] and in benches/scale.md.

pub mod report;

mod events;
mod fleet;
mod on_demand;
mod queue;
mod simulation;
mod world;

pub use simulation::{Outcome, Second, simulate};
pub use world::World;
