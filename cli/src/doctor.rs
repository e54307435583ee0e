//! An examination of the stack, point by point, each with what to do.

mod account;
mod alerting;
mod front;
mod ledger;
mod queues;
mod sources;

use domain::time::Timestamp;
use serde::Serialize;

use crate::consumers::consumers;
use crate::error::{Error, Result};
use crate::output::Row;
use crate::session::Session;

/// What was found at one point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was examined.
    pub point: &'static str,
    /// How it stands.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub what_to_do: Option<String>,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Well,
    /// It works, and could be better.
    Warning,
    /// Something does not work, or will not.
    Bad,
    /// It could not be examined.
    Unknown,
}

impl Row for Finding {
    const COLUMNS: &'static [&'static str] = &["verdict", "point", "found", "what_to_do"];
}

impl Finding {
    fn well(point: &'static str, found: impl Into<String>) -> Finding {
        Finding { point, verdict: Verdict::Well, found: found.into(), what_to_do: None }
    }

    fn warning(point: &'static str, found: impl Into<String>, what_to_do: impl Into<String>) -> Finding {
        Finding { point, verdict: Verdict::Warning, found: found.into(), what_to_do: Some(what_to_do.into()) }
    }

    fn bad(point: &'static str, found: impl Into<String>, what_to_do: impl Into<String>) -> Finding {
        Finding { point, verdict: Verdict::Bad, found: found.into(), what_to_do: Some(what_to_do.into()) }
    }
}

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
            Err(error) => findings.push(unexamined(point, &error)),
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

fn unexamined(point: &'static str, error: &Error) -> Finding {
    let text = error.to_string();
    let (found, what_to_do) = text.split_once('\n').unwrap_or((&text, "try again"));
    Finding {
        point,
        verdict: Verdict::Unknown,
        found: found.to_owned(),
        what_to_do: Some(what_to_do.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
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
