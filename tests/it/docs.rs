//! What the docs name exists, and what they tell to run can be run.

mod assumptions;
pub(crate) mod commands;
mod denials;
mod faults;
mod filters;
mod links;
mod outputs;
pub(crate) mod pages;
mod paths;
mod proofs;
mod secrets;
mod targets;
mod tutorials;
