//! The whole system, from outside: the real template, the real binaries, the senders' real requests.
//!
//! Every test uses sources of its own and resets nothing, so all of them run at the same time on one stack.

mod alarms;
mod answers;
mod architecture;
mod archive;
mod bodies;
mod catalogue;
mod challenges;
mod cli_deliveries;
mod cli_events;
mod cli_replay;
mod cli_sources;
mod cli_vectors;
mod cli_wait;
mod confirm;
mod consumers;
mod contract;
mod deploy;
mod deploy_states;
mod docs;
mod expectations;
mod faults;
mod forgeries;
mod front;
mod hardening;
mod invocations;
mod large;
mod listing;
mod metrics;
mod module_graph;
mod once;
mod operations;
mod operator;
mod process;
mod recordings;
mod replay;
mod rotation;
mod runbook;
mod secrets;
mod sender_apis;
mod senders;
mod sweep;
mod template;
mod writes;
