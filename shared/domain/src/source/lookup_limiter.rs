//! What an instance does about a name that it knows nothing of.
//!
//! Names come before anything is verified, so a stranger may have made them up. A name that the directory has is always
//! looked up. For others there is a ration, which strangers may use up, and no genuine source depends on it but one that
//! was made by hand a moment ago.

use std::time::Duration;

use crate::ledger::source_directory::SourceDirectory;
use crate::source::ration::Ration;
use crate::source::source_name::SourceName;
use crate::time::Timestamp;
use crate::time::time_scale::TimeScale;

/// The directory is not read twice within this time.
const DIRECTORY_READS_APART: Duration = Duration::from_secs(5);
/// Of the names that the directory does not have, one is looked up in this time.
const UNLISTED_LOOKUPS_APART: Duration = Duration::from_secs(10);
/// How many names are looked up in a second while there is no directory that could tell.
const UNCHECKED_LOOKUPS_PER_SECOND: u32 = 5;

/// Decides it, from name to name.
#[derive(Debug)]
pub struct LookupLimiter {
    directory: Option<SourceDirectory>,
    directory_read_at: Option<Timestamp>,
    directory_reads_apart: Duration,
    unlisted: Ration,
    unchecked: Ration,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Read the secret.
    Allowed,
    /// Read the secret, and beside it, without waiting for it, the directory.
    AllowedBesideDirectory,
    /// Read the directory, then ask again.
    AfterDirectory,
    /// Nothing: no source has the name, unless it was made by hand a moment ago.
    Unlisted,
    /// Nothing: too many names are asked for, and there is no directory that could tell which of them are sources'.
    Limited,
}

impl LookupLimiter {
    /// One that has seen nothing yet. Where waits pass faster, its waits do so too.
    #[must_use]
    pub fn new(scale: TimeScale) -> LookupLimiter {
        LookupLimiter {
            directory: None,
            directory_read_at: None,
            directory_reads_apart: scale.apply(DIRECTORY_READS_APART),
            unlisted: Ration::new(1, scale.apply(UNLISTED_LOOKUPS_APART)),
            unchecked: Ration::new(UNCHECKED_LOOKUPS_PER_SECOND, Duration::from_secs(1)),
        }
    }

    /// What to do about `name`. Whoever is told to read the directory hands it in afterwards.
    pub fn decide(&mut self, name: &SourceName, now: Timestamp) -> Lookup {
        if self.directory.as_ref().is_some_and(|directory| directory.contains(name)) {
            return Lookup::Allowed;
        }
        if self.directory_read_at.is_none_or(|at| at.until(now) >= self.directory_reads_apart) {
            self.directory_read_at = Some(now);
            let may_read_beside = self.directory.is_none() && self.unchecked.take(now);
            return if may_read_beside { Lookup::AllowedBesideDirectory } else { Lookup::AfterDirectory };
        }
        let is_current = self.directory.as_ref().is_some_and(|directory| directory.is_current(now));
        match is_current {
            true if self.unlisted.take(now) => Lookup::Allowed,
            true => Lookup::Unlisted,
            false if self.unchecked.take(now) => Lookup::Allowed,
            false => Lookup::Limited,
        }
    }

    /// Takes in the directory as it was read; `None` if there is none.
    pub fn learn(&mut self, directory: Option<SourceDirectory>) {
        self.directory = directory;
    }
}

#[cfg(test)]
mod tests {
    use super::Lookup::{AfterDirectory, Allowed, AllowedBesideDirectory, Limited, Unlisted};
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn name(text: &str) -> SourceName {
        SourceName::parse(text).unwrap()
    }

    fn directory(names: &[&str], listed_at: Timestamp) -> Option<SourceDirectory> {
        Some(SourceDirectory::default().relisted(names.iter().map(|text| name(text)), listed_at))
    }

    /// What is decided at each of these milliseconds about each of these names. `stored` is the directory as it can be
    /// read meanwhile.
    fn check(stored: &Option<SourceDirectory>, asked: &[(u64, &str, Lookup)]) {
        let mut limiter = LookupLimiter::new(TimeScale::REAL);
        for (millis, text, expected) in asked {
            let lookup = limiter.decide(&name(text), START + Duration::from_millis(*millis));
            assert_eq!(lookup, *expected, "{text} after {millis} ms");
            if matches!(lookup, Lookup::AllowedBesideDirectory | Lookup::AfterDirectory) {
                limiter.learn(stored.clone());
            }
        }
    }

    #[test]
    fn the_first_name_waits_for_no_directory() {
        check(&directory(&["a"], START), &[(0, "a", AllowedBesideDirectory), (1, "a", Allowed)]);
        check(&directory(&["a"], START), &[(0, "unlisted", AllowedBesideDirectory), (1, "a", Allowed)]);
    }

    #[test]
    fn a_name_in_the_directory_is_always_looked_up() {
        let listed = directory(&["a", "b"], START);
        let mut asked = vec![(0, "x0", AllowedBesideDirectory), (1, "x1", Allowed)];
        asked.extend((2..100).flat_map(|millis| [(millis, "x2", Unlisted), (millis, "a", Allowed)]));
        check(&listed, &asked);
    }

    #[test]
    fn a_name_that_is_not_there_is_looked_up_once_in_ten_seconds() {
        let asked = [
            (0, "x0", AllowedBesideDirectory),
            (0, "x1", Allowed),
            (4_999, "x2", Unlisted),
            (5_000, "x2", AfterDirectory),
            (5_001, "x2", Unlisted),
            (9_999, "x2", Unlisted),
            (10_000, "x2", AfterDirectory),
            (10_000, "x2", Allowed),
            (10_001, "x3", Unlisted),
        ];
        check(&directory(&["a"], START), &asked);
    }

    #[test]
    fn without_a_directory_five_names_are_looked_up_in_a_second() {
        let asked = [
            (0, "x0", AllowedBesideDirectory),
            (0, "x1", Allowed),
            (0, "x2", Allowed),
            (0, "x3", Allowed),
            (0, "x4", Allowed),
            (999, "x5", Limited),
            (1_000, "x5", Allowed),
            (5_000, "x6", AllowedBesideDirectory),
        ];
        check(&None, &asked);
        // The sweep does not run: whoever is new is in no directory, however long ago it was made.
        let old = directory(&["a"], START - Duration::from_secs(300));
        check(&old, &asked[..7]);
        check(&old, &[(0, "x0", AllowedBesideDirectory), (5_000, "x1", AfterDirectory), (5_000, "x1", Allowed)]);
    }

    #[test]
    fn even_beyond_the_ration_the_directory_is_asked() {
        let mut limiter = LookupLimiter::new(TimeScale::REAL);
        for guess in 0..5 {
            limiter.decide(&name(&format!("x{guess}")), START);
        }
        let later = START + Duration::from_millis(5_000);
        for guess in 0..5 {
            limiter.decide(&name(&format!("y{guess}")), later);
        }
        assert_eq!(limiter.decide(&name("a"), later), Limited);
        limiter.learn(directory(&["a"], later));
        assert_eq!(limiter.decide(&name("a"), later), Allowed);
    }

    #[test]
    fn its_waits_are_scaled() {
        let mut limiter = LookupLimiter::new(TimeScale::parse("0.1").unwrap());
        limiter.learn(directory(&["a"], START));
        let lookups = [0, 0, 0, 500, 1_000, 1_000];
        let lookups = lookups.map(|millis| limiter.decide(&name("x"), START + Duration::from_millis(millis)));
        assert_eq!(lookups, [AfterDirectory, Allowed, Unlisted, AfterDirectory, AfterDirectory, Allowed]);
    }
}
