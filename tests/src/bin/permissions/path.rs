//! A path through the functions.

use domain::provider::Provider;
use futures_util::future::LocalBoxFuture;
use serde_json::json;
use tests::source::Source;

use crate::contents::Outcome;
use crate::world::World;

/// A path, which begins in an account that is as it was in the beginning.
pub(crate) struct Path {
    /// Whose role it is about.
    pub(crate) function: &'static str,
    pub(crate) name: &'static str,
    pub(crate) walk: for<'a> fn(&'a World, &'static str) -> LocalBoxFuture<'a, Outcome>,
}

impl Path {
    /// Walks it.
    pub(crate) async fn outcome(&self, world: &World) -> Outcome {
        world.reset().await;
        (self.walk)(world, self.name).await
    }
}

/// A source named after the path, whose sender signs and whose refused deliveries are stored.
pub(crate) async fn quarantining(world: &World, name: &str) -> Source {
    let source = Source::new(Provider::Get3w).with_option("quarantine", json!({}));
    world.set_up(&name.replace(' ', "-"), source).await
}

/// A source named after the path, whose sender signs.
pub(crate) async fn source(world: &World, name: &str) -> Source {
    world.source(&name.replace(' ', "-"), Provider::Get3w).await
}

/// The report of a job, with so many bytes in it that do not shrink: the same in every run.
pub(crate) fn body(outputs: &[String], noise_bytes: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(noise_bytes as u64);
    let noise: String = (0..noise_bytes).map(|_| random.alphanumeric()).collect();
    json!({"id": "job-1", "status": "completed", "outputs": outputs, "noise": noise}).to_string().into_bytes()
}

/// The report of a job with one output.
pub(crate) fn small_body() -> Vec<u8> {
    body(&["https://cdn.get3w.com/outputs/1.png".to_owned()], 0)
}
