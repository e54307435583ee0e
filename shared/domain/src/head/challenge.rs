//! Deliveries that only want to hear something back.

use std::collections::BTreeMap;

use crate::description::{Challenge, Description, Place, Places};

use super::{Asked, At, Delivered, Numbering};
use crate::json::Pointers;

/// Tells, by a description, which deliveries only want to hear something back, and what.
#[derive(Clone, Debug)]
pub(crate) struct ChallengeReader {
    pointers: Pointers,
    when: Vec<Asked>,
    answer: Vec<At>,
}

impl ChallengeReader {
    /// `None` for a sender that makes no such deliveries.
    pub(crate) fn of(description: &Description) -> Option<ChallengeReader> {
        let Challenge { when, answer } = description.challenge.as_ref()?;
        let mut places = Numbering { pointers: Pointers::default(), ids: description.scheme.id_headers() };
        let when = when.iter().map(|condition| places.condition(condition)).collect();
        let answer = places.places(&Places(vec![Place::Body(answer.clone())].into()));
        Some(ChallengeReader { pointers: places.pointers, when, answer })
    }

    /// What the sender wants to hear, if that is all.
    pub(crate) fn read(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<String> {
        let delivery = Delivered { headers, found: self.pointers.read(body)? };
        let is_one = self.when.iter().all(|asked| delivery.answers(asked));
        self.answer.iter().find_map(|at| delivery.text(at)).filter(|_| is_one).map(str::to_owned)
    }
}
