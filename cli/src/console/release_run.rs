//! A release that this console runs beside its pages.

use domain::receive::refused::release::ReleaseRefusal;
use domain::source::source_name::SourceName;
use domain::verify::Refusal;
use maud::{Markup, html};

use crate::console::refused_words::deliveries;
use crate::console::view::View;
use crate::console::words::number;
use crate::refused::releaser::Outcome;

/// While it runs, how it stands is asked for again after so many seconds.
const AGAIN_SECONDS: u32 = 2;

/// How a release stands: of a source and cause, one at a time.
#[derive(Clone, Debug)]
pub(crate) struct ReleaseRun {
    source: SourceName,
    refusal: Refusal,
    /// How many deliveries are to be released, once they have been counted.
    to_release: usize,
    /// Events that it made.
    released: usize,
    /// Events that were known.
    duplicates: usize,
    /// Deliveries that it did not release.
    refused: usize,
    /// Whether it has ended, and why if badly.
    end: Option<Result<(), String>>,
}

impl ReleaseRun {
    /// One that begins.
    pub(crate) const fn of(source: SourceName, refusal: Refusal) -> ReleaseRun {
        ReleaseRun { source, refusal, to_release: 0, released: 0, duplicates: 0, refused: 0, end: None }
    }

    /// Whether it is of this source and cause.
    pub(crate) fn is_of(&self, source: &SourceName, refusal: Refusal) -> bool {
        self.source == *source && self.refusal == refusal
    }

    /// Whether it goes on.
    pub(crate) const fn is_running(&self) -> bool {
        self.end.is_none()
    }

    /// Takes in how many deliveries are to be released.
    pub(crate) const fn begin(&mut self, deliveries: usize) {
        self.to_release = deliveries;
    }

    /// Takes in what became of a delivery.
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Ok(events) => {
                let duplicates = events.iter().filter(|event| event.is_duplicate).count();
                self.duplicates += duplicates;
                self.released += events.len() - duplicates;
            }
            Err(ReleaseRefusal::Released(_)) => self.duplicates += 1,
            Err(_) => self.refused += 1,
        }
    }

    /// Takes in that it has ended.
    pub(crate) fn end(&mut self, end: Result<(), String>) {
        self.end = Some(end);
    }

    /// How it stands, in a sentence or two.
    pub(crate) fn panel(&self) -> Markup {
        let events = View { is_live: true, ..View::default().with("source", self.source.as_str()) }.href();
        let of = |count: usize| number(count as u64);
        html! {
            div.panel role="status" data-again=[self.is_running().then_some(AGAIN_SECONDS)] {
                p {
                    @match &self.end {
                        None => { b { "Releasing " (deliveries(self.to_release)) } " while this console runs. " },
                        Some(Ok(())) => b { "Released. " },
                        Some(Err(_)) => b.failed { "The release ended early. " },
                    }
                    (of(self.released)) " new events, " (of(self.duplicates)) " were known already, " (of(self.refused)) " deliveries were not released."
                    @if self.released > 0 { " " a href=(events) { "Show the events" } }
                }
                @if let Some(Err(error)) = &self.end { p.second { (error) " What was released stays so; releasing again goes on with the rest." } }
            }
        }
    }
}
