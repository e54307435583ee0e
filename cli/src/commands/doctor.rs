//! `landfall doctor`.

use platform::clock;

use crate::context::Context;
use crate::doctor::{Verdict, examine};
use crate::error::{Error, Result};

/// Examines the stack.
pub(crate) async fn run(context: &Context) -> Result<()> {
    let findings = examine(&context.session, clock::now()).await?;
    context.output.rows(&findings)?;
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (bad, unknown, warnings) = (count(Verdict::Bad), count(Verdict::Unknown), count(Verdict::Warning));
    if bad + unknown == 0 {
        context.output.words(&format!("{} points are well, {warnings} deserve a look", findings.len() - warnings));
        return Ok(());
    }
    Err(Error::Failed(format!("{bad} points are bad, {unknown} could not be examined, {warnings} deserve a look")))
}
