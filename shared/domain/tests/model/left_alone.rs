//! What becomes of a world that is left alone.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;

use domain::ledger::record::State;
use stateright::Model as _;

use crate::protocol::{Action, Protocol};
use crate::world::World;

/// Longer than any world takes that ends at all.
const STEPS_MAX: usize = 300;

/// The worlds that are known to end well. Most ways to the end lead into one another.
#[derive(Debug, Default)]
pub(crate) struct Endings {
    hasher: RandomState,
    good: [Mutex<HashSet<u64>>; 16],
}

impl Endings {
    fn shard(&self, hash: u64) -> &Mutex<HashSet<u64>> {
        &self.good[(hash >> 60) as usize]
    }

    fn has(&self, hash: u64) -> bool {
        self.shard(hash).lock().expect("nobody panics under it").contains(&hash)
    }

    fn add(&self, hashes: &[u64]) {
        for hash in hashes {
            self.shard(*hash).lock().expect("nobody panics under it").insert(*hash);
        }
    }
}

/// Who goes first when several could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    /// Whoever has begun something ends it, messages go before the sweep, and what is stray never lands.
    WorkFirst,
    /// What is stray lands, and the sweep goes before everybody else.
    SweepFirst,
}

/// Whether the event ends as it should if from here on nothing fails and no sender helps.
///
/// Every state is asked, so no path leads to one from which there is no good end: an event can be neither lost nor
/// stuck. What the checker cannot say is that every fair run takes such a way; two opposite orders of doing things
/// stand for them.
pub(crate) fn ends_well(protocol: &Protocol, world: &World, order: Order) -> bool {
    let mut world = World { deliveries: 0, faults: 0, replays: 0, ..world.clone() };
    let (mut way, mut actions) = (Vec::new(), Vec::new());
    while way.len() < STEPS_MAX {
        let hash = protocol.endings.hasher.hash_one((&world, order));
        if protocol.endings.has(hash) || world.is_quiet() && is_good(&world) {
            protocol.endings.add(&way);
            return true;
        }
        way.push(hash);
        if world.is_quiet() {
            return false;
        }
        protocol.actions(&world, &mut actions);
        let ranked = actions.drain(..).filter_map(|action| Some((rank(action, order)?, action)));
        let Some((_, action)) = ranked.min_by_key(|(rank, _)| *rank) else {
            return false;
        };
        world = protocol.next_state(&world, action).expect("the action was offered");
    }
    false
}

/// The lowest goes first; `None` does not happen.
fn rank(action: Action, order: Order) -> Option<u8> {
    let is_work_first = order == Order::WorkFirst;
    match action {
        Action::Land => (!is_work_first).then_some(0),
        Action::ReadIndex(_) | Action::Sweep(..) => Some(if is_work_first { 4 } else { 1 }),
        Action::Process(..) | Action::Ingest(..) | Action::Replay(_) => Some(2),
        Action::Receive { .. } => Some(3),
        Action::Pass => Some(5),
        // Left alone also means that nothing is renewed, and that nothing fails.
        Action::DeleteExpired | Action::Deliver(..) | Action::BeginReplay(_) | Action::PassTooLong => None,
        Action::IngestDies(_) | Action::ProcessorDies(_) | Action::SweepDies(_) | Action::ReplayDies => None,
    }
}

/// Whether what was acknowledged is finished, and what is done was published.
fn is_good(world: &World) -> bool {
    match &world.record {
        Some(record) => record.is_final() && (record.state() != State::Done || world.history.published > 0),
        None => !world.history.is_acknowledged(),
    }
}
