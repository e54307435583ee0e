//! The events that tell of the job.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::{EventType, Status, Thing};
use domain::event::key_meaning::KeyMeaning;
use domain::event::{Event, Origin, VerifiedBy};
use domain::ledger::job::{End, Job};
use domain::ledger::job_end::JobEnd;
use domain::provider::Provider;
use domain::source::source_name::SourceName;

use super::{Bounds, Second};
use crate::time::NOW;

/// A job that has ended again has done so this long after its first end.
const LATER: Duration = Duration::from_secs(120);

/// Who tells of the job. Each has a record of its own, unless the answer has the webhook's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Tale {
    /// The sender's webhook.
    Webhook,
    /// A second one of the sender's, under an id of its own.
    Second,
    /// A stranger's.
    Forgery,
    /// The sender's API.
    Answer,
    /// The same beside a failed event with another body.
    AnswerBeside,
    /// Landfall: the job is given up.
    Expiry,
}

pub(crate) const TALES: [Tale; 6] =
    [Tale::Webhook, Tale::Second, Tale::Forgery, Tale::Answer, Tale::AnswerBeside, Tale::Expiry];

pub(crate) fn job() -> Job {
    let source = SourceName::parse("test").expect("it is a name");
    Job { source, provider: Provider::Csm, thing: Thing::Job, subject: "1".to_owned() }
}

impl Tale {
    /// The event that tells it. They are made once: a state of the world is looked at often.
    pub(crate) fn event(self, has_other_id: bool) -> &'static Event {
        static EVENTS: LazyLock<[Vec<Event>; 2]> =
            LazyLock::new(|| [false, true].map(|other| TALES.into_iter().map(|tale| tale.made(other)).collect()));
        &EVENTS[usize::from(has_other_id)][self as usize]
    }

    fn made(self, has_other_id: bool) -> Event {
        let job = job();
        let key = match self {
            Tale::Answer | Tale::AnswerBeside if has_other_id => "answer",
            Tale::Webhook | Tale::Answer | Tale::AnswerBeside => "end",
            Tale::Second => "second",
            Tale::Forgery => "forged",
            Tale::Expiry => "expired",
        };
        let is_polled = matches!(self, Tale::Answer | Tale::AnswerBeside | Tale::Expiry);
        let body = format!("{:?}", if self == Tale::AnswerBeside { Tale::Answer } else { self });
        let event = Event {
            id: EventId::new(&job.source, [key]),
            source: job.source,
            provider: job.provider,
            event_type: match self {
                Tale::Expiry => EventType::Expired(job.thing),
                _ => EventType::Known(job.thing, Status::Completed),
            },
            subject: Some(job.subject),
            verified_by: if is_polled { VerifiedBy::Confirmed } else { VerifiedBy::Token },
            key_meaning: KeyMeaning::State,
            must_confirm: !is_polled,
            origin: if is_polled { Origin::Poll } else { Origin::Webhook },
            replay: 0,
            received_at: NOW,
            recorded_by: format!("{self:?}"),
            headers: BTreeMap::new(),
            body_sha256: Digest::of(body.as_bytes()),
        };
        if self == Tale::AnswerBeside { event.with_body_digest() } else { event }
    }

    /// What it says to the job's record.
    pub(crate) fn end(self, bounds: Bounds) -> JobEnd {
        let event = self.event(bounds.has_other_id).clone();
        let second = bounds.second.filter(|_| self == Tale::Second);
        let is_later = second == Some(Second::EndedAgain);
        JobEnd {
            job: job(),
            end: if second == Some(Second::OtherEnd) { End::Failed } else { End::Completed },
            id: event.id,
            body_sha256: event.body_sha256,
            by: event.origin,
            is_signed: false,
            at: Some(if is_later { NOW + LATER } else { NOW }),
        }
    }
}
