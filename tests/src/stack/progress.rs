//! What `stack` tells the terminal: each step, how long it has run, how it ended.
#![expect(clippy::print_stderr, reason = "a command line tool speaks on the terminal")]
#![expect(clippy::disallowed_methods, reason = "a person waits here: what is shown is the real clock")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::error::{Error, Result, context};

/// A waiting person first hears after this long that the step still runs, then each time it has run twice as long.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// How often a step looks whether it is over.
const LOOK: Duration = Duration::from_millis(50);

/// How much of its log a failed step shows.
const LAST_LINES: usize = 30;

pub(crate) struct Progress {
    began: Instant,
}

impl Progress {
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now() }
    }

    pub(crate) fn say(&self, line: &str) {
        eprintln!("[{:>4.0} s] {line}", self.began.elapsed().as_secs_f64());
    }

    /// Asks until the answer is `Some`, for at most `bound`. Not ready is no error: `None` when the time is over.
    pub(crate) fn wait_for<T>(
        &self,
        what: &str,
        bound: Duration,
        mut ask: impl FnMut() -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let began = Instant::now();
        let mut next_word = HEARTBEAT;
        loop {
            if let Some(answer) = ask()? {
                self.say(&format!("{what}: {:.1} s", began.elapsed().as_secs_f64()));
                return Ok(Some(answer));
            }
            if began.elapsed() >= bound {
                return Ok(None);
            }
            if began.elapsed() >= next_word {
                next_word *= 2;
                self.say(&format!("{what} ... {:.0} s", began.elapsed().as_secs_f64()));
            }
            thread::sleep(LOOK);
        }
    }

    /// Runs a command to its end. When it fails, the error ends with what it said last in `log`.
    pub(crate) fn run(&self, what: &str, bound: Duration, command: &mut Command, log: &Path) -> Result<()> {
        let mut child = command
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| context(format!("{} cannot be run", command.get_program().display()), &error))?;
        match self.wait_for(what, bound, || Ok(child.try_wait()?))? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Error::from(format!("{what}: {status}. The end of {}:\n{}", log.display(), tail(log)))),
            None => {
                child.kill()?;
                child.wait()?;
                let seconds = bound.as_secs();
                Err(Error::from(format!(
                    "{what}: not done in {seconds} s. The end of {}:\n{}",
                    log.display(),
                    tail(log)
                )))
            }
        }
    }
}

/// The last lines of a log, for an error that should not send its reader elsewhere.
pub(crate) fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}
