//! A view of the expected jobs: its URL, its command and the bar of its filter.

use domain::ledger::job::JobId;
use domain::ledger::reconciliation::JobEnding;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use maud::{Markup, html};
use url::form_urlencoded;

use crate::console::icons::Mark;
use crate::console::view::encoded;
use crate::error::{Error, Result};
use crate::moment::instant;
use crate::shell_word::shell_word;

/// The time that is looked at unless the view says another.
const USUAL_SINCE: &str = "24h";
const RANGES: [(&str, &str); 4] =
    [("1h", "Last hour"), ("24h", "Last 24 hours"), ("7d", "Last 7 days"), ("30d", "Last 30 days")];

/// Which jobs are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JobsView {
    /// The source; all if there is none.
    pub(crate) source: Option<String>,
    /// How they ended; anyhow if this is absent.
    pub(crate) ended_by: Option<JobEnding>,
    /// From when on they were submitted.
    pub(crate) since: Option<String>,
    /// The job in the pane beside the list, by the id of its record.
    pub(crate) selected: Option<String>,
}

impl JobsView {
    /// Reads the query of a URL. Names and endings that it does not know are passed over.
    pub(crate) fn parse(query: &str) -> JobsView {
        let mut view = JobsView::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty()) {
            let value = value.into_owned();
            match &*name {
                "source" => view.source = Some(value),
                "ended" => view.ended_by = value.parse().ok(),
                "since" => view.since = Some(value).filter(|since| since != USUAL_SINCE),
                "sel" => view.selected = Some(value),
                _ => {}
            }
        }
        view
    }

    /// The text of its time.
    pub(crate) fn since(&self) -> &str {
        self.since.as_deref().unwrap_or(USUAL_SINCE)
    }

    /// When its time begins.
    ///
    /// # Errors
    /// If its text is no instant.
    pub(crate) fn begins_at(&self) -> Result<Timestamp> {
        instant(self.since()).map_err(Error::Usage)
    }

    /// Its source, if it names one.
    ///
    /// # Errors
    /// If that is no source's name.
    pub(crate) fn source_name(&self) -> Result<Option<SourceName>> {
        let parse = |name: &String| SourceName::parse(name).map_err(|error| Error::Usage(format!("{name}: {error}")));
        self.source.as_ref().map(parse).transpose()
    }

    /// The selected job.
    ///
    /// # Errors
    /// If what is selected is the id of none.
    pub(crate) fn selected_job(&self) -> Result<Option<JobId>> {
        let parse = |id: &String| JobId::parse(id).ok_or_else(|| Error::Usage(format!("{id} is the id of no job")));
        self.selected.as_ref().map(parse).transpose()
    }

    /// The same with or without this source.
    pub(crate) fn with_source(&self, source: &str) -> JobsView {
        let source = (self.source.as_deref() != Some(source)).then(|| source.to_owned());
        JobsView { source, selected: None, ..self.clone() }
    }

    /// The same with or without this ending.
    pub(crate) fn with_ending(&self, ending: JobEnding) -> JobsView {
        JobsView { ended_by: (self.ended_by != Some(ending)).then_some(ending), selected: None, ..self.clone() }
    }

    /// The same over another time.
    pub(crate) fn with_since(&self, since: &str) -> JobsView {
        JobsView { since: Some(since.to_owned()).filter(|since| since != USUAL_SINCE), selected: None, ..self.clone() }
    }

    /// Its URL.
    pub(crate) fn href(&self) -> String {
        let ended_by = self.ended_by.map(|ending| ending.as_str().to_owned());
        let parts = [
            ("source", self.source.as_ref()),
            ("ended", ended_by.as_ref()),
            ("since", self.since.as_ref()),
            ("sel", self.selected.as_ref()),
        ];
        let pairs = parts.iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_deref()?))));
        match pairs.collect::<Vec<_>>().join("&") {
            query if query.is_empty() => "/jobs".to_owned(),
            query => format!("/jobs?{query}"),
        }
    }

    /// The command that lists the same.
    pub(crate) fn command(&self) -> String {
        let mut words = vec!["landfall reconcile".to_owned()];
        words.extend(self.source.as_deref().map(shell_word));
        words.push(format!("--since {} --jobs", shell_word(self.since())));
        words.extend(self.ended_by.map(|ending| format!("--ended-by {}", ending.as_str())));
        words.join(" ")
    }
}

/// The bar above the list.
pub(crate) fn filter_bar(view: &JobsView) -> Markup {
    let range = RANGES.iter().find(|(value, _)| *value == view.since()).map_or(view.since(), |(_, name)| name);
    let chips = [
        view.source.as_deref().map(|name| ("source", name, view.with_source(name))),
        view.ended_by.map(|ending| ("ended by", ending.as_str(), view.with_ending(ending))),
    ];
    html! {
        div.filter {
            form.query action="/jobs" role="search" aria-label="Filter" {
                (Mark::Search.draw())
                @for (name, value, without) in chips.iter().flatten() {
                    span.chip { span.name { (name) } " " bdi { (value) } a href=(without.href()) aria-label=(format!("Remove {name}")) { "✕" } }
                }
                @if let Some(ending) = view.ended_by { input type="hidden" name="ended" value=(ending.as_str()); }
                input type="hidden" name="since" value=(view.since());
                input #query type="text" name="source" placeholder="A source" aria-label="Show the jobs of a source" autocomplete="off" spellcheck="false";
                kbd { "/" }
            }
            details.menu.right {
                summary.button { (range) }
                ul { @for (value, name) in RANGES { li { a href=(view.with_since(value).href()) { (name) } } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::JobsView;

    #[test]
    fn a_view_of_jobs_is_a_url_and_a_command() {
        let check = |query: &str, url: Expect, command: Expect| {
            let view = JobsView::parse(query);
            url.assert_eq(&view.href());
            command.assert_eq(&view.command());
            assert_eq!(JobsView::parse(view.href().split_once('?').map_or("", |(_, query)| query)), view);
        };
        check("", expect!["/jobs"], expect!["landfall reconcile --since 24h --jobs"]);
        check("since=24h&ended=perhaps", expect!["/jobs"], expect!["landfall reconcile --since 24h --jobs"]);
        check(
            "ended=poll&source=csm-prod&since=7d&sel=%40job%2Fcsm-prod%2Fjob%2Fa%2520b",
            expect!["/jobs?source=csm-prod&ended=poll&since=7d&sel=%40job%2Fcsm-prod%2Fjob%2Fa%2520b"],
            expect!["landfall reconcile csm-prod --since 7d --jobs --ended-by poll"],
        );
    }

    #[test]
    fn what_is_no_instant_source_or_job_is_refused() {
        let view = JobsView::parse("since=soon&source=A&sel=a%2F1");
        let errors = [
            view.begins_at().map(|_| ()).expect_err("soon is no instant"),
            view.source_name().map(|_| ()).expect_err("A is no name"),
            view.selected_job().map(|_| ()).expect_err("an event is no job"),
        ];
        let told = errors.map(|error| error.to_string()).join("\n");
        assert!(told.contains("soon is no instant") && told.contains("a/1 is the id of no job"), "{told}");
    }

    #[test]
    fn a_chosen_value_is_taken_away_by_choosing_it_again() {
        let view = JobsView::parse("source=a&ended=late&sel=%40job%2Fa%2Fjob%2F1");
        let late = view.ended_by.expect("it was given");
        assert_eq!(view.with_source("a").with_ending(late).href(), "/jobs");
        assert_eq!(view.with_source("b").with_since("7d").href(), "/jobs?source=b&ended=late&since=7d");
    }
}
