//! `landfall replay ID…`, or by a filter.

use crate::commands::replay::freeze::freeze;
use crate::commands::replay::run::run_with;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::events_argument::{EventsArgument, dollars};
use crate::services::Services;

/// Counts what would be replayed.
pub(crate) async fn count(events: &EventsArgument, context: &Context) -> Result<()> {
    events.check()?;
    let survey = events.survey(&Services::of(&context.session).await?.replays()?).await?;
    context.output.words("Nothing was changed. This would be replayed; the rest is left out:");
    context.output.item(&survey)
}

/// Freezes a job and runs it: after a question, or if it is of as many events as the caller expects.
pub(crate) async fn run(events: &EventsArgument, expected: Option<u64>, context: &Context) -> Result<()> {
    events.check()?;
    let replays = Services::of(&context.session).await?.replays()?;
    let job = freeze(&replays, events, context).await?;
    if let Some(expected) = expected {
        // Of ids, those that cannot be replayed are in the job as well.
        let count = if events.ids.is_empty() { u64::from(job.count) } else { events.survey(&replays).await?.replayed };
        if count != expected {
            replays.cancel(&job.id).await?;
            return Err(Error::Conflict(format!(
                "there are {count} such events, and not {expected}: nothing was replayed"
            )));
        }
        return run_with(&replays, &job.id, context).await;
    }
    let question = format!("Replay {} as the job {}?", described(u64::from(job.count), events.rate), job.id);
    if let Err(error) = context.prompt.agree(&question) {
        return Err(match error {
            Error::NotAgreed(text) => {
                let id = &job.id;
                let [run, cancel] = ["run", "cancel"].map(|it| context.session.command(&format!("replay {it} {id}")));
                Error::NotAgreed(format!(
                    "{text}\nThe job {id} is frozen: run it with {run}, or cancel it with {cancel}"
                ))
            }
            other => other,
        });
    }
    run_with(&replays, &job.id, context).await
}

fn described(count: u64, rate: u32) -> String {
    let dollars = dollars(count);
    let events = if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    let pace = match rate {
        0 => "without a limit".to_owned(),
        rate => format!("at {rate} a second, which takes {} s or longer", count.div_ceil(u64::from(rate))),
    };
    format!("{events} {pace}, for about ${dollars:.4},")
}
