//! The harness of the whole-system tests and of the demo: the local stack, the four senders, and what can be seen from
//! outside. It knows Landfall by its contracts alone: HTTP, the ledger's attributes, the queues' messages.
//!
//! What the local stack cannot show, and only a deployment to AWS can: true cold starts, AWS's own limits and throttling,
//! and how a function URL treats bytes that no HTTP client here can send. Permissions are shown by `make permissions`.

pub mod agent;
pub mod asset_server;
pub mod aws;
pub mod clock;
pub mod command_lines;
pub mod confidential;
pub mod console;
pub mod event;
pub mod expectation;
pub mod forgery;
pub mod functions;
pub mod http;
pub mod implementation;
pub mod inbox;
pub mod judge;
pub mod ledger;
pub mod measured;
pub mod message;
mod objects;
pub mod observe;
pub mod proxy;
pub mod recorded;
pub mod registration_api;
pub mod sender;
pub mod simulator;
pub mod source;
pub mod stack;
pub mod story;
mod subscription;
pub mod template;
pub mod tool;
pub mod tool_proxy;
pub mod watch;
pub mod world;
