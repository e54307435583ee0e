//! `landfall replay run`.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use domain::ledger::replay::Replayability;
use domain::ledger::replay_job::{ReplayJobId, ReplayJobState};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use operator::replay::Replays;
use operator::replay::run::{RunProgress, RunReport, RunResult};
use platform::random;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::output::Row;
use crate::services::Services;

/// What a run came to.
#[derive(Serialize)]
struct RunRow {
    job: String,
    state: &'static str,
    /// Replayed by this run, or by an earlier one and not begun yet.
    replayed: u64,
    /// Replayed by an earlier run.
    mine: u64,
    busy: u64,
    gone: u64,
    body_gone: u64,
    contradicted: u64,
}

impl Row for RunRow {
    const COLUMNS: &'static [&'static str] =
        &["job", "state", "replayed", "mine", "busy", "gone", "body_gone", "contradicted"];
}

/// Runs a job.
pub(crate) async fn run(job: &ReplayJobId, context: &Context) -> Result<()> {
    let replays = Services::of(&context.session).await?.replays()?;
    run_with(&replays, job, context).await
}

/// Runs a job until it is done or interrupted.
pub(crate) async fn run_with(replays: &Replays, job: &ReplayJobId, context: &Context) -> Result<()> {
    let runner = format!("{} in the terminal {}", context.session.caller_name().await?, random::token());
    let resume = context.session.command(&format!("replay resume {job}"));
    let bar = bar();
    let report = {
        let run = replays.run(job, &runner, |progress| show(&bar, progress));
        tokio::pin!(run);
        tokio::select! {
            report = &mut run => report.map_err(|error| went_wrong(error.into(), &resume))?,
            () = context.interrupt.wait() => {
                bar.println("Pausing ...");
                pause(run.as_mut(), replays, (job, &resume), &context.interrupt).await?
            }
        }
    };
    bar.finish_and_clear();
    let RunReport { result, events } = report;
    let row = row(job, result, &events);
    context.output.item(&row)?;
    match result {
        RunResult::Stopped(ReplayJobState::Paused) => Err(paused("", job, &resume)),
        RunResult::Stopped(state) => Err(Error::Conflict(format!("the job {job} is {state}: this run has ended"))),
        RunResult::Done if row.busy > 0 => Err(Error::Failed(format!(
            "{} events were not finished: run the job again later, which takes them: {}",
            row.busy,
            context.session.command(&format!("replay run {job}"))
        ))),
        RunResult::Done => {
            context.output.words(&format!(
                "What becomes of the events: {}",
                context.session.command(&format!("replay show {job}"))
            ));
            Ok(())
        }
    }
}

/// Pauses the job, and ends what was begun, unless that cannot be waited for.
async fn pause<E>(
    run: impl Future<Output = std::result::Result<RunReport, E>>,
    replays: &Replays,
    (job, resume): (&ReplayJobId, &str),
    interrupt: &Interrupt,
) -> Result<RunReport>
where
    E: Display,
{
    tokio::select! {
        pause = replays.pause(job) => pause.map(drop).map_err(|error| stopped(&format!("{error}\n"), job, resume))?,
        () = interrupt.wait() => return Err(stopped("", job, resume)),
    }
    tokio::select! {
        report = run => report.map_err(|error| paused(&format!("{error}\n"), job, resume)),
        () = interrupt.wait() => Err(paused("", job, resume)),
    }
}

/// A run that somebody interrupted, and whose job could not be paused.
fn stopped(trouble: &str, job: &ReplayJobId, resume: &str) -> Error {
    Error::Interrupted(format!(
        "{trouble}The job {job} could not be paused: it counts as running for a minute. Then go on with: \
         {resume}"
    ))
}

/// A run that somebody interrupted, after what went wrong since.
fn paused(trouble: &str, job: &ReplayJobId, resume: &str) -> Error {
    Error::Interrupted(format!("{trouble}The job {job} is paused. Go on with: {resume}"))
}

/// A run that ends early can go on.
fn went_wrong(error: Error, resume: &str) -> Error {
    let go_on = |text: String| format!("{text}\nNothing is lost: go on with {resume}");
    match error {
        Error::Unavailable(text) => Error::Unavailable(go_on(text)),
        Error::SignIn(text) => Error::SignIn(go_on(text)),
        other => other,
    }
}

/// A bar where a person sees it, and nothing elsewhere.
fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}, {eta} left");
    bar.set_style(style.expect("it is a template"));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

fn show(bar: &ProgressBar, RunProgress { job, pace, events }: RunProgress<'_>) {
    let before = u64::from(job.next_chunk) * domain::ledger::replay_job::CHUNK_MAX_IDS as u64;
    bar.set_length(u64::from(job.count));
    bar.set_position(before.max(events.values().sum()).min(u64::from(job.count)));
    bar.set_message(match pace.per_second() {
        0 => "without a limit".to_owned(),
        rate if rate < job.rate_per_second => format!("{rate} a second, because consumers have more than 10,000 to do"),
        rate => format!("{rate} a second"),
    });
}

fn row(job: &ReplayJobId, result: RunResult, events: &BTreeMap<Replayability, u64>) -> RunRow {
    let count = |outcome| events.get(&outcome).copied().unwrap_or(0);
    let state = match result {
        RunResult::Done => ReplayJobState::Done,
        RunResult::Stopped(state) => state,
    };
    RunRow {
        job: job.to_string(),
        state: state.as_str(),
        replayed: count(Replayability::Replayable),
        mine: count(Replayability::Mine),
        busy: count(Replayability::Busy),
        gone: count(Replayability::Gone),
        body_gone: count(Replayability::BodyGone),
        contradicted: count(Replayability::Contradicted),
    }
}
