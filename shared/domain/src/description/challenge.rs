//! Deliveries that only ask for an answer.

use serde::Deserialize;

use crate::description::{Condition, Pointer};

/// A delivery that only wants to hear something back, to prove that somebody listens. It is no event.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// How such a delivery is known, once it is verified.
    pub when: Vec<Condition>,
    /// The text that is sent back, as plain text.
    pub answer: Pointer,
}
