//! Performing the script.

use std::time::Duration;

use tests::clock::Stopwatch;
use tests::http::Answer;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::World;

use crate::script::{How, Step};

/// A sender's source, and what happens at its URL.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) source: Source,
    pub(crate) steps: &'static [Step],
}

/// A request that was answered.
#[derive(Debug)]
pub(crate) struct StepResult {
    pub(crate) step: &'static Step,
    pub(crate) answer: Answer,
    pub(crate) took: Duration,
}

impl Scene {
    /// The path of the URL that is registered with the sender, its token hidden as it must be everywhere.
    pub(crate) fn shown_url(&self) -> String {
        let token = if self.source.token.is_some() { "/<token>" } else { "" };
        format!("/hooks/{}{token}", self.source.name)
    }
}

/// Sends one request.
pub(crate) async fn perform(world: &World, source: &Source, step: &'static Step) -> StepResult {
    let recorded = recorded(step.recorded);
    let request = match step.how {
        How::First(_) | How::Again => world.delivery(source, &recorded.body),
        How::Changed { from, to, .. } => {
            let body = String::from_utf8(recorded.body).expect("what is changed is text");
            world.delivery(source, body.replacen(from, to, 1).as_bytes())
        }
        How::Forged(forgery) => forgery.of(&world.stack, source, &recorded.body),
    };
    let begun = Stopwatch::start();
    let answer = world.deliver(&request).await;
    StepResult { step, answer, took: begun.elapsed() }
}
