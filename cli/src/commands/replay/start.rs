//! `landfall replay ID…`, or by a filter.

use std::collections::BTreeMap;

use operator::replay::Replays;
use operator::replay::freeze::Candidacy;
use serde::Serialize;

use crate::commands::replay::events_argument::EventsArgument;
use crate::commands::replay::freeze::freeze;
use crate::commands::replay::run::run_with;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::Row;
use crate::services::Services;

/// What a replay costs in write units, about: it updates the record and the index, claims, settles.
const WRITE_UNITS_AN_EVENT: u64 = 6;
/// The list price of a million write units, in dollars.
const DOLLARS_PER_MILLION: f64 = 0.625;

/// What would be replayed.
#[derive(Serialize)]
struct Survey {
    replayed: u64,
    contradicted: u64,
    unfinished: u64,
    missing: u64,
    write_units: u64,
}

impl Row for Survey {
    const COLUMNS: &'static [&'static str] = &["replayed", "contradicted", "unfinished", "missing", "write_units"];
}

/// Freezes a job and runs it, or counts what it would replay.
pub(crate) async fn run(events: &EventsArgument, is_dry: bool, context: &Context) -> Result<()> {
    events.check()?;
    let replays = Services::of(&context.session).await?.replays()?;
    if is_dry {
        let survey = survey(&replays, events).await?;
        context.output.words("Nothing was changed. This would be replayed; the rest is left out:");
        return context.output.item(&survey);
    }
    let job = freeze(&replays, events, context).await?;
    let question = format!("Replay {} as the job {}?", described(u64::from(job.count), events.rate), job.id);
    if let Err(error) = context.prompt.agree(&question) {
        return Err(match error {
            Error::NotAgreed(text) => Error::NotAgreed(format!(
                "{text}\nThe job {id} is frozen: run it with landfall replay run {id}, or cancel it with landfall replay cancel {id}",
                id = job.id
            )),
            other => other,
        });
    }
    run_with(&replays, &job.id, context).await
}

fn described(count: u64, rate: u32) -> String {
    let dollars = (count * WRITE_UNITS_AN_EVENT) as f64 * DOLLARS_PER_MILLION / 1_000_000.0;
    let events = if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    let pace = match rate {
        0 => "without a limit".to_owned(),
        rate => format!("at {rate} a second, which takes {} s or longer", count.div_ceil(u64::from(rate))),
    };
    format!("{events} {pace}, for about ${dollars:.4},")
}

async fn survey(replays: &Replays, events: &EventsArgument) -> Result<Survey> {
    let (counts, missing) = if events.ids.is_empty() {
        let filter = events.filter.filter(&replays.listing).await?;
        (replays.survey(filter).await?, 0)
    } else {
        let (mut counts, mut missing) = (BTreeMap::new(), 0);
        for id in &events.ids {
            match replays.listing.get(id).await? {
                Some(row) => *counts.entry(Candidacy::of(&row)).or_default() += 1,
                None => missing += 1,
            }
        }
        (counts, missing)
    };
    let count = |candidacy| counts.get(&candidacy).copied().unwrap_or(0);
    let contradicted = count(Candidacy::Contradicted);
    let (with, without) = if events.contradicted { (contradicted, 0) } else { (0, contradicted) };
    let replayed = count(Candidacy::Finished) + with;
    Ok(Survey {
        replayed,
        contradicted: without,
        unfinished: count(Candidacy::Unfinished),
        missing,
        write_units: replayed * WRITE_UNITS_AN_EVENT,
    })
}
