//! What a source refused for one reason.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::receive::refused::RefusedDelivery;
use domain::receive::refused::goes_on;
use domain::receive::refused::places::Place;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;
use platform::ledger::Ledger;

use crate::error::Result;

/// A delivery without its headers and its body, and where it is stored.
pub(crate) type Found = (Place, RefusedDelivery);

/// What a source refused for one reason.
#[derive(Debug)]
pub(crate) struct Group {
    /// The source.
    pub(crate) source: SourceName,
    /// The reason.
    pub(crate) refusal: Refusal,
    /// All but the latest, the oldest first.
    pub(crate) earlier: Vec<Found>,
    /// The latest.
    pub(crate) latest: Found,
    /// When the source's last genuine delivery arrived.
    pub(crate) last_genuine: Option<Timestamp>,
}

impl Group {
    /// Its deliveries, the oldest first.
    pub(crate) fn stored(&self) -> impl DoubleEndedIterator<Item = &Found> {
        self.earlier.iter().chain([&self.latest])
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.earlier.len() + 1
    }

    /// When the first arrived that is stored.
    pub(crate) fn first_at(&self) -> Timestamp {
        self.earlier.first().unwrap_or(&self.latest).1.received_at
    }

    /// When the latest arrived.
    pub(crate) fn latest_at(&self) -> Timestamp {
        self.latest.1.received_at
    }

    /// Whether more of them are to be expected.
    pub(crate) fn goes_on(&self, now: Timestamp) -> bool {
        goes_on(self.last_genuine, self.latest_at(), now)
    }
}

/// Puts deliveries, of which the oldest come first, into groups by source and reason.
///
/// # Errors
/// If the ledger could not be read.
pub(crate) async fn groups(found: Vec<Found>, ledger: &Ledger) -> Result<Vec<Group>> {
    let mut groups: BTreeMap<(String, &str), Group> = BTreeMap::new();
    for latest in found {
        let (source, refusal) = (latest.1.source.clone(), latest.1.refusal);
        match groups.entry((source.to_string(), refusal.as_str())) {
            Entry::Occupied(group) => {
                let group = group.into_mut();
                group.earlier.push(std::mem::replace(&mut group.latest, latest));
            }
            Entry::Vacant(place) => {
                place.insert(Group { source, refusal, earlier: Vec::new(), latest, last_genuine: None });
            }
        }
    }
    let mut last_genuine = BTreeMap::new();
    for group in groups.values_mut() {
        let name = group.source.to_string();
        if !last_genuine.contains_key(&name) {
            last_genuine.insert(name.clone(), ledger.newest_arrival(&group.source).await?);
        }
        group.last_genuine = last_genuine[&name];
    }
    Ok(groups.into_values().collect())
}
