//! A view of the events, as its URL and as a command.

use clap::Parser;
use domain::event::event_id::EventId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

use crate::error::{Error, Result};
use crate::filter_options::FilterOptions;
use crate::shell_word::shell_word;

/// The fields of a filter in the order of the command, each with the option that it stands for.
const FIELDS: [(&str, &str); 10] = [
    ("source", "--source"),
    ("provider", "--provider"),
    ("type", "--type"),
    ("state", "--state"),
    ("subject", "--subject"),
    ("verified_by", "--verified-by"),
    ("since", "--since"),
    ("until", "--until"),
    ("match", "--match"),
    ("view", "--view"),
];

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'~').remove(b'-');

/// A view of the events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// The fields that are set, in their order; [`with`](View::with) sets another.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// The event in the pane beside the list.
    pub(crate) selected: Option<String>,
    /// Where an earlier page ended.
    pub(crate) before: Option<String>,
    /// Whether new events are shown as they arrive.
    pub(crate) is_live: bool,
}

/// The options of `landfall events list` that a view can have.
#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Line {
    #[command(flatten)]
    filter: FilterOptions,
}

impl View {
    /// Reads the query of a URL. Names that it does not know are passed over.
    pub(crate) fn parse(query: &str) -> View {
        let mut view = View::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty()) {
            match &*name {
                "sel" => view.selected = Some(value.into_owned()),
                "before" => view.before = Some(value.into_owned()),
                "live" => view.is_live = value == "1",
                "q" => value.split_whitespace().for_each(|word| view.add(word)),
                name => view.set(name, &value),
            }
        }
        view
    }

    /// Takes one word of the search: `field:value`, or the id of a job.
    fn add(&mut self, word: &str) {
        match word.split_once(':') {
            Some((name, value)) if FIELDS.iter().any(|(known, _)| *known == name) => self.set(name, value),
            _ => self.set("subject", word),
        }
    }

    fn set(&mut self, name: &str, value: &str) {
        let Some((name, _)) = FIELDS.iter().find(|(known, _)| *known == name) else { return };
        self.fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.fields.push((name, value.to_owned()));
        }
        self.fields.sort_by_key(|(name, _)| FIELDS.iter().position(|(known, _)| known == name));
    }

    /// The value of a field.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The fields that are set.
    pub(crate) fn fields(&self) -> &[(&'static str, String)] {
        &self.fields
    }

    /// The sources that are named.
    pub(crate) fn sources(&self) -> Vec<&str> {
        self.value("source").into_iter().flat_map(|names| names.split(',')).collect()
    }

    /// The same from its first page, without a selection, and with another value of this field.
    pub(crate) fn with(&self, name: &str, value: &str) -> View {
        let mut view = View { selected: None, before: None, ..self.clone() };
        view.set(name, value);
        view
    }

    /// The same with or without this source.
    pub(crate) fn with_source(&self, source: &str) -> View {
        let mut sources = self.sources();
        match sources.iter().position(|known| *known == source) {
            Some(place) => drop(sources.remove(place)),
            None => sources.push(source),
        }
        self.with("source", &sources.join(","))
    }

    /// The query of its URL, without what is selected.
    pub(crate) fn query(&self) -> String {
        let mut pairs: Vec<(&str, &str)> = self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pairs.extend(self.is_live.then_some(("live", "1")));
        pairs.extend(self.before.as_deref().map(|before| ("before", before)));
        pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
    }

    /// Its URL.
    pub(crate) fn href(&self) -> String {
        let selected = self.selected.as_deref().map(|id| format!("sel={}", encoded(id)));
        let query = [Some(self.query()).filter(|query| !query.is_empty()), selected];
        match query.into_iter().flatten().collect::<Vec<_>>().as_slice() {
            [] => "/events".to_owned(),
            parts => format!("/events?{}", parts.join("&")),
        }
    }

    /// The command that lists the same. Of what arrives it shows what the page does only where the filter asks for no state,
    /// time or list.
    pub(crate) fn command(&self) -> String {
        let filter = match &self.before {
            Some(before) => format!("--cursor {}", shell_word(before)),
            None => self.filter_words(),
        };
        let is_followed = self.is_live
            && self.before.is_none()
            && ["state", "since", "until", "view"].iter().all(|name| self.value(name).is_none());
        let follow = if is_followed { "--follow" } else { "" };
        let words = ["landfall events list", &filter, follow];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// What it finds, without what of it is shown.
    pub(crate) fn filter_alone(self) -> View {
        View { is_live: false, before: None, selected: None, ..self }
    }

    /// The options that ask for the same.
    pub(crate) fn filter_words(&self) -> String {
        let words = self.arguments().into_iter().map(|word| match word.split_once('=') {
            // Such a value would be taken for an option.
            Some((option, value)) if !value.starts_with('-') => format!("{option} {}", shell_word(value)),
            _ => shell_word(&word),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// What it asks for.
    ///
    /// # Errors
    /// If a value is none of its field's.
    pub(crate) fn options(&self) -> Result<FilterOptions> {
        let line = Line::try_parse_from(self.arguments()).map_err(|error| {
            let text = error.to_string();
            let first = text.split("\n\n").next().unwrap_or_default().trim_end();
            Error::Usage(first.strip_prefix("error: ").unwrap_or(first).to_owned())
        })?;
        Ok(line.filter)
    }

    fn arguments(&self) -> Vec<String> {
        let argument = |(name, value): &(&str, String)| {
            let (_, option) = FIELDS.iter().find(|(known, _)| known == name).expect("it was set by its name");
            let values: Vec<&str> = if *name == "source" { value.split(',').collect() } else { vec![value] };
            values.into_iter().map(|value| format!("{option}={value}")).collect::<Vec<_>>()
        };
        self.fields.iter().flat_map(argument).collect()
    }
}

/// The URL of an event.
pub(crate) fn event_href(id: &str) -> String {
    format!("/events/{}", encoded(id))
}

/// A text as a part of a URL.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// The event that a search names, if it names one and nothing else.
pub(crate) fn searched_event(query: &str) -> Option<EventId> {
    let (_, text) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "q")?;
    EventId::parse(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::View;

    #[test]
    fn a_view_is_a_url_and_a_command() {
        let check = |query: &str, url: Expect, command: Expect| {
            let view = View::parse(query);
            url.assert_eq(&view.href());
            command.assert_eq(&view.command());
            assert_eq!(View::parse(view.href().split_once('?').map_or("", |(_, query)| query)), view);
        };
        check("", expect!["/events"], expect!["landfall events list"]);
        check(
            "state=failed&source=b,a&nonsense=1&live=1",
            expect!["/events?source=b%2Ca&state=failed&live=1"],
            expect!["landfall events list --source b --source a --state failed"],
        );
        check(
            "source=a&live=1",
            expect!["/events?source=a&live=1"],
            expect!["landfall events list --source a --follow"],
        );
        check("since=24h&live=1", expect!["/events?since=24h&live=1"], expect!["landfall events list --since 24h"]);
        check("live=1&before=abc", expect!["/events?live=1&before=abc"], expect!["landfall events list --cursor abc"]);
        check(
            "q=type:landfall.job.failed+job+1&since=24h",
            expect!["/events?type=landfall.job.failed&subject=1&since=24h"],
            expect!["landfall events list --type landfall.job.failed --subject 1 --since 24h"],
        );
        check(
            "subject=a%26b%3D%27%2F%3Cb%3E&sel=s%2Fx%2520y",
            expect!["/events?subject=a%26b%3D%27%2F%3Cb%3E&sel=s%2Fx%2520y"],
            expect![[r"landfall events list --subject 'a&b='\''/<b>'"]],
        );
        check(
            "before=abc&state=done",
            expect!["/events?state=done&before=abc"],
            expect!["landfall events list --cursor abc"],
        );
    }

    #[test]
    fn a_value_that_is_none_of_its_field_is_refused_as_on_the_command_line() {
        let check = |query: &str, expected: &str| {
            assert_eq!(View::parse(query).options().unwrap_err().to_string(), expected);
        };
        check(
            "since=soon",
            "invalid value 'soon' for '--since <TIME>': soon is no instant: write RFC 3339 (2026-01-31T12:00:00Z), or how long ago it is (90s, 15m, 2h, 7d)",
        );
        check(
            "source=A",
            "invalid value 'A' for '--source <NAME>': a source's name is 1 to 63 of a-z, 0-9 and -, and does not begin with -",
        );
        assert!(View::parse("source=a,b&state=failed&since=24h").options().is_ok());
    }

    #[test]
    fn a_source_is_added_and_taken_away() {
        let view = View::parse("source=a,b&sel=a%2F1&before=x");
        assert_eq!(view.with_source("c").href(), "/events?source=a%2Cb%2Cc");
        assert_eq!(view.with_source("a").with_source("b").href(), "/events");
    }
}
