//! What a person should know of a sender.

use serde::Deserialize;

use crate::{List, Text};

/// What a person should know of a sender: the pages under `docs/providers/` are made of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "bake", derive(databake::Bake), databake(path = description))]
pub struct About {
    /// Its name as it writes it itself.
    pub title: Text,
    /// What it makes or does, in a sentence.
    #[serde(default)]
    pub summary: Text,
    /// How sure the description is.
    #[serde(default)]
    pub confidence: Confidence,
    /// Pages and repositories that the facts are from, as URLs or with a word on each.
    #[serde(default)]
    pub sources: List<Text>,
    /// What could not be established: sentences that an operator is warned with.
    #[serde(default)]
    pub unknown: List<Text>,
    /// How it is set up with the sender: steps, each a sentence or two of Markdown. `{url}` stands for the source's URL.
    #[serde(default)]
    pub set_up: List<Text>,
    /// How the sender retries, and what it takes for success.
    #[serde(default)]
    pub retries: Text,
    /// How long its assets can be fetched.
    #[serde(default)]
    pub asset_lifetime: Text,
    /// Anything else worth knowing, as sentences.
    #[serde(default)]
    pub notes: List<Text>,
}

/// How sure a description is, from the surest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "bake", derive(databake::Bake), databake(path = description))]
pub enum Confidence {
    /// The sender documents it, and published vectors or its own library agree.
    Proven,
    /// The sender documents it.
    Documented,
    /// Others' public code does it so.
    ThirdParty,
    /// Some of it is guessed; the warnings say what.
    #[default]
    Guessed,
}
