//! An examination of the stack, point by point, each with what to do.

mod account;
mod alerting;
mod finding;
mod front;
mod ledger;
mod queues;
mod sources;

use domain::time::Timestamp;

use crate::consumers::consumers;
use crate::error::{Error, Result};
use crate::session::Session;

pub use self::finding::{Finding, Verdict};

/// Examines everything, whatever is found on the way.
///
/// # Errors
/// If the stack cannot be found, or the caller is not signed in.
pub async fn examine(session: &Session, now: Timestamp) -> Result<Vec<Finding>> {
    session.stack().await?;
    let mut findings = Vec::new();
    let mut add = |point, found: Result<Vec<Finding>>| -> Result<()> {
        match found {
            Ok(found) => findings.extend(found),
            // Nothing else would go better.
            Err(error @ Error::SignIn(_)) => return Err(error),
            Err(error) => findings.push(Finding::unknown(point, &error)),
        }
        Ok(())
    };
    add("url", front::health(session, now).await)?;
    add("url permissions", front::permissions(session).await)?;
    add("ledger expiry", ledger::expiry(session).await)?;
    add("ledger indexes", ledger::indexes(session).await)?;
    add("queues", queues::redrive(session).await)?;
    add("consumers", subscribers(session).await)?;
    add("leftovers", queues::leftovers(session).await)?;
    add("alarms", alerting::alarms_armed(session).await)?;
    add("sources", sources::readable(session).await)?;
    add("concurrency", account::concurrency(session).await)?;
    Ok(findings)
}

async fn subscribers(session: &Session) -> Result<Vec<Finding>> {
    let consumers = consumers(session).await?;
    if consumers.is_empty() {
        let what_to_do = "subscribe a queue to the topic: docs/consumers.md";
        return Ok(vec![Finding::bad("consumers", "no queue receives events", what_to_do)]);
    }
    let findings = consumers.iter().flat_map(|consumer| match consumer.problems.as_slice() {
        [] => vec![Finding::well("consumers", format!("{} receives {}", consumer.name, consumer.filter))],
        problems => {
            let of_one = |problem: &String| Finding::warning("consumers", consumer.name.clone(), problem.clone());
            problems.iter().map(of_one).collect()
        }
    });
    Ok(findings.collect())
}
