//! Landfall's own copies of assets: where they go, and what becomes of an event whose assets could not all be copied.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::asset::{Archived, Asset, NotArchived};
use crate::download::failure::Failure;
use crate::event::Event;
use crate::ledger::schedule::ATTEMPTS_MAX;
use crate::ledger::settle::Work;

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
pub enum Outcome {
    /// The copy is there, and was not before.
    Copied(Archived),
    /// The copy was there before.
    Stood(Archived),
    /// It could not be fetched.
    Failed(Failure),
    /// It could not be stored, or there was no time for it.
    Later(String),
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
pub fn conclude(outcomes: Vec<(Asset, Outcome)>, attempts: u32) -> Result<Vec<Asset>, Work> {
    let has_advanced = outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Copied(_)));
    let all = outcomes.len();
    let (mut assets, mut left) = (Vec::with_capacity(all), Vec::new());
    for (asset, outcome) in outcomes {
        let not_archived = match outcome {
            Outcome::Copied(archived) | Outcome::Stood(archived) => {
                assets.push(Asset { archived: Some(archived), ..asset });
                continue;
            }
            Outcome::Failed(Failure::Gone) => NotArchived::Gone,
            Outcome::Failed(Failure::Denied { .. }) => NotArchived::Denied,
            Outcome::Failed(Failure::Refused(refusal)) => NotArchived::Refused(refusal),
            Outcome::Failed(Failure::Passing { reason }) | Outcome::Later(reason) => {
                left.push(reason);
                NotArchived::Unavailable
            }
        };
        assets.push(Asset { not_archived: Some(not_archived), ..asset });
    }
    let Some(first) = left.first() else { return Ok(assets) };
    let reason = format!("{} of {all} assets are not archived yet: {first}", left.len());
    match (has_advanced, attempts < ATTEMPTS_MAX) {
        (true, _) => Err(Work::Advanced { reason }),
        (false, true) => Err(Work::Retryable { reason }),
        (false, false) => Ok(assets),
    }
}

#[cfg(test)]
mod tests;
