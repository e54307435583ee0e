//! Where refused deliveries are stored: the keys of the table are the cap.
//!
//! A source has `per_minute` places a minute, each a key of the table. To store a delivery, an instance draws one at random
//! and puts it there, on the condition that nothing stands there yet. So a minute holds no more than its places, however
//! many instances there are, and without any of them knowing of the others.

use std::collections::HashMap;

use crate::source::source_name::SourceName;
use crate::time::Timestamp;

/// An instance that has found so many places of a minute taken stores nothing more in it: the minute is nearly full, and a
/// flood must not cost three calls a delivery.
const TAKEN_MAX: u32 = 3;
/// What the range key of a delivery's headers and body is more than the delivery's own.
const CONTENT: u32 = 10_000;

/// A place in the table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The hash key: the source and the minute.
    pub minute: String,
    /// The range key: a number below `per_minute`.
    pub k: u32,
}

impl Place {
    /// The hash key of what `source` refused in the minute of `at`.
    #[must_use]
    pub fn minute_of(source: &SourceName, at: Timestamp) -> String {
        format!("{source}/{}", at.minute_text())
    }

    /// The range key under which the headers and the body are.
    #[must_use]
    pub const fn content_k(&self) -> u32 {
        self.k + CONTENT
    }
}

/// How many places each source's current minute was found taken in, by one instance.
#[derive(Debug, Default)]
pub struct PlaceFinder(HashMap<SourceName, FoundTaken>);

#[derive(Debug)]
struct FoundTaken {
    minute: String,
    times: u32,
}

impl PlaceFinder {
    /// A place for what `source` refused at `at`; `None` once the minute has proven full. `fraction` is drawn at random,
    /// from 0 up to but without 1.
    pub fn find(&mut self, source: &SourceName, at: Timestamp, per_minute: u32, fraction: f64) -> Option<Place> {
        let minute = Place::minute_of(source, at);
        let taken = self.0.get(source).filter(|taken| taken.minute == minute).map_or(0, |taken| taken.times);
        let k = (fraction * f64::from(per_minute)) as u32;
        (taken < TAKEN_MAX).then(|| Place { minute, k: k.min(per_minute.saturating_sub(1)) })
    }

    /// Takes in that something stands at `place` already.
    pub fn is_taken(&mut self, source: &SourceName, place: &Place) {
        match self.0.get_mut(source).filter(|taken| taken.minute == place.minute) {
            Some(taken) => taken.times += 1,
            None => drop(self.0.insert(source.clone(), FoundTaken { minute: place.minute.clone(), times: 1 })),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const MINUTE_MILLIS: i64 = 60_000;

    /// A table, instances, and a count of the calls that they make.
    struct Flood {
        table: HashSet<Place>,
        instances: Vec<PlaceFinder>,
        calls: u32,
        random: u64,
    }

    impl Flood {
        fn of(instances: usize, seed: u64) -> Flood {
            let instances = (0..instances).map(|_| PlaceFinder::default()).collect();
            Flood { table: HashSet::new(), instances, calls: 0, random: seed }
        }

        /// SplitMix64, so that a run can be repeated.
        fn fraction(&mut self) -> f64 {
            self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.random;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }

        /// One refused delivery at one instance; gives the calls that it made.
        fn refuse(&mut self, source: &SourceName, at: i64, per_minute: u32, instance: usize) -> u32 {
            let before = self.calls;
            loop {
                let fraction = self.fraction();
                let found = self.instances[instance].find(source, Timestamp::from_millis(at), per_minute, fraction);
                let Some(place) = found else { break };
                self.calls += 1;
                if self.table.insert(place.clone()) {
                    // The headers and the body.
                    self.calls += 1;
                    break;
                }
                self.instances[instance].is_taken(source, &place);
            }
            self.calls - before
        }
    }

    fn source(name: &str) -> SourceName {
        SourceName::parse(name).expect("a name")
    }

    /// How many of 10,000 refusals within a minute are stored, and how many calls that took.
    fn check_flood(instances: usize, per_minute: u32, stored: std::ops::RangeInclusive<usize>) {
        for seed in 0..20 {
            let mut flood = Flood::of(instances, seed);
            for number in 0..10_000 {
                let calls = flood.refuse(&source("test"), 1_000, per_minute, number % instances);
                assert!(calls <= 4, "{calls} calls for one delivery");
            }
            assert!(stored.contains(&flood.table.len()), "{} by {instances}", flood.table.len());
            assert!(flood.table.iter().all(|place| place.k < per_minute));
            let calls_max = 2 * per_minute as usize + 3 * instances;
            assert!(flood.calls as usize <= calls_max, "{} calls by {instances}", flood.calls);
            assert_eq!(flood.refuse(&source("test"), 59_999, per_minute, 0), 0, "not a call more in that minute");
        }
    }

    #[test]
    fn a_flood_leaves_at_most_the_cap_and_costs_few_calls() {
        check_flood(1, 30, 3..=30);
        check_flood(10, 30, 15..=30);
        check_flood(1000, 30, 30..=30);
        check_flood(1, 1, 1..=1);
        check_flood(100, 1, 1..=1);
    }

    #[test]
    fn minutes_and_sources_have_places_of_their_own() {
        let mut flood = Flood::of(1, 7);
        for minute in 0..3 {
            for name in ["one", "other"] {
                let at = minute * MINUTE_MILLIS;
                assert_eq!(flood.refuse(&source(name), at, 1, 0), 2);
                assert_eq!(flood.refuse(&source(name), at, 1, 0), 3, "the instance has to find out");
                assert_eq!(flood.refuse(&source(name), at, 1, 0), 0);
            }
        }
        let mut minutes: Vec<String> = flood.table.into_iter().map(|place| place.minute).collect();
        minutes.sort();
        let expected = ["one", "other"].map(|name| [0, 1, 2].map(|minute| format!("{name}/19700101T000{minute}")));
        assert_eq!(minutes, expected.concat());
    }
}
