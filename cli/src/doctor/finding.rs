//! What an examination finds.

use serde::Serialize;

use crate::error::Error;
use crate::output::Row;

/// What was found at one point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was examined.
    pub point: &'static str,
    /// How it stands.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub what_to_do: Option<String>,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Well,
    /// It works, and could be better.
    Warning,
    /// Something does not work, or will not.
    Bad,
    /// It could not be examined.
    Unknown,
}

impl Row for Finding {
    const COLUMNS: &'static [&'static str] = &["verdict", "point", "found", "what_to_do"];
}

impl Finding {
    pub(super) fn well(point: &'static str, found: impl Into<String>) -> Finding {
        Finding { point, verdict: Verdict::Well, found: found.into(), what_to_do: None }
    }

    pub(super) fn warning(point: &'static str, found: impl Into<String>, what_to_do: impl Into<String>) -> Finding {
        Finding { point, verdict: Verdict::Warning, found: found.into(), what_to_do: Some(what_to_do.into()) }
    }

    pub(super) fn bad(point: &'static str, found: impl Into<String>, what_to_do: impl Into<String>) -> Finding {
        Finding { point, verdict: Verdict::Bad, found: found.into(), what_to_do: Some(what_to_do.into()) }
    }

    pub(super) fn unknown(point: &'static str, error: &Error) -> Finding {
        let text = error.to_string();
        let (found, what_to_do) = text.split_once('\n').unwrap_or((&text, "try again"));
        let what_to_do = what_to_do.split_whitespace().collect::<Vec<_>>().join(" ");
        Finding { point, verdict: Verdict::Unknown, found: found.to_owned(), what_to_do: Some(what_to_do) }
    }
}
