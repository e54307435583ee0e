//! All paths under the roles of the template, and what is different without each part of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Access, AccessLog};
use crate::account::FUNCTIONS;
use crate::contents::Outcome;
use crate::ingest::REFUSED;
use crate::lifecycle::{self, LEDGER_AND_QUEUE, Row};
use crate::measured::Measured;
use crate::path::Path;
use crate::role::{Removal, Role};
use crate::sweep::ONLY_REFUSALS;
use crate::world::World;

/// What was seen under the template's roles.
#[derive(Default)]
pub(crate) struct Survey {
    /// By function and path.
    pub(crate) outcomes: BTreeMap<(&'static str, &'static str), Outcome>,
    asked: BTreeMap<(&'static str, &'static str), BTreeSet<Access>>,
    /// What was asked for in vain.
    pub(crate) missing: BTreeSet<Access>,
    /// What was called, by function.
    pub(crate) calls: BTreeSet<(String, String)>,
}

/// What was seen without a part of a role.
pub(crate) struct Seen {
    pub(crate) function: &'static str,
    /// What was taken away.
    pub(crate) what: String,
    /// The lifecycle's rows that it is like.
    pub(crate) alike: BTreeSet<&'static str>,
    /// By path, what is not as ever.
    pub(crate) changed: Vec<(&'static str, String)>,
    /// How many paths asked for it.
    pub(crate) asked_by: usize,
    /// What is not as the lifecycle says, or was lost.
    pub(crate) objections: Vec<String>,
}

impl Survey {
    /// Walks all `paths`.
    pub(crate) async fn of(world: &World, paths: &[&'static Path], log: &mut AccessLog) -> Survey {
        let mut survey = Survey::default();
        log.since();
        for path in paths {
            let outcome = path.outcome(world).await;
            let asked: BTreeSet<Access> =
                log.since().into_iter().filter(|access| is_function(&access.function)).collect();
            survey.calls.extend(asked.iter().map(|access| (access.function.clone(), access.call.clone())));
            survey.missing.extend(asked.iter().filter(|access| !access.is_allowed).cloned());
            survey.outcomes.insert((path.function, path.name), outcome);
            survey.asked.insert((path.function, path.name), asked);
        }
        survey
    }

    /// Whether `function` ever asked to do `action` with something whose key, or else whose ARN, begins like this.
    pub(crate) fn asks(&self, function: &str, action: &str, beginning: &str) -> bool {
        let begins = |asked: &Access| {
            let is_key = asked.keys.iter().any(|key| key.starts_with(beginning));
            asked.action == action && (is_key || asked.resource.starts_with(beginning))
        };
        self.asked.values().flatten().any(|asked| asked.function == function && begins(asked))
    }

    /// Takes each part of each role away that `is_wanted`, and walks the paths that asked for it: for the others, nothing
    /// can be different.
    pub(crate) async fn removals(
        &self,
        world: &World,
        paths: &[&'static Path],
        is_wanted: impl Fn(&Removal) -> bool,
    ) -> Vec<Seen> {
        let mut all = Vec::new();
        for function in FUNCTIONS {
            let role = world.account.role(function);
            let mut removals = role.removals();
            if function == "Ingest" {
                let rest = role.without(&LEDGER_AND_QUEUE.split(", ").collect::<Vec<_>>());
                removals.push(Removal { what: LEDGER_AND_QUEUE.to_owned(), rest });
            }
            for removal in removals.into_iter().filter(&is_wanted) {
                world.account.grant(&removal.rest).await;
                all.push(self.seen(world, paths, removal).await);
            }
            world.account.grant(&role).await;
        }
        all
    }

    /// The parts of the roles without which nothing is different. Each path is walked only until one shows it.
    pub(crate) async fn needless(&self, world: &World, paths: &[&'static Path]) -> Vec<String> {
        let mut needless = Vec::new();
        for function in FUNCTIONS {
            let role = world.account.role(function);
            for removal in role.removals() {
                world.account.grant(&removal.rest).await;
                if !self.shows(world, paths, &removal).await {
                    needless.push(format!("{function} without {}", removal.what));
                }
            }
            world.account.grant(&role).await;
        }
        needless
    }

    async fn shows(&self, world: &World, paths: &[&'static Path], removal: &Removal) -> bool {
        let of_function = paths.iter().filter(|path| path.function == removal.rest.function);
        for path in of_function.filter(|path| self.asks_for_more_than(path, &removal.rest)) {
            if path.outcome(world).await.told != self.outcomes[&(path.function, path.name)].told {
                return true;
            }
        }
        false
    }

    async fn seen(&self, world: &World, paths: &[&'static Path], removal: Removal) -> Seen {
        let function = removal.rest.function;
        let rows = lifecycle::rows(function, &removal.what);
        let mut seen = Seen {
            function,
            what: removal.what.clone(),
            alike: rows.iter().map(|row| row.what).collect(),
            changed: Vec::new(),
            asked_by: 0,
            objections: Vec::new(),
        };
        let mut measured = Measured::default();
        for path in paths.iter().filter(|path| path.function == function) {
            if !self.asks_for_more_than(path, &removal.rest) {
                continue;
            }
            seen.asked_by += 1;
            let told = path.outcome(world).await.told;
            if told == self.outcomes[&(path.function, path.name)].told {
                continue;
            }
            measured.add(&world.notes().measured);
            let objection = objection(path, &told, &rows);
            seen.objections.extend(objection.map(|objection| format!("{}: {objection}", path.name)));
            seen.changed.push((path.name, told));
        }
        if !seen.changed.is_empty() {
            let taken = (function, seen.what.as_str());
            seen.objections.extend(lifecycle::silence(&rows, taken, &world.account.template, &measured));
        }
        if rows.is_empty() && !lifecycle::is_beyond(&seen.what) && !seen.changed.is_empty() {
            seen.objections
                .push("which row of docs/reliability.md is it like? `lifecycle.rs` has to be told".to_owned());
        }
        seen
    }

    /// Whether the path asked for something that `role` does not give.
    fn asks_for_more_than(&self, path: &Path, role: &Role) -> bool {
        let asked = &self.asked[&(path.function, path.name)];
        asked.iter().any(|access| access.function == role.function && !role.allows(access))
    }
}

/// What must not be, whatever is missing, and what is not as the lifecycle says.
fn objection(path: &Path, told: &str, rows: &[Row]) -> Option<String> {
    // Nothing was delivered on it.
    if ["seen by Lambda", "a watched source is silent", ONLY_REFUSALS].contains(&path.name) {
        return None;
    }
    // What does not prove itself is refused, whatever else fails.
    if path.name == REFUSED {
        return told.starts_with("200").then(|| "it was accepted".to_owned());
    }
    if lifecycle::holders(told).is_empty() && !lifecycle::is_left_to_sender(told) {
        return Some("lost".to_owned());
    }
    let objections: Vec<String> =
        rows.iter().filter_map(|row| row.objection(told, path.name.ends_with("away"))).collect();
    // One row has to say so.
    if objections.len() == rows.len() { objections.into_iter().next() } else { None }
}

fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}
