//! What a person sees of the events that come to a listener, and which one they choose.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use platform::clock;
use serde::Serialize;

use crate::error::Result;
use crate::forwarding::{EventAttribute, value_of};
use crate::local_event::LocalEvent;
use crate::local_handler::HandlerResult;
use crate::output::{Output, Row};

/// So many events can be chosen.
const HEARD_MAX: usize = 100;

/// How an event came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// By the subscription.
    Live,
    /// From the ledger.
    Backfill,
    /// It was handed over before, and somebody asked for it.
    Again,
}

/// An event that came.
#[derive(Serialize)]
struct HeardEvent {
    at: String,
    r#type: String,
    id: String,
    origin: Origin,
    /// What became of it here: a status or an exit code, or why there is none.
    result: String,
}

impl Row for HeardEvent {
    const COLUMNS: &'static [&'static str] = &["at", "origin", "type", "id", "result"];
}

/// What a person sees of the events that come, and which one they choose.
pub struct LiveView<'a> {
    output: &'a Output,
    /// The line below the rows, on a terminal alone.
    line: ProgressBar,
    heard: Mutex<Heard>,
}

/// The events that can be chosen, the latest last.
#[derive(Default)]
struct Heard {
    events: VecDeque<LocalEvent>,
    /// How far before the latest the chosen one came. At 0, it is always the latest.
    back: usize,
}

impl<'a> LiveView<'a> {
    /// A view without events. `has_keys` says whether there is somebody to choose.
    pub fn new(output: &'a Output, has_keys: bool) -> LiveView<'a> {
        let target = if has_keys { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let line = ProgressBar::with_draw_target(None, target);
        line.set_style(ProgressStyle::with_template("{msg}").expect("it is a template"));
        if has_keys {
            line.enable_steady_tick(Duration::from_millis(200));
        }
        LiveView { output, line, heard: Mutex::default() }
    }

    /// Shows an event and what became of it.
    ///
    /// # Errors
    /// If the output is closed.
    pub fn show(&self, event: &LocalEvent, origin: Origin, result: &HandlerResult) -> Result<()> {
        let again = if result.is_success || origin == Origin::Again { "" } else { "; it comes again" };
        let row = HeardEvent {
            at: clock::now().to_string(),
            r#type: value_of(&event.json, EventAttribute::Type).to_owned(),
            id: event.id().to_owned(),
            origin,
            result: format!("{}{again}", result.words),
        };
        if origin != Origin::Again {
            self.heard().push(event.clone());
        }
        self.line.suspend(|| self.output.line(&row))?;
        self.tell();
        Ok(())
    }

    /// Tells people something.
    pub fn words(&self, text: &str) {
        self.line.suspend(|| self.output.words(text));
    }

    /// Chooses an event that came earlier, or later.
    pub fn choose(&self, step: Step) {
        self.heard().choose(step);
        self.tell();
    }

    /// The chosen event.
    pub fn chosen(&self) -> Option<LocalEvent> {
        self.heard().chosen().cloned()
    }

    fn tell(&self) {
        let heard = self.heard();
        let Some(event) = heard.chosen() else { return };
        let place = match heard.back {
            0 => "the latest".to_owned(),
            back => format!("{back} before the latest"),
        };
        self.line.set_message(format!("r hands over again: {} ({place}); k, j choose another", event.id()));
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// From one event to another.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// To the one that came before.
    Earlier,
    /// To the one that came after.
    Later,
    /// To the latest, whichever it is.
    Latest,
}

impl Heard {
    /// An event that was chosen stays so when others come.
    fn push(&mut self, event: LocalEvent) {
        self.events.push_back(event);
        if self.back > 0 {
            self.back += 1;
        }
        if self.events.len() > HEARD_MAX {
            self.events.pop_front();
        }
        self.back = self.back.min(self.events.len() - 1);
    }

    fn choose(&mut self, step: Step) {
        self.back = match step {
            Step::Earlier => (self.back + 1).min(self.events.len().saturating_sub(1)),
            Step::Later => self.back.saturating_sub(1),
            Step::Latest => 0,
        };
    }

    fn chosen(&self) -> Option<&LocalEvent> {
        self.events.iter().rev().nth(self.back)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::types::Message;

    use super::*;

    fn event(number: usize) -> LocalEvent {
        LocalEvent::of(Message::builder().body(format!("{{\"id\":\"a/{number}\"}}")).build())
    }

    #[test]
    fn the_chosen_event_stays_chosen_while_others_come() {
        let mut heard = Heard::default();
        assert!(heard.chosen().is_none());
        heard.choose(Step::Earlier);
        let mut check = |steps: &[Step], comes: usize, expected: &str| {
            steps.iter().for_each(|step| heard.choose(*step));
            heard.push(event(comes));
            assert_eq!(heard.chosen().map(LocalEvent::id), Some(expected));
        };
        check(&[], 1, "a/1");
        check(&[], 2, "a/2");
        check(&[Step::Earlier], 3, "a/1");
        check(&[Step::Earlier, Step::Earlier], 4, "a/1");
        check(&[Step::Later], 5, "a/2");
        check(&[Step::Latest], 6, "a/6");
        (7..300).for_each(|number| check(&[Step::Latest, Step::Earlier], number, &format!("a/{}", number - 2)));
    }
}
