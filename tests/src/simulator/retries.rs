//! When a sender sends a webhook again.

use std::time::Duration;

use domain::provider::Provider;

use crate::http::{Answer, Request};
use crate::world::World;

/// How much faster than in reality a sender's own waits pass.
const PACE: u32 = 100;

/// A sender's patience with its receiver.
#[derive(Clone, Debug)]
pub struct Retries {
    /// How long it waits for an answer.
    pub time_out: Duration,
    /// How long it waits before each attempt.
    pub waits: Vec<Duration>,
    base_url: String,
}

/// What becomes of an attempt that does not reach Landfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Something on the way answers 503.
    Unavailable,
    /// Nobody answers, and the sender's time-out ends it.
    NoAnswer,
}

impl Retries {
    pub(super) fn of(provider: Provider, is_workflow: bool, base_url: String) -> Retries {
        let (time_out, waits): (u64, &[u64]) = match provider {
            Provider::Csm => (5, &[0, 2, 4, 8]),
            Provider::Get3w => (30, &[0, 10, 30, 60]),
            Provider::Glossi => (30, &[0, 60, 5 * 60, 30 * 60]),
            // "Up to 3 times with exponential backoff"; how long the first wait is, nobody says.
            Provider::Modelslab if is_workflow => (30, &[0, 10, 20, 40]),
            Provider::Modelslab => (30, &[0]),
            other => panic!("nobody plays {other} here"),
        };
        let waits = waits.iter().map(|seconds| Duration::from_secs(*seconds)).collect();
        Retries { time_out: Duration::from_secs(time_out), waits, base_url }
    }

    /// Sends `request` as often as the sender does until one is answered with a success, and tells each answer. The
    /// first attempts get lost as `losses` says. The sender's time-out ends those alone: how fast this machine is at
    /// playing Lambda is not what a story is about.
    pub async fn deliver(&self, world: &World, request: &Request, losses: &[Loss]) -> Vec<String> {
        let mut told = Vec::new();
        for (attempt, wait) in self.waits.iter().enumerate() {
            tokio::time::sleep(*wait / PACE).await;
            let answer = match losses.get(attempt) {
                Some(loss) => self.lose(world, request, *loss).await,
                None => Some(world.deliver(request).await),
            };
            told.push(answer.as_ref().map_or("no answer".to_owned(), Answer::told));
            if answer.is_some_and(|answer| answer.is_success()) {
                break;
            }
        }
        told
    }

    async fn lose(&self, world: &World, request: &Request, loss: Loss) -> Option<Answer> {
        let path = match loss {
            Loss::Unavailable => "unavailable",
            Loss::NoAnswer => "silent",
        };
        let elsewhere = Request { url: format!("{}/receiver/{path}", self.base_url), ..request.clone() };
        tokio::time::timeout(self.time_out / PACE, world.send(&elsewhere)).await.ok()
    }
}
