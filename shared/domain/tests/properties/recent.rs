use std::collections::HashMap;
use std::time::Duration;

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::recent::RecentEvents;
use domain::time::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

const REMEMBERED_FOR: Duration = Duration::from_secs(5 * 60);
const REMEMBERED_MAX: usize = 2048;

fn id(number: u32) -> EventId {
    EventId::parse(&format!("test/{number}")).expect("an id")
}

proptest! {
    // A case remembers thousands of events.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn exactly_the_latest_repeats_of_the_last_minutes_are_found(
        // Each burst is a run of ids, and the time until the next.
        bursts in vec((0..2000_u32, 1..1200_u32, 0..200_u64), 1..6),
    ) {
        let body = Digest::of(b"body");
        let mut now = Timestamp::from_millis(0);
        let (mut recent, mut seen_at, mut order) = (RecentEvents::default(), HashMap::new(), 0);
        for (first, count, seconds) in bursts {
            for number in first..first + count {
                recent.remember(&id(number), body, now);
                seen_at.insert(number, (order, now));
                order += 1;
            }
            now = now + Duration::from_secs(seconds);
        }
        let mut latest_first: Vec<(u32, (i32, Timestamp))> = seen_at.into_iter().collect();
        latest_first.sort_by_key(|(_, (order, _))| std::cmp::Reverse(*order));
        for (rank, (number, (_, at))) in latest_first.into_iter().enumerate() {
            let expected = rank < REMEMBERED_MAX && at.until(now) < REMEMBERED_FOR;
            prop_assert_eq!(recent.holds(&id(number), body, now), expected, "{} of rank {}", number, rank);
            prop_assert!(!recent.holds(&id(number), Digest::of(b"another"), now));
        }
    }
}
