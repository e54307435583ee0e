//! The configured sources, as an instance remembers them.
//!
//! Reading a secret costs time and money, so it never happens per delivery; and it happens before verification, so a
//! stranger must not be able to cause many reads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::source::Source;
use domain::source_name::SourceName;
use domain::time::Timestamp;
use platform::log::{self, Level};
use platform::sources::{FRESH_FOR, Lookup, READS_APART, Sources};
use serde_json::json;

/// A name that is nobody's is not looked up again within this time.
const UNKNOWN_FOR: Duration = Duration::from_secs(60);
/// How many such names are remembered.
const UNKNOWN_MAX: usize = 1024;
/// How many names that are not known yet are looked up in a second. A stranger's guesses beyond are told to come
/// again, as is a genuine sender that comes first in such a second.
const LOOKUPS_PER_SECOND: u32 = 5;

/// The sources of this instance.
pub(crate) struct SourceCache {
    sources: Sources,
    memory: Mutex<Memory>,
}

/// What is known about a name.
#[derive(Clone, Debug)]
pub(crate) enum FoundSource {
    /// A source has it. If `is_stale`, it could not be read when it should have been: what it proves is proven, but
    /// what it refuses may be genuine.
    Known { source: Arc<Source>, is_stale: bool },
    /// None has it.
    Unknown,
    /// It cannot be told now; why, for the log.
    Unavailable(String),
}

impl SourceCache {
    pub(crate) fn new(sources: Sources) -> SourceCache {
        SourceCache { sources, memory: Mutex::default() }
    }

    /// Finds the source `name`, from memory if that is fresh enough.
    pub(crate) async fn find(&self, name: &SourceName, now: Timestamp) -> FoundSource {
        let remembered = self.memory().recall(name, now);
        match remembered {
            Recalled::Found(found) => found,
            Recalled::Read => self.read(name, now).await,
        }
    }

    /// Reads the source `name` again because a delivery was refused; `None` if it was read a moment ago.
    pub(crate) async fn refresh(&self, name: &SourceName, now: Timestamp) -> Option<FoundSource> {
        let may_read_again = self.memory().may_read_again(name, now);
        if may_read_again { Some(self.read(name, now).await) } else { None }
    }

    async fn read(&self, name: &SourceName, now: Timestamp) -> FoundSource {
        let answer = self.sources.read(name).await;
        if let Ok(Lookup::Known(source)) = &answer
            && !self.memory().knows(name)
        {
            for warning in &source.warnings {
                log::write(Level::Warn, "source", json!({"source": name.as_str(), "warning": warning}));
            }
        }
        self.memory().learn(name, answer.map_err(|trouble| trouble.to_string()), now)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an instance remembers of its reads. Decides without reading anything itself.
#[derive(Default)]
struct Memory {
    entries: HashMap<SourceName, Entry>,
    unknown_since: HashMap<SourceName, Timestamp>,
    lookups: Lookups,
}

struct Entry {
    read_at: Timestamp,
    content: Result<Arc<Source>, String>,
    is_stale: bool,
}

/// The lookups of names that are not known, in the current second.
struct Lookups {
    second_began_at: Timestamp,
    count: u32,
}

impl Default for Lookups {
    fn default() -> Lookups {
        Lookups { second_began_at: Timestamp::from_millis(0), count: 0 }
    }
}

enum Recalled {
    Found(FoundSource),
    Read,
}

impl Memory {
    fn recall(&mut self, name: &SourceName, now: Timestamp) -> Recalled {
        if let Some(entry) = self.entries.get(name) {
            let wait = if entry.is_stale || entry.content.is_err() { READS_APART } else { FRESH_FOR };
            return if entry.read_at.until(now) < wait { Recalled::Found(entry.found()) } else { Recalled::Read };
        }
        if self.unknown_since.get(name).is_some_and(|since| since.until(now) < UNKNOWN_FOR) {
            return Recalled::Found(FoundSource::Unknown);
        }
        if self.lookups.take_one(now) {
            Recalled::Read
        } else {
            Recalled::Found(FoundSource::Unavailable("too many unknown source names are asked for".to_owned()))
        }
    }

    fn knows(&self, name: &SourceName) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.content.is_ok())
    }

    fn may_read_again(&self, name: &SourceName, now: Timestamp) -> bool {
        self.entries.get(name).is_none_or(|entry| entry.read_at.until(now) >= READS_APART)
    }

    /// Takes in what a read came to. What was known before outlives a failed read, but not a deletion.
    fn learn(&mut self, name: &SourceName, answer: Result<Lookup, String>, now: Timestamp) -> FoundSource {
        let trouble = match answer {
            Ok(Lookup::Known(source)) => {
                let entry = Entry { read_at: now, content: Ok(Arc::from(source)), is_stale: false };
                let found = entry.found();
                self.entries.insert(name.clone(), entry);
                self.unknown_since.remove(name);
                return found;
            }
            Ok(Lookup::Unknown) => {
                self.entries.remove(name);
                self.remember_unknown(name, now);
                return FoundSource::Unknown;
            }
            Ok(Lookup::Broken(error)) => format!("the source's secret cannot be used: {error}"),
            Err(trouble) => trouble,
        };
        let entry = match self.entries.remove(name) {
            Some(Entry { content: Ok(source), .. }) => {
                log::write(Level::Error, "source", json!({"source": name.as_str(), "trouble": trouble, "stale": true}));
                Entry { read_at: now, content: Ok(source), is_stale: true }
            }
            _ => {
                // While secrets cannot be read, strangers' guesses must not pile up here.
                self.entries.retain(|_, entry| entry.content.is_ok() || entry.read_at.until(now) < READS_APART);
                Entry { read_at: now, content: Err(trouble), is_stale: false }
            }
        };
        let found = entry.found();
        self.entries.insert(name.clone(), entry);
        found
    }

    fn remember_unknown(&mut self, name: &SourceName, now: Timestamp) {
        if self.unknown_since.len() >= UNKNOWN_MAX {
            self.unknown_since.retain(|_, since| since.until(now) < UNKNOWN_FOR);
        }
        // The rationed lookups cannot fill it faster than names are forgotten; should they, the ration holds anyway.
        if self.unknown_since.len() < UNKNOWN_MAX {
            self.unknown_since.insert(name.clone(), now);
        }
    }
}

impl Entry {
    fn found(&self) -> FoundSource {
        match &self.content {
            Ok(source) => FoundSource::Known { source: Arc::clone(source), is_stale: self.is_stale },
            Err(reason) => FoundSource::Unavailable(reason.clone()),
        }
    }
}

impl Lookups {
    fn take_one(&mut self, now: Timestamp) -> bool {
        if self.second_began_at.until(now) >= Duration::from_secs(1) {
            *self = Lookups { second_began_at: now, count: 0 };
        }
        self.count += 1;
        self.count <= LOOKUPS_PER_SECOND
    }
}

#[cfg(test)]
mod tests;
