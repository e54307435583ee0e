//! The list of replay jobs: one item of the ledger with their names, so that a terminal finds what another has begun.
//!
//! A job's own item expires; a listing of the jobs removes the names whose items are gone.

use crate::ledger::attribute::Attribute::Ids;
use crate::ledger::condition::Comparison::Contains;
use crate::ledger::condition::Condition::{Compare, Not};
use crate::ledger::item::Item;
use crate::ledger::replay_job::ReplayJobId;
use crate::ledger::value::Value;
use crate::ledger::write::{Change, Update, Write};

/// The item's id. It is no event's: none begins with `@`.
pub const REPLAYS_ID: &str = "@replays";

/// The jobs that the item names.
#[must_use]
pub fn jobs(item: &Item<'_>) -> Vec<ReplayJobId> {
    let ids = item.get(Ids).and_then(Value::as_texts).into_iter().flatten();
    ids.filter_map(|id| ReplayJobId::parse(id).ok()).collect()
}

/// Names a job.
#[must_use]
pub fn insert(job: &ReplayJobId) -> Write<'_> {
    write(job, Update::Insert(Ids, job.as_str().into()), false)
}

/// Names it no longer.
#[must_use]
pub fn withdraw(job: &ReplayJobId) -> Write<'_> {
    write(job, Update::Withdraw(Ids, job.as_str().into()), true)
}

/// `is_named` says whether it is named before.
fn write<'a>(job: &'a ReplayJobId, update: Update<'a>, is_named: bool) -> Write<'a> {
    let names = || Compare(Ids, Contains, job.as_str().into());
    let is_not = || Not(Box::new(names()));
    let (condition, own) = if is_named { (names(), is_not()) } else { (is_not(), names()) };
    Write { id: REPLAYS_ID, condition, change: Change::Update(vec![update]), reads_item: false, own }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_named_until_it_is_withdrawn() {
        let [one, other] = ["jobjobjobone", "jobjobjobtwo"].map(|name| ReplayJobId::parse(name).unwrap());
        let first = insert(&one).evaluate(None).unwrap();
        assert_eq!(insert(&one).evaluate(Some(&first)), None, "it is named");
        let both = insert(&other).evaluate(Some(&first)).unwrap();
        assert_eq!(jobs(&both), [one.clone(), other.clone()]);
        let rest = withdraw(&one).evaluate(Some(&both)).unwrap();
        assert_eq!(jobs(&rest), std::slice::from_ref(&other));
        assert!(jobs(&withdraw(&other).evaluate(Some(&rest)).unwrap()).is_empty());
    }
}
