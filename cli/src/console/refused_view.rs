//! A view of refused deliveries: its URL, its command and the bar of its time.

use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;
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
    [("1h", "Last hour"), ("24h", "Last 24 hours"), ("3d", "Last 3 days"), ("7d", "Last 7 days")];

/// What is shown of refused deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RefusedView {
    /// The source that is shown; the first if there is none.
    pub(crate) source: Option<String>,
    /// The cause that is shown; the source's first if there is none.
    pub(crate) cause: Option<Refusal>,
    /// From when on they arrived.
    pub(crate) since: Option<String>,
}

impl RefusedView {
    /// Reads the query of a URL. Names and causes that it does not know are passed over.
    pub(crate) fn parse(query: &str) -> RefusedView {
        let mut view = RefusedView::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty()) {
            match &*name {
                "source" => view.source = Some(value.trim().to_owned()),
                "cause" => view.cause = value.parse().ok(),
                "since" => view.since = Some(value.into_owned()).filter(|since| since != USUAL_SINCE),
                _ => {}
            }
        }
        view
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

    /// The text of its time.
    pub(crate) fn since(&self) -> &str {
        self.since.as_deref().unwrap_or(USUAL_SINCE)
    }

    /// The same of another source and cause.
    pub(crate) fn of(&self, source: Option<&str>, cause: Refusal) -> RefusedView {
        RefusedView { source: source.map(str::to_owned), cause: Some(cause), since: self.since.clone() }
    }

    /// The query of its URL.
    pub(crate) fn query(&self) -> String {
        let cause = self.cause.map(|cause| cause.as_str().to_owned());
        let parts = [("source", self.source.as_ref()), ("cause", cause.as_ref()), ("since", self.since.as_ref())];
        let pairs = parts.iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_deref()?))));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Its URL.
    pub(crate) fn href(&self) -> String {
        match self.query() {
            query if query.is_empty() => "/refused".to_owned(),
            query => format!("/refused?{query}"),
        }
    }

    /// The command that lists the same.
    pub(crate) fn command(&self) -> String {
        let mut words = vec!["landfall refused list".to_owned()];
        words.extend(self.source.as_deref().map(|source| format!("--source {}", shell_word(source))));
        words.extend(self.cause.map(|cause| format!("--cause {cause}")));
        words.push(format!("--since {}", shell_word(self.since())));
        words.join(" ")
    }
}

/// The bar above the list.
pub(crate) fn filter_bar(view: &RefusedView) -> Markup {
    let range = RANGES.iter().find(|(value, _)| *value == view.since()).map_or(view.since(), |(_, name)| name);
    html! {
        div.filter {
            form.query action="/refused" role="search" aria-label="Source" {
                (Mark::Search.draw())
                input type="hidden" name="since" value=(view.since());
                input #query type="text" name="source" placeholder="A source" aria-label="Show what a source refused" autocomplete="off" spellcheck="false";
                kbd { "/" }
            }
            details.menu.right {
                summary.button { (range) }
                ul { @for (value, name) in RANGES {
                    li { a href=(RefusedView { since: Some(value.to_owned()).filter(|since| since != USUAL_SINCE), ..view.clone() }.href()) { (name) } }
                } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::RefusedView;

    #[test]
    fn a_view_of_refused_deliveries_is_a_url_and_a_command() {
        let check = |query: &str, url: Expect, command: Expect| {
            let view = RefusedView::parse(query);
            url.assert_eq(&view.href());
            command.assert_eq(&view.command());
            assert_eq!(RefusedView::parse(view.href().split_once('?').map_or("", |(_, query)| query)), view);
        };
        check("", expect!["/refused"], expect!["landfall refused list --since 24h"]);
        check("since=24h&cause=perhaps", expect!["/refused"], expect!["landfall refused list --since 24h"]);
        check(
            "cause=token_wrong&source=csm-prod&since=7d",
            expect!["/refused?source=csm-prod&cause=token_wrong&since=7d"],
            expect!["landfall refused list --source csm-prod --cause token_wrong --since 7d"],
        );
        check(
            "source=a b",
            expect!["/refused?source=a%20b"],
            expect!["landfall refused list --source 'a b' --since 24h"],
        );
    }

    #[test]
    fn what_is_no_instant_or_source_is_refused() {
        let view = RefusedView::parse("since=soon&source=A");
        let errors = [
            view.begins_at().map(|_| ()).expect_err("soon is no instant"),
            view.source_name().map(|_| ()).expect_err("A is no name"),
        ];
        let told = errors.map(|error| error.to_string()).join("\n");
        assert!(told.contains("soon is no instant") && told.contains("A: "), "{told}");
    }
}
