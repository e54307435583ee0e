//! What a poll is told where there was no delivery.

use serde::Deserialize;

use crate::description::{Pointer, RequestText};

/// A member of the body that a delivery would have had: `{ set = "/type", to = "session_status_changed" }`. The id of the
/// job is `{id}`; nothing else is known of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnpromptedField {
    /// Where in the body.
    pub set: Pointer,
    /// What.
    pub to: RequestText,
}
