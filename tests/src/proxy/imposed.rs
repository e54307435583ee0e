//! Which calls meet a fault.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Call, Fault};

/// A fault for some calls of one operation.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The function that calls.
    pub function: String,
    /// What it asks for: `dynamodb:UpdateItem`.
    pub operation: &'static str,
    /// A text by which the call is told from others of the same operation. An empty one is in every call.
    pub mark: &'static str,
    /// Only calls with one of these texts in them; all if there are none.
    pub about: Vec<String>,
    /// So many of them go through first.
    pub skip: u32,
    /// What happens to those after them ...
    pub fault: Fault,
    /// ... so many times; the rest goes through.
    pub times: u32,
}

/// Faults of all kinds for calls of all kinds, drawn by a seed: each call's lot depends on the seed, on what it asks for,
/// and on how many calls of that kind there were before.
#[derive(Clone, Debug)]
pub struct Storm {
    /// The seed.
    pub seed: u64,
    /// Only calls of this function; of all if none is named.
    pub function: Option<String>,
    /// Only calls with one of these texts in them.
    pub about: Vec<String>,
    /// How many calls in a hundred meet a fault.
    pub percent: u8,
    /// What happens to them.
    pub faults: Vec<Fault>,
    /// The storm is over for a kind of call after so many of them.
    pub calls: u32,
}

/// A rule or storm that holds, seen from outside. It holds until this is dropped.
#[derive(Debug)]
pub struct ActiveFault {
    entry: Arc<Entry>,
    all: Arc<Mutex<Vec<Arc<Entry>>>>,
}

/// All that hold.
#[derive(Debug, Default)]
pub(crate) struct ActiveFaults(Arc<Mutex<Vec<Arc<Entry>>>>);

#[derive(Debug)]
struct Entry {
    kind: Kind,
    /// The calls that a rule has spoken of.
    calls: AtomicU32,
    hits: AtomicU32,
}

#[derive(Debug)]
enum Kind {
    Rule(Rule),
    Storm(Storm, Mutex<HashMap<(String, String), u32>>),
}

impl From<Rule> for Kind {
    fn from(rule: Rule) -> Kind {
        Kind::Rule(rule)
    }
}

impl From<Storm> for Kind {
    fn from(storm: Storm) -> Kind {
        Kind::Storm(storm, Mutex::default())
    }
}

impl ActiveFault {
    /// How many calls met a fault because of it.
    #[must_use]
    pub fn hits(&self) -> u32 {
        self.entry.hits.load(Ordering::SeqCst)
    }
}

impl Drop for ActiveFault {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|entry| !Arc::ptr_eq(entry, &self.entry));
    }
}

impl ActiveFaults {
    #[expect(private_bounds, reason = "what can be imposed is named here alone")]
    pub(crate) fn add(&self, kind: impl Into<Kind>) -> ActiveFault {
        let entry = Arc::new(Entry { kind: kind.into(), calls: AtomicU32::new(0), hits: AtomicU32::new(0) });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&entry));
        ActiveFault { entry, all: Arc::clone(&self.0) }
    }

    /// The fault that `call` meets, if it meets one. The first that speaks of the call and is not spent decides.
    pub(crate) fn fault_of(&self, call: &Call) -> Option<Fault> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find_map(|entry| entry.fault_of(call))
    }
}

impl Entry {
    fn fault_of(&self, call: &Call) -> Option<Fault> {
        let fault = match &self.kind {
            Kind::Rule(rule) => rule.speaks_of(call).then_some(rule.fault).filter(|_| self.is_due(rule)),
            Kind::Storm(storm, seen) => storm.is_about(call).then(|| storm.lot_of(call, &mut lock(seen))).flatten(),
        };
        if fault.is_some() {
            self.hits.fetch_add(1, Ordering::SeqCst);
        }
        fault
    }

    fn is_due(&self, rule: &Rule) -> bool {
        self.calls.fetch_add(1, Ordering::SeqCst) >= rule.skip && self.hits.load(Ordering::SeqCst) < rule.times
    }
}

impl Rule {
    fn speaks_of(&self, call: &Call) -> bool {
        call.function == self.function
            && call.operation == self.operation
            && call.text.contains(self.mark)
            && (self.about.is_empty() || self.about.iter().any(|about| call.text.contains(about)))
    }
}

impl Storm {
    fn is_about(&self, call: &Call) -> bool {
        let is_of_function = self.function.as_ref().is_none_or(|function| *function == call.function);
        is_of_function && self.about.iter().any(|about| call.text.contains(about))
    }

    fn lot_of(&self, call: &Call, seen: &mut HashMap<(String, String), u32>) -> Option<Fault> {
        let number = seen.entry((call.function.clone(), call.operation.clone())).or_default();
        *number += 1;
        if *number > self.calls {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (self.seed, &call.operation, *number).hash(&mut hasher);
        let mut lots = fastrand::Rng::with_seed(hasher.finish());
        (lots.u8(..100) < self.percent).then(|| lots.choice(&self.faults).copied()).flatten()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(function: &str, operation: &str, text: &str) -> Call {
        Call { function: function.to_owned(), operation: operation.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_rule_speaks_of_its_calls_alone_and_so_often() {
        let all = ActiveFaults::default();
        let rule = Rule {
            function: "ingest".to_owned(),
            operation: "dynamodb:PutItem",
            mark: "received",
            about: vec!["glossi-1".to_owned()],
            skip: 1,
            fault: Fault::Failing,
            times: 2,
        };
        let imposed = all.add(rule);
        let mut told = String::new();
        for (function, operation, text) in [
            ("process", "dynamodb:PutItem", "received glossi-1"),
            ("ingest", "sqs:SendMessage", "received glossi-1"),
            ("ingest", "dynamodb:PutItem", "glossi-1"),
            ("ingest", "dynamodb:PutItem", "received glossi-2"),
            ("ingest", "dynamodb:PutItem", "received glossi-1"),
            ("ingest", "dynamodb:PutItem", "received glossi-1"),
            ("ingest", "dynamodb:PutItem", "received glossi-1"),
            ("ingest", "dynamodb:PutItem", "received glossi-1"),
        ] {
            told.push(if all.fault_of(&call(function, operation, text)).is_some() { 'x' } else { '.' });
        }
        assert_eq!((told.as_str(), imposed.hits()), (".....xx.", 2));
        drop(imposed);
        assert!(all.0.lock().unwrap().is_empty());
    }

    /// The lots of `calls` calls in a storm of half of them.
    fn lots(seed: u64, calls: u32) -> String {
        let storm = Storm {
            seed,
            function: None,
            about: vec!["it".to_owned()],
            percent: 50,
            faults: vec![Fault::CutAfter],
            calls: 16,
        };
        let all = ActiveFaults::default();
        let _imposed = all.add(storm);
        let call = call("ingest", "sqs:SendMessage", "it");
        (0..calls).map(|_| if all.fault_of(&call).is_some() { 'x' } else { '.' }).collect()
    }

    #[test]
    fn a_storm_is_the_same_for_the_same_seed_and_ends() {
        let (first, other) = (lots(1, 20), lots(2, 20));
        assert_eq!(first, lots(1, 20));
        assert_ne!(first, other);
        assert!(first.contains('x') && first.ends_with("...."));
    }
}
