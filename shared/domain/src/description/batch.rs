//! Where a body lists several events.

use serde::Deserialize;

use crate::description::Pointer;
use crate::description::one_or_many::one_or_many;

/// How many events one delivery may list. With 16 side by side, and two calls of 10 ms for each, they take 3 of the 5
/// seconds that the most impatient sender waits; this is arithmetic, and was not measured.
pub const BATCH_EVENTS_MAX: usize = 2_500;

/// How many bytes the events of one delivery may have together: what stands around lists in lists is in each of them.
pub const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Where a body lists several events. Shapes, details and polls then read one item as if it were the whole body.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The lists, of which the first that a body has counts. An empty pointer is a body that is a list itself. In a pointer
    /// with `*`, which leads through the items of a list, an item is the whole body with one item in each list on the way.
    /// A body without a list, or with an empty one, is one event.
    #[serde(deserialize_with = "one_or_many")]
    pub items: Vec<Pointer>,
}

/// A delivery lists more events than can be made durable while its sender waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the delivery lists more than {BATCH_EVENTS_MAX} events, or they are too large together")]
pub struct TooManyEvents;
