//! What a command works with.

use std::sync::Arc;

use crate::interrupt::Interrupt;
use crate::options::Options;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::session::Session;

/// What a command works with.
#[derive(Debug)]
pub struct Context {
    /// Where its data and its words go.
    pub output: Output,
    /// Whom it asks.
    pub prompt: Prompt,
    /// AWS, or the local stack.
    pub session: Arc<Session>,
    /// What asks it to end.
    pub interrupt: Interrupt,
}

impl Context {
    /// Connects to nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Context {
        Context {
            output: Output::new(options.output, options.fields.clone()),
            prompt: Prompt::new(options.yes),
            session: Arc::new(Session::new(options)),
            interrupt: Interrupt::default(),
        }
    }
}
