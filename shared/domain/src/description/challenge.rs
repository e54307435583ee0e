//! Deliveries that only ask for an answer.

use serde::Deserialize;

use crate::description::{Condition, FieldPath, ReplyRule};

/// A request that only wants to hear something back, to prove that somebody listens. It is no event.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// The method with which it comes.
    #[serde(default)]
    pub method: ChallengeMethod,
    /// Whether it is answered before anything is verified, since the sender signs nothing yet. Where the source has a
    /// token in its URL, the URL must hold it all the same.
    #[serde(default)]
    pub unsigned: bool,
    /// How such a delivery is known.
    pub when: Vec<Condition>,
    /// Where an unsigned one has the text that the source has as `verify_token`.
    #[serde(default)]
    pub token: Option<FieldPath>,
    /// What is sent back.
    pub answer: ReplyRule,
}

/// The method of a challenge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ChallengeMethod {
    /// That of a delivery.
    #[default]
    Post,
    /// That of a question about the URL; never a delivery, so it is always unsigned.
    Get,
}
