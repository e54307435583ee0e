//! What the docs name exists, and what they tell to run can be run.

pub(crate) mod commands;
mod faults;
mod filters;
mod links;
pub(crate) mod pages;
mod paths;
mod proofs;
mod secrets;
mod targets;
mod tutorials;
