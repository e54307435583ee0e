//! One event's life, from its record and the functions' log lines.
//!
//! The record has its arrival, its latest replay and its end. The lines have what happened in between, as far back as they
//! reach.

use std::fmt::Write as _;

use domain::ledger::listing::row::Row;
use domain::ledger::record::State;
use domain::time::Timestamp;
use platform::log_group::LogLine;
use serde_json::Value;

/// One event's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// What happened, the earliest first.
    pub moments: Vec<Moment>,
    /// Where the time went, of a finished event.
    pub spent: Option<TimeSpent>,
}

/// Something that happened, or that will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What.
    pub step: Step,
    /// The rest, in words.
    pub text: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The sender delivered it.
    Arrived,
    /// The sender delivered it again.
    Duplicate,
    /// It could not be accepted.
    NotAccepted,
    /// A message of it led to no attempt.
    Passed,
    /// An attempt failed, and another one follows.
    Retry,
    /// It was published.
    Published,
    /// It was given up.
    Failed,
    /// An operator had it processed again.
    Replayed,
    /// The sweep will send it.
    Due,
}

impl Step {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Step::Arrived => "arrived",
            Step::Duplicate => "duplicate",
            Step::NotAccepted => "not_accepted",
            Step::Passed => "passed",
            Step::Retry => "retry",
            Step::Published => "published",
            Step::Failed => "failed",
            Step::Replayed => "replayed",
            Step::Due => "due",
        }
    }
}

/// Where the time went, from its arrival or its latest replay to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpent {
    /// All of it.
    pub total_ms: u64,
    /// So much of it in attempts.
    pub worked_ms: u64,
    /// So much of it between them: in the queue, or until the next attempt.
    pub waited_ms: u64,
}

impl Timeline {
    /// The life of the event that `row` shows, of which `lines` tell.
    #[must_use]
    pub fn of(row: &Row, lines: &[LogLine]) -> Timeline {
        let lines: Vec<Line> = lines.iter().filter_map(Line::read).collect();
        let mut moments: Vec<Moment> = lines.iter().filter_map(Line::moment).collect();
        let is_told = |step, since| moments.iter().any(|moment: &Moment| moment.step == step && moment.at >= since);
        let arrived_at = row.event.received_at;
        let began_at = row.replayed_at.unwrap_or(arrived_at);
        let mut of_record = Vec::new();
        if !is_told(Step::Arrived, Timestamp::from_millis(0)) {
            let text = format!("{}, verified by {}", row.event.origin.as_str(), row.event.verified_by.as_str());
            of_record.push(Moment { at: arrived_at, step: Step::Arrived, text });
        }
        if let (Some(at), Some(job)) = (row.replayed_at, row.replay_jobs.last()) {
            let text = match row.replay_jobs.as_slice() {
                [job] => format!("by the replay job {job}"),
                jobs => format!(
                    "{} times, by the replay jobs {}; {job} may not be the latest",
                    row.event.replay,
                    jobs.join(", ")
                ),
            };
            of_record.push(Moment { at, step: Step::Replayed, text });
        }
        let error = || row.last_error.clone().unwrap_or_default();
        let attempts = row.lifecycle.attempts;
        match (row.lifecycle.state, row.finished_at()) {
            (State::Done, Some(at)) if !is_told(Step::Published, began_at) => {
                of_record.push(Moment { at, step: Step::Published, text: format!("by attempt {attempts}") });
            }
            (State::Failed, Some(at)) if !is_told(Step::Failed, began_at) => {
                let text = format!("by attempt {attempts}: {}", error());
                of_record.push(Moment { at, step: Step::Failed, text });
            }
            (State::Received | State::Processing, _) => {
                let text = match row.last_error {
                    Some(_) => format!("unless it is tried before; the latest attempt failed: {}", error()),
                    None => "unless it is tried before".to_owned(),
                };
                of_record.extend(row.lifecycle.due_at.map(|at| Moment { at, step: Step::Due, text }));
            }
            _ => {}
        }
        moments.extend(of_record);
        moments.sort_by_key(|moment| moment.at);
        let ended_at = lines.iter().filter(|line| line.is_end() && line.at >= began_at).map(|line| line.at).max();
        let spent = ended_at.map(|ended_at| {
            let total_ms = millis(began_at, ended_at);
            let attempts = lines.iter().filter(|line| line.is_attempt() && line.at >= began_at && line.at <= ended_at);
            let worked_ms = attempts.map(Line::duration_ms).sum::<u64>().min(total_ms);
            TimeSpent { total_ms, worked_ms, waited_ms: total_ms - worked_ms }
        });
        Timeline { moments, spent: spent.filter(|_| row.lifecycle.state.is_final()) }
    }
}

fn millis(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(from.until(to).as_millis()).unwrap_or(u64::MAX)
}

/// A line about an event or a delivery of it.
struct Line {
    at: Timestamp,
    json: Value,
}

impl Line {
    fn read(line: &LogLine) -> Option<Line> {
        let json: Value = serde_json::from_str(&line.text).ok()?;
        let at = json["timestamp"].as_str().and_then(Timestamp::parse_rfc3339).unwrap_or(line.at);
        matches!(json["message"].as_str()?, "delivery" | "event").then_some(Line { at, json })
    }

    fn text(&self, name: &str) -> &str {
        self.json[name].as_str().unwrap_or_default()
    }

    fn number(&self, name: &str) -> u64 {
        self.json[name].as_f64().map_or(0, |number| number.round() as u64)
    }

    fn duration_ms(&self) -> u64 {
        self.number("duration_ms")
    }

    fn is_attempt(&self) -> bool {
        matches!(self.text("outcome"), "done" | "retry" | "failed")
    }

    fn is_end(&self) -> bool {
        matches!(self.text("outcome"), "done" | "failed")
    }

    fn moment(&self) -> Option<Moment> {
        let after = format!("after {} ms", self.duration_ms());
        let attempt = format!("attempt {}", self.number("attempts"));
        let (step, mut text) = match (self.text("message"), self.text("outcome")) {
            ("delivery", "accepted") => (
                Step::Arrived,
                format!("verified by {}; answered {} {after}", self.text("verified_by"), self.number("status")),
            ),
            ("delivery", "duplicate") => (Step::Duplicate, format!("answered {} {after}", self.number("status"))),
            ("delivery", outcome) => {
                (Step::NotAccepted, format!("{outcome}; answered {} {after}", self.number("status")))
            }
            ("event", "done") => (Step::Published, format!("{attempt}, {after}, as {}", self.text("published_as"))),
            ("event", "retry") => {
                let next = self.text("retry_at");
                (Step::Retry, format!("{attempt} failed {after}: {}; the next one from {next} on", self.text("reason")))
            }
            ("event", "failed") => (Step::Failed, format!("{attempt}, {after}: {}", self.text("reason"))),
            ("event", outcome) => (Step::Passed, passed(outcome).to_owned()),
            _ => return None,
        };
        self.add_details(&mut text);
        Some(Moment { at: self.at, step, text })
    }

    fn add_details(&self, text: &mut String) {
        let counts = [
            ("deferred", "the message could not be sent: the sweep sends it"),
            ("unrecorded", "not recorded at once: the message had all of it"),
            ("duplicate_differs", "with another body"),
            ("claim_lost", "another worker had claimed it by then"),
        ];
        for (name, words) in counts {
            if self.number(name) > 0 || self.json[name].as_bool() == Some(true) {
                let _ = write!(text, "; {words}");
            }
        }
        if self.text("message") == "event" && self.text("verified_by") == "confirmed" {
            text.push_str("; confirmed by the sender's API");
        }
        match (self.number("archived"), self.number("not_archived")) {
            (0, 0) => {}
            (copied, 0) => {
                let _ = write!(text, "; {copied} assets copied, {} bytes", self.number("archived_bytes"));
            }
            (copied, not) => {
                let reasons = &self.json["not_archived_reasons"];
                let _ = write!(text, "; {copied} assets copied, {not} not: {reasons}");
            }
        }
        if !self.text("trouble").is_empty() {
            let _ = write!(text, "; trouble: {}", self.text("trouble"));
        }
    }
}

/// Why a message led to no attempt.
fn passed(outcome: &str) -> &str {
    match outcome {
        "finished" => "a further message: the event was finished",
        "leased" => "a further message: another worker had the event",
        "not_yet_due" => "a message before the event's time",
        "contended" => "other workers kept changing the record: the message comes back",
        "kept" => "the ledger could not be reached: the message comes back",
        other => other,
    }
}

#[cfg(test)]
mod tests;
