//! Deliveries that only want to hear something back.

use std::collections::BTreeMap;

use crate::content::compiled_condition::{CompiledCondition, FieldIndex, FieldRef, FieldValues};
use crate::content::json_pointers::Pointers;
use crate::description::{Challenge, Description, FieldPath, FieldPaths};

/// Tells, by a description, which deliveries only want to hear something back, and what.
#[derive(Clone, Debug)]
pub(crate) struct ChallengeReader {
    pointers: Pointers,
    when: Vec<CompiledCondition>,
    answer: Vec<FieldRef>,
}

impl ChallengeReader {
    /// `None` for a sender that makes no such deliveries.
    pub(crate) fn of(description: &Description) -> Option<ChallengeReader> {
        let Challenge { when, answer } = description.challenge.as_ref()?;
        let mut index = FieldIndex::new(description);
        let when = when.iter().map(|condition| index.condition(condition)).collect();
        let answer = index.fields(&FieldPaths(vec![FieldPath::Body(answer.clone())]));
        Some(ChallengeReader { pointers: index.pointers, when, answer })
    }

    /// What the sender wants to hear, if that is all.
    pub(crate) fn read(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<String> {
        let values = FieldValues { headers, in_body: self.pointers.read(body)? };
        let is_one = self.when.iter().all(|condition| values.satisfy(condition));
        self.answer.iter().find_map(|field| values.text(field)).filter(|_| is_one).map(str::to_owned)
    }
}
