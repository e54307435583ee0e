//! What operators' tools call, pointed at the stack under test.

use std::sync::OnceLock;

use domain::ledger::schedule::Schedule;
use domain::time::time_scale::TimeScale;
use operator::listing::Listing;
use operator::replay::Replays;
use platform::aws::{Aws, Limits};
use platform::bodies::Bodies;
use platform::env::Env;
use platform::ledger::Ledger;
use platform::queue::Queue;
use tests::world::World;

/// The services, as the platform calls them.
pub(crate) fn aws(world: &World) -> Aws {
    static ENDPOINT: OnceLock<Option<String>> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "the harness takes credentials as the SDK's own tools do")]
    fn lookup(name: &str) -> Option<String> {
        let local = ENDPOINT.get()?.clone();
        match (name, local) {
            ("AWS_ENDPOINT_URL", local) => local,
            ("AWS_REGION", Some(_)) => Some("us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY", Some(_)) => Some("test".to_owned()),
            (name, _) => std::env::var(name).ok(),
        }
    }
    ENDPOINT.get_or_init(|| world.stack.endpoint.clone());
    Aws::from_env(&mut Env::of(lookup))
}

pub(crate) fn ledger(world: &World) -> Ledger {
    Ledger::new(&aws(world), world.stack.ledger_table.clone(), Limits::PATIENT)
}

pub(crate) fn listing(world: &World) -> Listing {
    Listing::new(ledger(world), bodies(world))
}

fn bodies(world: &World) -> Bodies {
    Bodies::new(&aws(world), world.stack.bucket.clone(), Limits::PATIENT)
}

/// A terminal that replays events.
pub(crate) fn replays(world: &World) -> Replays {
    let queue = |url: &str| Queue::new(&aws(world), url.to_owned(), Limits::PATIENT);
    Replays {
        ledger: ledger(world),
        listing: listing(world),
        events: queue(&world.stack.events_queue_url),
        ready: queue(&world.stack.consumer_queue_url),
        schedule: Schedule::at(TimeScale::REAL),
    }
}
