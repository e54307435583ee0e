//! The steps of a run, and how long each took.

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A step that has begun.
#[derive(Clone)]
struct Step {
    name: String,
    at_seconds: u64,
}

/// Counts from when `make` began, which has built this program by now.
pub(crate) struct Clock {
    began_seconds: u64,
    steps: Mutex<Vec<Step>>,
}

impl Clock {
    /// `began_seconds` is Unix time; none counts from now.
    pub(crate) fn new(began_seconds: Option<u64>) -> Clock {
        Clock { began_seconds: began_seconds.unwrap_or_else(now_seconds), steps: Mutex::default() }
    }

    /// For how long it has run.
    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_secs(now_seconds().saturating_sub(self.began_seconds))
    }

    /// Says that a step begins.
    pub(crate) fn begin(&self, name: &str) {
        let at_seconds = self.elapsed().as_secs();
        println!("==> [{at_seconds:>4} s] {name}");
        self.steps.lock().expect("no thread panics while it holds it").push(Step { name: name.to_owned(), at_seconds });
    }

    /// Each step so far with the seconds that it took, or has taken.
    pub(crate) fn table(&self) -> String {
        let steps = self.steps.lock().expect("no thread panics while it holds it").clone();
        let ends = steps.iter().skip(1).map(|step| step.at_seconds).chain([self.elapsed().as_secs()]);
        let before = steps.first().map_or(0, |step| step.at_seconds);
        let lines = steps.iter().zip(ends).map(|(step, end)| format!("{:>6} s  {}", end - step.at_seconds, step.name));
        [format!("{before:>6} s  building xtask")].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    }
}

#[expect(clippy::disallowed_methods, reason = "a person waits here: what is shown is the real clock")]
fn now_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
