//! The clock of somebody who has just unpacked the sources.

use crate::error::{Error, Result};
use crate::functions::Profile;
use crate::project::Project;
use crate::stack;

/// On two cores, from nothing.
const FIRST_EVENT_SECONDS: u64 = 5 * 60;
const TESTS_SECONDS: u64 = 15 * 60;
/// Beyond so many times a target this fails. Another machine, or one with other work, may be slower than the target's.
const TOLERANCE: u64 = 3;

/// `make demo` and then `make test`, with the time of each step, held against what a newcomer is promised.
pub(crate) fn first_hour(project: &Project) -> Result<()> {
    stack::demo(project, Profile::Local, false)?;
    let first_event = project.clock.elapsed().as_secs();
    stack::test(project, Profile::Local)?;
    let tests = project.clock.elapsed().as_secs();

    println!("\n{}\n", project.clock.table());
    let mut too_slow = false;
    for (what, seconds, target) in
        [("the first event was seen", first_event, FIRST_EVENT_SECONDS), ("the tests were green", tests, TESTS_SECONDS)]
    {
        let verdict = if seconds <= target { "met" } else { "missed" };
        println!("{what} after {seconds} s; the target of {target} s is {verdict}");
        too_slow |= seconds > TOLERANCE * target;
    }
    if too_slow {
        return Err(Error::Precondition(format!("slower than {TOLERANCE} times its target")));
    }
    Ok(())
}
