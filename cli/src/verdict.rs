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
    /// The verified event.
    pub event: Option<VerifiedEvent>,
    /// What is published of it; nothing of what only asks for an answer.
    pub published: Option<Value>,
}

impl Verdict {
    /// A word for it: the reason of a refusal, `accepted`, or the status of what is no delivery.
    #[must_use]
    pub fn word(&self) -> String {
        match (self.refusal, &self.event) {
            (Some(refusal), _) => refusal.to_string(),
            (None, Some(_)) if self.is_duplicate => DUPLICATE.to_owned(),
            (None, Some(_)) => "accepted".to_owned(),
            (None, None) => self.response.status_code.to_string(),
        }
    }

    pub(crate) fn answered(refusal: Option<Refusal>, answer: &Answer) -> Verdict {
        Verdict { refusal, is_duplicate: false, response: Response::of(answer), event: None, published: None }
    }

    pub(crate) fn refused(refusal: Refusal) -> Verdict {
        Verdict::answered(Some(refusal), &Answer::to_refusal(refusal, false))
    }

    /// Of a verified delivery, after another one if there is a `before`, whose event is not finished.
    pub(crate) fn verified(verified: VerifiedEvent, source: &Source, before: Option<VerifiedEvent>) -> Verdict {
        if let Some(answer) = Answer::to_challenge(&verified) {
            return Verdict { event: Some(verified), ..Verdict::answered(None, &answer) };
        }
        let success = verified.success().cloned();
        let verified = match before.and_then(|before| admit_after(before.event(), verified.event(), SCHEDULE)) {
            None | Some(Admission::Return { .. } | Admission::Expired { .. }) => verified,
            Some(Admission::Beside) => verified.with_body_digest(),
            Some(admission @ (Admission::Duplicate { .. } | Admission::AskAgain(_))) => {
                let differs = !matches!(admission, Admission::Duplicate { differs: false, .. });
                let answer =
                    Answer::to_event(Durability::Duplicate { id: verified.event().id.clone(), differs }, success);
                return Verdict { event: Some(verified), is_duplicate: true, ..Verdict::answered(None, &answer) };
            }
        };
        let event = verified.event();
        let answer = Answer::to_event(Durability::Recorded(event.id.clone()), success);
        let canonical = Canonical::of(&source.sender, &event.headers, verified.body());
        let published = publish(event, &canonical, verified.body(), PayloadPlacement::Whole);
        let published = serde_json::from_str(&published.json).expect("an event is JSON");
        Verdict { event: Some(verified), published: Some(published), ..Verdict::answered(None, &answer) }
    }
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
