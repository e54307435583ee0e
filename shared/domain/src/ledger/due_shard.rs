//! The shards of the index of due times. The sweep reads those with a number; what has failed is in others, so that it is
//! found and never sent.

use crate::digest::Digest;
use crate::event::event_id::EventId;

/// The number of shards. One partition of an index takes a thousand writes a second; this many never hold up the table.
pub const DUE_SHARDS: u32 = 64;

/// The names of all shards, one after the other.
const NAMES: &str = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748\
                     495051525354555657585960616263";

/// The name of shard `number`.
#[must_use]
pub fn name(number: u32) -> &'static str {
    let start = (number % DUE_SHARDS) as usize * 2;
    &NAMES[start..start + 2]
}

/// The shard that an unfinished event's due time is in, a fixed one for each event.
#[must_use]
pub fn of(id: &EventId) -> &'static str {
    of_digest(id.digest())
}

/// The same of an id with this digest.
#[must_use]
pub fn of_digest(id: Digest) -> &'static str {
    name(u32::from(id.as_bytes()[0]))
}

/// The shard of what has failed in this slot of a source.
#[must_use]
pub fn of_failed(slot: &str) -> String {
    format!("f/{slot}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_shard_has_its_number_as_its_name() {
        let names: Vec<&str> = (0..DUE_SHARDS).map(name).collect();
        assert_eq!(names, (0..DUE_SHARDS).map(|number| format!("{number:02}")).collect::<Vec<_>>());
    }

    #[test]
    fn events_spread_over_the_shards() {
        let shards: BTreeSet<&str> =
            (0..1000).map(|number| of(&EventId::parse(&format!("test/{number}")).unwrap())).collect();
        assert_eq!(shards.len(), DUE_SHARDS as usize);
    }
}
