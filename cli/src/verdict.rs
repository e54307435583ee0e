//! What ingest makes of a request.

use domain::content::canonical::Canonical;
use domain::ledger::admit::{Admission, admit_after};
use domain::ledger::schedule::Schedule;
use domain::published::{PayloadPlacement, publish};
use domain::receive::answer::{Answer, Durability, Response};
use domain::source::Source;
use domain::time::time_scale::TimeScale;
use domain::verify::{Refusal, VerifiedEvent};
use serde_json::Value;
use vectors::Proof;

const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);

/// The word for a repeat.
pub(crate) const DUPLICATE: &str = "duplicate";

/// What ingest makes of a recorded request, and what becomes of it.
#[derive(Debug)]
pub struct Verdict {
    /// Why it is refused; `None` if it is not.
    pub refusal: Option<Refusal>,
    /// Whether it repeats the request that came before.
    pub is_duplicate: bool,
    /// The answer.
    pub response: Response,
    /// The verified event, or all of those that the delivery lists.
    pub events: Vec<EventVerdict>,
}

/// What becomes of a verified event.
#[derive(Debug)]
pub struct EventVerdict {
    /// The event.
    pub verified: VerifiedEvent,
    /// What is published of it; nothing of a repeat, and of what only asks for an answer.
    pub published: Option<Value>,
}

impl Verdict {
    /// A word for it: the reason of a refusal, `accepted`, or the status of what is no delivery.
    #[must_use]
    pub fn word(&self) -> String {
        match self.refusal {
            Some(refusal) => refusal.to_string(),
            None if self.is_duplicate => DUPLICATE.to_owned(),
            None if self.events.is_empty() => self.response.status_code.to_string(),
            None => "accepted".to_owned(),
        }
    }

    pub(crate) fn answered(refusal: Option<Refusal>, answer: &Answer) -> Verdict {
        Verdict { refusal, is_duplicate: false, response: Response::of(answer), events: Vec::new() }
    }

    pub(crate) fn refused(refusal: Refusal) -> Verdict {
        Verdict::answered(Some(refusal), &Answer::to_refusal(refusal, false))
    }

    /// Of a verified delivery, after another one with the events `before`, of which none is finished.
    pub(crate) fn event(verified: VerifiedEvent, source: &Source, before: &[EventVerdict]) -> Verdict {
        if let Some(answer) = Answer::to_challenge(&verified) {
            let events = vec![EventVerdict { verified, published: None }];
            return Verdict { events, ..Verdict::answered(None, &answer) };
        }
        let success = verified.success().cloned();
        let (event, durability) = EventVerdict::of(verified, source, before);
        let is_duplicate = matches!(durability, Durability::Duplicate { .. });
        let answer = Answer::to_event(durability, success);
        Verdict { events: vec![event], is_duplicate, ..Verdict::answered(None, &answer) }
    }

    /// The same of one that lists several events.
    pub(crate) fn batch(events: Vec<VerifiedEvent>, source: &Source, before: &[EventVerdict]) -> Verdict {
        let success = events.first().and_then(VerifiedEvent::success).cloned();
        let events = events.into_iter().map(|verified| EventVerdict::of(verified, source, before));
        let (events, durabilities): (Vec<_>, Vec<_>) = events.unzip();
        let is_duplicate = durabilities.iter().all(|one| matches!(one, Durability::Duplicate { .. }));
        Verdict { events, is_duplicate, ..Verdict::answered(None, &Answer::to_batch(&durabilities, success)) }
    }
}

impl EventVerdict {
    fn of(verified: VerifiedEvent, source: &Source, before: &[EventVerdict]) -> (EventVerdict, Durability) {
        let admissions = before.iter().map(|before| before.verified.event());
        let admission = admissions.filter_map(|before| admit_after(before, verified.event(), SCHEDULE)).next();
        let verified = match admission {
            None | Some(Admission::Return { .. } | Admission::Expired { .. }) => verified,
            Some(Admission::Beside) => verified.with_body_digest(),
            Some(admission @ (Admission::Duplicate { .. } | Admission::AskAgain(_))) => {
                let differs = !matches!(admission, Admission::Duplicate { differs: false, .. });
                let durability = Durability::Duplicate { id: verified.event().id.clone(), differs };
                return (EventVerdict { verified, published: None }, durability);
            }
        };
        let durability = Durability::Recorded(verified.event().id.clone());
        (EventVerdict { published: Some(published(&verified, source)), verified }, durability)
    }
}

fn published(verified: &VerifiedEvent, source: &Source) -> Value {
    let canonical = Canonical::of(&source.sender, &verified.event().headers, verified.body());
    let published = publish(verified.event(), &canonical, verified.body(), PayloadPlacement::Whole);
    serde_json::from_str(&published.json).expect("an event is JSON")
}

/// What proved a verified event, as a vector says it.
#[must_use]
pub fn proof(verified: &VerifiedEvent) -> Proof {
    let matched = verified.matched();
    Proof {
        verified_by: verified.event().verified_by.as_str().to_owned(),
        secret: matched.secret,
        public_key: matched.public_key,
        published_key: matched.published_key,
        token: matched.token,
    }
}
