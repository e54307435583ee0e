//! Which events a command is about.

use clap::{Args, ValueEnum};
use domain::event::VerifiedBy;
use domain::event::event_type::EventType;
use domain::ledger::listing::body_pattern::BodyPattern;
use domain::ledger::listing::filter::{Filter, View};
use domain::ledger::record::State;
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use operator::listing::Listing;

use crate::error::{Error, Result};
use crate::moment::instant;

/// Which events a command is about.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "filter", multiple = true)]
pub struct FilterOptions {
    /// Events of this source; several times for several, without it all
    #[arg(long = "source", value_name = "NAME", value_parser = source_name)]
    pub sources: Vec<SourceName>,
    /// Events of this kind of sender
    #[arg(long, value_name = "NAME", value_parser = provider)]
    pub provider: Option<Provider>,
    /// Events of this type, such as landfall.job.completed
    #[arg(long = "type", value_name = "TYPE", value_parser = event_type)]
    pub event_type: Option<String>,
    /// Events in this state
    #[arg(long, value_name = "STATE", value_parser = ["received", "processing", "done", "failed"])]
    pub state: Option<String>,
    /// Events about this job or thing, by the sender's id of it
    #[arg(long, value_name = "ID")]
    pub subject: Option<String>,
    /// Events that were proven genuine so
    #[arg(long, value_name = "HOW", value_parser = ["signature", "token", "confirmed"])]
    pub verified_by: Option<String>,
    /// Events from then on: RFC 3339, or how long ago (90s, 15m, 2h, 7d)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub since: Option<Timestamp>,
    /// Events until then
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub until: Option<Timestamp>,
    /// Events whose bodies contain this JSON: all of its members and elements
    #[arg(long = "match", value_name = "JSON", value_parser = BodyPattern::parse)]
    pub body: Option<BodyPattern>,
    /// Which list is read; default: failed or unfinished where --state asks for such events, else arrived
    #[arg(long, value_enum, value_name = "LIST", conflicts_with = "subject")]
    pub view: Option<ListView>,
}

/// Which list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListView {
    /// By when they arrived, the newest first
    Arrived,
    /// What was given up, by when, the latest first
    Failed,
    /// What is not finished, by when it comes due
    Unfinished,
}

impl FilterOptions {
    /// The filter. Where no source is named, the directory of sources is read.
    ///
    /// # Errors
    /// If there is no directory yet, or the ledger could not be read.
    pub async fn filter(&self, listing: &Listing) -> Result<Filter> {
        let sources = self.sources(listing).await?;
        let state = self.state.as_deref().and_then(|state| state.parse::<State>().ok());
        let view = match (&self.subject, self.view, state) {
            (Some(subject), ..) => listing.place_of_subject(&sources, subject).await?.view,
            (None, Some(ListView::Arrived), _) => View::Arrived,
            (None, Some(ListView::Failed), _) | (None, None, Some(State::Failed)) => View::Failed,
            (None, Some(ListView::Unfinished), _) | (None, None, Some(State::Received | State::Processing)) => {
                View::Unfinished
            }
            (None, None, Some(State::Done) | None) => View::Arrived,
        };
        Ok(Filter {
            event_type: self.event_type.clone(),
            state,
            since: self.since,
            until: self.until,
            provider: self.provider,
            verified_by: self.verified_by.as_deref().and_then(|by| by.parse::<VerifiedBy>().ok()),
            body: self.body.clone(),
            ..Filter::of_sources(sources, view)
        })
    }

    /// The sources that are named, or all.
    ///
    /// # Errors
    /// As for [`FilterOptions::filter`].
    pub async fn sources(&self, listing: &Listing) -> Result<Vec<SourceName>> {
        if !self.sources.is_empty() {
            return Ok(self.sources.clone());
        }
        let unwritten = || {
            let text =
                "no source is known yet: the sweep writes the list of sources each minute. Name one with --source";
            Error::NotFound(text.into())
        };
        listing.sources().await?.ok_or_else(unwritten)
    }
}

/// Reads the name of a source.
///
/// # Errors
/// If it is none.
pub fn source_name(text: &str) -> std::result::Result<SourceName, String> {
    SourceName::parse(text).map_err(|error| error.to_string())
}

fn provider(text: &str) -> std::result::Result<Provider, String> {
    text.parse().map_err(|_| "no such sender: landfall trigger --list has all, and custom is your own".to_owned())
}

/// Reads a type of events.
///
/// # Errors
/// If it is none.
pub fn event_type(text: &str) -> std::result::Result<String, String> {
    let is_type = text == EventType::Unrecognized.to_string() || EventType::parse(text) != EventType::Unrecognized;
    let unknown = || format!("{text} is no type: docs/events.md has all, such as landfall.job.completed");
    is_type.then(|| text.to_owned()).ok_or_else(unknown)
}
