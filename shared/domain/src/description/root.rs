//! A whole description.

use serde::Deserialize;

use crate::description::one_or_many::one_or_many;
use crate::description::{
    About, Batch, Challenge, DefaultReport, Forms, HeaderName, Lazy, Poll, RequestText, Retries, Scheme, Shape,
    SuccessAnswer,
};
use crate::event::event_type::{Report, Thing};

/// How many different places of the body the shapes' conditions, subjects, keys and reports may look at together: they
/// are looked for in one pass before the sender hears an answer.
pub const HEAD_POINTERS_MAX: usize = 64;

/// All that Landfall knows of a kind of sender.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Its name in configuration, records and events: lower-case letters, digits and hyphens, as the file is named.
    pub name: String,
    /// What a person should know; nothing that the program decides by.
    #[serde(default)]
    pub about: About,
    /// How it tries again, in figures; nothing that the program decides by.
    #[serde(default)]
    pub retries: Retries,
    /// What proves that a delivery is the sender's own.
    pub scheme: Scheme,
    /// Deliveries that only ask for an answer, such as Slack's: the first that fits is answered.
    #[serde(default, rename = "challenge", deserialize_with = "one_or_many")]
    pub challenges: Vec<Challenge>,
    /// What it takes for success, if not an answer with 200.
    #[serde(default)]
    pub success: Option<SuccessAnswer>,
    /// Headers that are kept with an event beside those that always are. What a shape reads from a header must be
    /// among either.
    #[serde(default, deserialize_with = "one_or_many")]
    pub kept_headers: Vec<HeaderName>,
    /// Whether its bodies are unpacked before they are verified, where `Content-Encoding` says that gzip has packed them: it
    /// signs them first. The URL's token is checked before that.
    #[serde(default)]
    pub unpack: bool,
    /// Whether it sends forms, and where in them its JSON is.
    #[serde(default)]
    pub forms: Forms,
    /// Where its bodies list several events, if they do.
    #[serde(default)]
    pub batch: Option<Batch>,
    /// Whether its retries come with other bytes although their keys name states: then the first body counts.
    #[serde(default)]
    pub retries_differ: bool,
    /// The hosts of which its assets may come; a name that begins with a dot stands for all names below.
    #[serde(default, deserialize_with = "one_or_many")]
    pub asset_hosts: Vec<String>,
    /// For how many seconds the sender keeps an asset after the job has ended, if it promises that.
    #[serde(default)]
    pub asset_life_seconds: Option<u64>,
    /// The forms of its bodies: the first whose conditions hold is taken. A body of none of them is unrecognized.
    #[serde(default, rename = "shape")]
    pub shapes: Vec<Shape>,
    /// How its API is asked whether an event is true that nothing but a token vouches for.
    #[serde(default, rename = "poll")]
    pub polls: Lazy<Vec<Poll>>,
}

impl Description {
    /// The numbers, from 1, of the shapes that have a key and do not say what it names.
    pub fn shapes_without_names(&self) -> impl Iterator<Item = usize> {
        let shapes = self.shapes.iter().zip(1..);
        shapes.filter(|(shape, _)| !shape.key.is_empty() && shape.names.is_none()).map(|(_, number)| number)
    }

    /// Whether it reports on things of its own kind. Their events are not gathered by their subject, see
    /// [`slot`](crate::ledger::slot).
    #[must_use]
    pub fn reports_own_things(&self) -> bool {
        let rules = self.shapes.iter().flat_map(|shape| &shape.report).map(|rule| rule.is);
        let defaults = self.shapes.iter().filter_map(|shape| match shape.otherwise {
            Some(DefaultReport::Report(report)) => Some(report),
            Some(DefaultReport::Unrecognized) | None => None,
        });
        rules.chain(defaults).any(|Report(thing, _)| thing == Thing::Event)
    }

    /// Whether its API has parts, of which a source must say the one that it means.
    #[must_use]
    pub fn needs_family(&self) -> bool {
        let fills_in =
            |poll: &Poll| poll.texts().any(|text| matches!(text, RequestText::Family | RequestText::FamilyPath));
        let has_default = self.polls.iter().any(|poll| poll.families.is_empty());
        self.polls.iter().any(fills_in) || (!self.polls.is_empty() && !has_default)
    }

    /// Whether its API has more parts than the description could list, so that each source lists its own.
    #[must_use]
    pub fn has_family_paths(&self) -> bool {
        self.polls.iter().any(|poll| poll.url.segments.contains(&RequestText::FamilyPath))
    }

    /// Whether its API is asked with tokens that a pair of keys signs.
    #[must_use]
    pub fn needs_key_pair(&self) -> bool {
        self.polls.iter().flat_map(Poll::texts).any(|text| matches!(text, RequestText::Jwt(_)))
    }
}
