//! The contract with those downstream: what is sent is what `docs/schemas/`, `examples/events.json` and `docs/events.md` say.

mod docs;
mod examples;
mod formats;
mod layout;
mod recorded;
mod schema;
mod schemas;
