//! `landfall refused release`.

use std::collections::HashMap;
use std::time::Duration;

use clap::Args;
use domain::receive::refused::places::Place;
use domain::receive::refused::release::ReleaseRefusal;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::{LateTime, Refusal};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use operator::release::ReleasedEvent;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::filter_options::source_name;
use crate::moment::instant;
use crate::output::Row;
use crate::refused::refused_id::{RefusedId, cause, id_text, refused_id};
use crate::refused::releaser::{Outcome, Releaser};
use crate::refused::stored_delivery::StoredDelivery;
use crate::refused::survey::Survey;
use crate::services::Services;
use crate::source_store::SourceStore;

/// The options of `landfall refused release`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The deliveries, as `landfall refused list --each` names them: {source}/{minute}/{number}
    #[arg(value_name = "DELIVERY", value_parser = refused_id, required_unless_present = "source", conflicts_with = "source")]
    ids: Vec<RefusedId>,
    /// All that is stored of this source: says how many are genuine by now, and asks
    #[arg(long, value_name = "NAME", value_parser = source_name)]
    source: Option<SourceName>,
    /// With --source: only what was refused for this reason, such as signature_wrong
    #[arg(long, value_name = "REASON", value_parser = cause, requires = "source")]
    cause: Option<Refusal>,
    /// With --source: only what arrived from then on: RFC 3339, or how long ago (90s, 15m, 2h, 7d)
    #[arg(long, value_name = "TIME", value_parser = instant, requires = "source")]
    since: Option<Timestamp>,
    /// With --source: say what would be released, and change nothing
    #[arg(long, requires = "source")]
    dry_run: bool,
    /// Allow a signed time that was too long ago on arrival, if nothing else is wrong
    #[arg(long)]
    waive_time: bool,
}

/// An event of a released delivery; or why the delivery is not released.
#[derive(Serialize)]
struct ReleaseRow {
    id: String,
    outcome: &'static str,
    event_id: Option<String>,
    reason: Option<String>,
}

impl Row for ReleaseRow {
    const COLUMNS: &'static [&'static str] = &["id", "outcome", "event_id", "reason"];
}

/// How many of a source's deliveries would be released, or why not.
#[derive(Serialize)]
struct SurveyRow {
    outcome: &'static str,
    deliveries: usize,
    reason: Option<String>,
}

impl Row for SurveyRow {
    const COLUMNS: &'static [&'static str] = &["outcome", "deliveries", "reason"];
}

/// Releases deliveries: those that are named, or those of a source.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let services = Services::of(&context.session).await?;
    let store = SourceStore::of(&context.session).await?;
    match &arguments.source {
        Some(source) => release_source(source, arguments, &services, &store, context).await,
        None => release_named(arguments, &services, &store, context).await,
    }
}

/// Releases deliveries, one after the other.
async fn release_named(
    arguments: &Arguments,
    services: &Services<'_>,
    store: &SourceStore,
    context: &Context,
) -> Result<()> {
    let table = services.refused()?;
    let mut releasers: HashMap<&SourceName, Releaser> = HashMap::new();
    let mut unreleased = 0;
    for id in &arguments.ids {
        let stored = StoredDelivery::named(id, &table).await?;
        if !releasers.contains_key(&id.source) {
            releasers.insert(&id.source, releaser(&id.source, arguments, services, store, context).await?);
        }
        let releaser = &releasers[&id.source];
        let outcome = match releaser.judge(&stored) {
            Ok(release) => {
                if release.may_be_forgotten {
                    let question = format!(
                        "{} was made more than 30 days ago. If it was accepted then, Landfall has forgotten it, and releasing it makes an event once more. Release it?",
                        id_text(&id.place)
                    );
                    context.prompt.agree(&question)?;
                }
                Ok(releaser.release(&id.place, release).await?)
            }
            Err(refusal) => Err(refusal),
        };
        unreleased += usize::from(!is_fine(&outcome));
        tell(&id.place, &outcome, context)?;
    }
    match unreleased {
        0 => Ok(()),
        some => Err(Error::Failed(format!("{some} of {} deliveries are not released.", arguments.ids.len()))),
    }
}

/// Releases what is stored of a source and is genuine by now. Where it ends early, the same command goes on.
async fn release_source(
    source: &SourceName,
    arguments: &Arguments,
    services: &Services<'_>,
    store: &SourceStore,
    context: &Context,
) -> Result<()> {
    let releaser = releaser(source, arguments, services, store, context).await?;
    let since = arguments.since.unwrap_or(Timestamp::from_millis(0));
    let found = services.refused()?.stored(|name| name == source, arguments.cause, since).await?;
    let stored = found.len();
    let survey = releaser.survey(found).await?;
    if arguments.dry_run {
        return context.output.rows(&rows(&survey));
    }
    context.output.words(&words(&survey, source, stored));
    if survey.genuine.is_empty() {
        return match survey.refused.is_empty() {
            true => Ok(()),
            false => Err(Error::Failed("Nothing is released: landfall refused explain names the mistake.".into())),
        };
    }
    context.prompt.agree(&question(&survey))?;
    let bar = bar(survey.genuine.len());
    let mut unreleased = 0;
    let release = releaser.release_all(survey.genuine, |place, outcome| {
        bar.inc(1);
        unreleased += usize::from(!is_fine(outcome));
        bar.suspend(|| tell(place, outcome, context))
    });
    let ended = context.interrupt.or(release).await;
    bar.finish_and_clear();
    match ended {
        Ok(Some(())) if unreleased == 0 => Ok(()),
        Ok(Some(())) => Err(Error::Failed(format!("{unreleased} deliveries are not released."))),
        Ok(None) => {
            Err(Error::Interrupted("What was released stays so. The same command goes on with the rest.".into()))
        }
        Err(Error::Unavailable(text)) => Err(Error::Unavailable(format!(
            "{text}\nWhat was released stays so: the same command goes on with the rest."
        ))),
        Err(error) => Err(error),
    }
}

async fn releaser(
    source: &SourceName,
    arguments: &Arguments,
    services: &Services<'_>,
    store: &SourceStore,
    context: &Context,
) -> Result<Releaser> {
    let late = if arguments.waive_time { LateTime::Allowed } else { LateTime::Refused };
    let releaser = Releaser::of(source, late, services, store).await?;
    if let Some(trouble) = releaser.trouble() {
        context.output.words(trouble);
    }
    Ok(releaser)
}

/// Whether nothing is left to do: who releases a delivery a second time has nothing to do either.
const fn is_fine(outcome: &Outcome) -> bool {
    matches!(outcome, Ok(_) | Err(ReleaseRefusal::Released(_)))
}

fn tell(place: &Place, outcome: &Outcome, context: &Context) -> Result<()> {
    let row = |outcome, event_id, reason| ReleaseRow { id: id_text(place), outcome, event_id, reason };
    match outcome {
        Ok(events) => events.iter().try_for_each(|ReleasedEvent { id, is_duplicate }| {
            let outcome = if *is_duplicate { "duplicate" } else { "released" };
            context.output.line(&row(outcome, Some(id.to_string()), None))
        }),
        Err(refusal) => {
            let outcome = if is_fine(outcome) { "duplicate" } else { "refused" };
            context.output.line(&row(outcome, None, Some(refusal.to_string())))
        }
    }
}

fn rows(survey: &Survey) -> Vec<SurveyRow> {
    let row = |outcome, deliveries, reason| SurveyRow { outcome, deliveries, reason };
    let refused = survey.refused.iter().map(|(reason, count)| row("refused", *count, Some(reason.clone())));
    [row("genuine", survey.genuine.len(), None), row("released", survey.released, None)]
        .into_iter()
        .chain(refused)
        .filter(|row| row.deliveries > 0)
        .collect()
}

fn words(survey: &Survey, source: &SourceName, stored: usize) -> String {
    let Survey { genuine, released, refused, .. } = survey;
    let head = format!(
        "{stored} deliveries of {source} are stored: {} are genuine by what the secret says now, {released} were released before.",
        genuine.len()
    );
    let refused = refused.iter().map(|(reason, count)| format!("\n{count} stay: {reason}"));
    [head].into_iter().chain(refused).collect()
}

fn question(survey: &Survey) -> String {
    let forgotten = match survey.forgotten {
        0 => String::new(),
        some => format!(
            "{some} were made more than 30 days ago. What was accepted then, Landfall has forgotten, and releasing it makes events once more. "
        ),
    };
    format!("{forgotten}Release {} deliveries?", survey.genuine.len())
}

/// A bar where a person sees it, and nothing elsewhere.
fn bar(deliveries: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(deliveries as u64), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len}, {eta} left").expect("it is a template"));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
