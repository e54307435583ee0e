//! A job, and what becomes of its webhook.

use std::time::Duration;

use ::tests::expectation::{expectation, job_id, thing};
use ::tests::observe::holds_within;
use ::tests::simulator::{End, Simulator};
use ::tests::source::Source;
use ::tests::stack::TIME_SCALE;
use ::tests::watch;
use ::tests::world::World;
use domain::expectation::Expectation;

/// A sender, and the source by which its webhooks come.
pub(crate) struct Sender {
    pub(crate) simulator: Simulator,
    pub(crate) source: Source,
}

/// What becomes of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Webhook {
    InTime,
    /// It is sent when Landfall may have asked already.
    Late,
    /// It is never sent.
    Lost,
}

/// What is to become of a job.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) sender: usize,
    pub(crate) end: End,
    pub(crate) webhook: Webhook,
    pub(crate) is_sent_twice: bool,
    /// Whether it still goes on when its sender is asked first.
    is_slow: bool,
    /// From its submission to its end, if it is not slow.
    takes: Duration,
    /// From its submission to its webhook.
    webhook_after: Duration,
}

/// A job that was played.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) plan: Plan,
    /// The sender's id of it.
    pub(crate) subject: String,
    /// Whether each of its webhooks was accepted.
    pub(crate) is_accepted: bool,
    /// Whether it went on for as long as it was to.
    pub(crate) has_lasted: bool,
}

/// After so many seconds on AWS, and so much sooner here, the sender is asked.
const WITHIN_SECONDS: u32 = 120;
pub(crate) const LOST_PERCENT: usize = 30;
const LATE_PERCENT: usize = 10;
const TWICE_PERCENT: usize = 5;
/// So many of the jobs whose webhooks are lost still go on when their senders are asked first.
const SLOW_PERCENT: usize = 25;
const FAILED_PERCENT: u8 = 20;
/// A slow job's sender is asked within this time, the outage included. When a function dies each time that it would ask,
/// the waits grow, and the clock is turned on, so many times at most.
const ASKED_WITHIN: Duration = Duration::from_secs(60);
const TURNS_MAX: u32 = 4;

/// How long after the submission of a job its sender is asked.
fn deadline() -> Duration {
    let scale: f64 = TIME_SCALE.parse().expect("the scale of the local stack is a number");
    Duration::from_secs(WITHIN_SECONDS.into()).mul_f64(scale)
}

/// What becomes of `count` jobs of so many senders. The shares are exact, their order is drawn.
pub(crate) fn plans(count: usize, senders: usize, seed: u64) -> Vec<Plan> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut webhooks: Vec<Webhook> = (0..count)
        .map(|number| match number * 100 / count {
            percent if percent < LOST_PERCENT => Webhook::Lost,
            percent if percent < LOST_PERCENT + LATE_PERCENT => Webhook::Late,
            _ => Webhook::InTime,
        })
        .collect();
    random.shuffle(&mut webhooks);
    let (mut lost, mut sent): (Vec<usize>, Vec<usize>) =
        (0..count).partition(|number| webhooks[*number] == Webhook::Lost);
    random.shuffle(&mut lost);
    lost.truncate(lost.len() * SLOW_PERCENT / 100);
    random.shuffle(&mut sent);
    sent.truncate(count * TWICE_PERCENT / 100);
    let plan = |(number, webhook): (usize, Webhook)| {
        let takes = Duration::from_millis(random.u64(500..2_500));
        let webhook_after = match webhook {
            Webhook::Late => deadline() + Duration::from_millis(random.u64(..10_000)),
            Webhook::InTime | Webhook::Lost => takes,
        };
        let end = if random.u8(..100) < FAILED_PERCENT { End::Failed } else { End::Completed };
        let (is_slow, is_sent_twice) = (lost.contains(&number), sent.contains(&number));
        Plan { sender: number % senders, end, webhook, is_sent_twice, is_slow, takes, webhook_after }
    };
    webhooks.into_iter().enumerate().map(plan).collect()
}

impl Plan {
    /// Plays the job, from its submission to its last webhook.
    pub(crate) async fn play(self, world: &'static World, sender: &Sender) -> Job {
        let Sender { simulator, source } = sender;
        let subject = simulator.submit();
        let expected = expectation(source, thing(source.provider), &subject);
        world.expect(&Expectation { within_seconds: Some(WITHIN_SECONDS), ..expected }).await;
        tokio::time::sleep(self.takes).await;
        let has_lasted = !self.is_slow || is_asked(world, sender, &subject).await;
        simulator.finish(&subject, self.end);
        tokio::time::sleep(self.webhook_after.saturating_sub(self.takes)).await;
        let times = match (self.webhook, self.is_sent_twice) {
            (Webhook::Lost, _) => 0,
            (Webhook::InTime | Webhook::Late, false) => 1,
            (Webhook::InTime | Webhook::Late, true) => 2,
        };
        let mut is_accepted = true;
        for _ in 0..times {
            let delivery = world.delivery(source, &simulator.webhook(&subject, self.end));
            is_accepted &= world.deliver(&delivery).await.is_success();
        }
        Job { plan: self, subject, is_accepted, has_lasted }
    }
}

/// Whether the sender is asked about its job, sooner or later.
async fn is_asked(world: &World, Sender { simulator, source }: &Sender, subject: &str) -> bool {
    let was_asked = || simulator.look_ups().iter().any(|look_up| look_up.job == subject);
    for _ in 0..TURNS_MAX {
        if holds_within(ASKED_WITHIN, was_asked).await {
            return true;
        }
        if let Some(record) = world.record(job_id(source, thing(source.provider), subject).as_str()).await {
            watch::hurry(world, &record).await;
        }
    }
    holds_within(ASKED_WITHIN, was_asked).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_exact_and_a_seed_gives_the_same_again() {
        let drawn = plans(1000, 4, 7);
        let count = |is: fn(&Plan) -> bool| drawn.iter().filter(|plan| is(plan)).count();
        let lost = count(|plan| plan.webhook == Webhook::Lost);
        let late = count(|plan| plan.webhook == Webhook::Late);
        assert_eq!((lost, late, count(|plan| plan.is_sent_twice)), (300, 100, 50));
        let slow = count(|plan| plan.is_slow);
        assert_eq!((slow, count(|plan| plan.is_slow && plan.webhook == Webhook::Lost)), (75, 75));
        assert_eq!(format!("{drawn:?}"), format!("{:?}", plans(1000, 4, 7)));
        assert_ne!(format!("{drawn:?}"), format!("{:?}", plans(1000, 4, 8)));
    }
}
