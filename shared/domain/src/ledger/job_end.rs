//! Which of several events that tell the same end of a job is published.

use std::time::Duration;

use crate::digest::Digest;
use crate::event::Origin;
use crate::event::event_id::EventId;
use crate::ledger::job::{End, EndMarker, Job};
use crate::time::Timestamp;

/// A webhook that tells of an end so much later than the sender's API did tells of another one.
const ENDED_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// An event that tells of a job's end.
#[derive(Clone, Debug)]
pub struct JobEnd {
    /// The job.
    pub job: Job,
    /// Which end.
    pub end: End,
    /// The event's id.
    pub id: EventId,
    /// The digest of its body.
    pub body_sha256: Digest,
    /// Whether it was delivered or asked for.
    pub by: Origin,
    /// Whether a signature covers its body.
    pub is_signed: bool,
    /// The time that it tells, as it was delivered; of one that was asked for, when the sender's API answered.
    pub at: Option<Timestamp>,
}

/// What becomes of an event that tells of an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndVerdict {
    /// It is published.
    Publish,
    /// The event with this id, which tells the same end, is published in its place.
    Superseded(String),
}

impl JobEnd {
    /// Decides about this event, where `winner` is the one that the job's record names.
    #[must_use]
    pub fn judge(&self, winner: &EndMarker) -> EndVerdict {
        if winner.id == self.id.as_str() {
            return EndVerdict::Publish;
        }
        let is_another_end = match (winner.by, self.by) {
            // The sender says two things: both are told, as they would be without an expectation. But a forged body that
            // failed must not come back once the sender's API agrees with the genuine one.
            (Origin::Webhook | Origin::Replay, Origin::Webhook | Origin::Replay) => {
                winner.is_signed || self.is_signed || !self.stands_beside(winner)
            }
            (Origin::Poll, Origin::Webhook | Origin::Replay) => {
                let told = winner.at.zip(self.at);
                told.is_some_and(|(answered_at, at)| at > answered_at + ENDED_AGAIN_AFTER)
            }
            (_, Origin::Poll) => false,
        };
        if is_another_end { EndVerdict::Publish } else { EndVerdict::Superseded(winner.id.clone()) }
    }

    /// Whether one of the two has its id because the other's body had the key first.
    fn stands_beside(&self, winner: &EndMarker) -> bool {
        let is_below = |id: &str, key: &str| {
            let digest = id.strip_prefix(key).and_then(|rest| rest.strip_prefix('/'));
            digest.is_some_and(|digest| digest.parse::<Digest>().is_ok())
        };
        let mine_is_made_of_theirs =
            EventId::parse(&winner.id).is_ok_and(|winner| winner.with(self.body_sha256) == self.id);
        mine_is_made_of_theirs || is_below(&winner.id, self.id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::event_type::Thing;
    use crate::provider::Provider;
    use crate::source::source_name::SourceName;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    fn end(id: &str, by: Origin, is_signed: bool, at: Option<Timestamp>) -> JobEnd {
        let source = SourceName::parse("test").expect("it is a name");
        let job = Job { source, provider: Provider::Csm, thing: Thing::Job, subject: "1".to_owned() };
        let (id, body_sha256) = (EventId::parse(id).unwrap(), Digest::of(b"body"));
        JobEnd { job, end: End::Completed, id, body_sha256, by, is_signed, at }
    }

    /// Checks whether the second is published after the first has won.
    fn check(winner: &JobEnd, second: &JobEnd, is_published: bool) {
        let superseded = EndVerdict::Superseded(winner.id.to_string());
        let expected = if is_published { EndVerdict::Publish } else { superseded };
        assert_eq!(second.judge(&winner.marker()), expected, "{winner:?} {second:?}");
    }

    #[test]
    fn an_event_that_has_won_stays_the_winner() {
        for by in [Origin::Webhook, Origin::Poll] {
            let end = end("test/1", by, false, Some(NOW));
            check(&end, &end, true);
        }
    }

    #[test]
    fn two_webhooks_are_two_ends_unless_one_may_be_forged() {
        let webhook = |id: &str, is_signed| end(id, Origin::Webhook, is_signed, Some(NOW));
        let beside = format!("test/1/{}", Digest::of(b"body"));
        check(&webhook("test/1", false), &webhook("test/2", false), true);
        check(&webhook("test/1", true), &webhook(&beside, true), true);
        check(&webhook("test/1", false), &webhook(&beside, false), false);
        check(&webhook(&beside, false), &webhook("test/1", false), false);
    }

    #[test]
    fn a_webhook_after_the_answer_is_another_end_only_by_its_own_time() {
        let polled = end("test/1", Origin::Poll, false, Some(NOW));
        let late = |at| end("test/2", Origin::Webhook, true, at);
        check(&polled, &late(None), false);
        check(&polled, &late(Some(NOW + MINUTE)), false);
        check(&polled, &late(Some(NOW + MINUTE + Duration::from_millis(1))), true);
    }

    #[test]
    fn an_answer_is_never_published_beside_another_end() {
        let polled = end("test/2", Origin::Poll, false, Some(NOW + 9 * MINUTE));
        check(&end("test/1", Origin::Webhook, true, Some(NOW)), &polled, false);
        check(&end("test/1", Origin::Poll, false, Some(NOW)), &polled, false);
    }
}
