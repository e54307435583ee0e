//! Landfall's own copies of assets: where they go, and what becomes of an event whose assets could not all be copied.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::content::asset::{Asset, MissingCopy, StoredCopy};
use crate::download::error::FetchError;
use crate::event::Event;
use crate::ledger::schedule::ATTEMPTS_MAX;

/// How many assets an instance copies at the same time.
pub const ASSETS_AT_ONCE: usize = 3;
/// An asset is held in memory in parts of this size, whatever its own. S3 takes 10,000 of them, none under 5 MiB but the
/// last.
pub const PART_BYTES: usize = 8 * 1024 * 1024;
/// Downloads end so long before the function does: what has come must still be stored, the event published and its record
/// settled.
pub const DOWNLOAD_RESERVE: Duration = Duration::from_secs(26);
/// The name of an asset has at most this many characters in its key.
const NAME_MAX: usize = 100;

/// What came of one asset in one round.
#[derive(Clone, Debug)]
pub enum CopyOutcome {
    /// The copy is there, and was not before.
    Copied(StoredCopy),
    /// The copy was there already.
    Existing(StoredCopy),
    /// It could not be fetched.
    NotFetched(FetchError),
    /// It could not be stored, or there was no time for it.
    Postponed(String),
}

/// Why an event's assets need another round.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{missing} of {all} assets are not archived yet: {reason}")]
pub struct MissingAssets {
    /// How many may yet be had.
    pub missing: usize,
    /// How many there are.
    pub all: usize,
    /// Why the first of them is missing.
    pub reason: String,
    /// Whether this round has made a copy.
    pub has_advanced: bool,
}

/// The key under which the asset that is number `number` of `event`, from 0, is kept. It is the same in every round, and
/// no sender can choose it: of its own words there is only the name at the end, in plain characters.
#[must_use]
pub fn key(event: &Event, number: usize, url: &str) -> String {
    let date = event.received_at.to_string();
    let day = date.split('T').next().unwrap_or_default().replace('-', "/");
    format!("assets/{}/{day}/{}/{number}-{}", event.source, event.id.digest(), name(url))
}

/// The last segment of the URL's path. If it is long its beginning goes, since its ending tells the format.
fn name(url: &str) -> String {
    let url = Url::parse(url).ok();
    let segment = url.as_ref().and_then(|url| url.path_segments()?.next_back()).unwrap_or_default();
    let plain = |character: char| {
        let is_plain = character.is_ascii_alphanumeric() || "._-".contains(character);
        if is_plain { character } else { '_' }
    };
    let name: Vec<char> = percent_decode_str(segment).decode_utf8_lossy().chars().map(plain).collect();
    let name: String = name[name.len().saturating_sub(NAME_MAX)..].iter().collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "asset".to_owned() } else { name.to_owned() }
}

/// Puts together what came of each asset of an event in its attempt number `attempts`.
///
/// An asset that is gone or refused does not hold up the event. One that may yet be had does, until the last attempt: an
/// event without a copy is worth more than none.
///
/// # Errors
/// If another round is needed.
pub fn conclude(outcomes: Vec<(Asset, CopyOutcome)>, attempts: u32) -> Result<Vec<Asset>, MissingAssets> {
    let has_advanced = outcomes.iter().any(|(_, outcome)| matches!(outcome, CopyOutcome::Copied(_)));
    let all = outcomes.len();
    let (mut assets, mut left) = (Vec::with_capacity(all), Vec::new());
    for (asset, outcome) in outcomes {
        let not_archived = match outcome {
            CopyOutcome::Copied(archived) | CopyOutcome::Existing(archived) => {
                assets.push(Asset { archived: Some(archived), ..asset });
                continue;
            }
            CopyOutcome::NotFetched(FetchError::Gone) => MissingCopy::Gone,
            CopyOutcome::NotFetched(FetchError::Denied { .. }) => MissingCopy::Denied,
            CopyOutcome::NotFetched(FetchError::Refused(refusal)) => MissingCopy::Refused(refusal),
            CopyOutcome::NotFetched(FetchError::Retryable { reason }) | CopyOutcome::Postponed(reason) => {
                left.push(reason);
                MissingCopy::Unavailable
            }
        };
        assets.push(Asset { not_archived: Some(not_archived), ..asset });
    }
    let missing = left.len();
    match left.into_iter().next() {
        Some(reason) if has_advanced || attempts < ATTEMPTS_MAX => {
            Err(MissingAssets { missing, all, reason, has_advanced })
        }
        Some(_) | None => Ok(assets),
    }
}

#[cfg(test)]
mod tests;
