//! What a person should know of a sender.

use serde::Deserialize;

/// What a person should know of a sender: the pages under `docs/providers/` are made of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its name as it writes it itself.
    pub title: String,
    /// What it makes or does, in a sentence.
    #[serde(default)]
    pub summary: String,
    /// How sure the description is.
    #[serde(default)]
    pub confidence: Confidence,
    /// Pages and repositories that the facts are from, as URLs or with a word on each.
    #[serde(default)]
    pub sources: Vec<String>,
    /// What could not be established: sentences that an operator is warned with.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// How it is set up with the sender: steps, each a sentence or two of Markdown. `{url}` stands for the source's URL.
    #[serde(default)]
    pub set_up: Vec<String>,
    /// How the sender retries, and what it takes for success.
    #[serde(default)]
    pub retries: String,
    /// How long its assets can be fetched.
    #[serde(default)]
    pub asset_lifetime: String,
    /// Anything else worth knowing, as sentences.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// How sure a description is, from the surest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
