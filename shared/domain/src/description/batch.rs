//! Where a body lists several events.

use serde::Deserialize;

use crate::description::Pointer;

/// How many events one delivery may list. With 16 side by side, and two calls of 10 ms for each, they take 3 of the 5
/// seconds that the most impatient sender waits; this is arithmetic, and was not measured.
pub const BATCH_EVENTS_MAX: usize = 2_500;

/// Where a body lists several events. Shapes, details and polls then read one item as if it were the whole body.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The list; empty if the body is one. A body without it, or with an empty one, is one event.
    pub items: Pointer,
}
