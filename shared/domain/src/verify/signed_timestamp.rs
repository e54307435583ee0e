//! The time at which a sender says that it made a delivery.

use std::borrow::Cow;

use super::body_field::field;
use super::signature_header::Pair;
use super::{Refusal, header};
use crate::delivery::Delivery;
use crate::delivery::headers::RepeatedHeader;
use crate::description::{Timestamp as Rule, TimestampLocation, TimestampUnit};
use crate::time::Timestamp;

/// The time at which a sender says that it made a delivery.
pub(crate) struct SignedTimestamp<'d> {
    /// As it was sent: this text is what is signed.
    pub(crate) text: Cow<'d, str>,
    /// What it says.
    pub(crate) instant: Timestamp,
}

impl<'d> SignedTimestamp<'d> {
    /// Reads it by `rule`. `pairs` are those of the signature's header, of one list or of several.
    pub(crate) fn read(
        delivery: &'d Delivery,
        readable: &'d [u8],
        rule: &Rule,
        pairs: &[Pair<'d>],
    ) -> Result<SignedTimestamp<'d>, Refusal> {
        let text = match &rule.at {
            // A date has a comma itself, and two that are joined have more.
            TimestampLocation::Header(names) if rule.unit == TimestampUnit::HttpDate => {
                match *header::all(&delivery.headers, names) {
                    [] => None,
                    [text] if text.matches(',').count() <= 1 => Some(Cow::Borrowed(text)),
                    _ => return Err(Refusal::TimestampDoubled),
                }
            }
            TimestampLocation::Header(names) => {
                let text = header::first(&delivery.headers, names);
                text.map_err(|RepeatedHeader| Refusal::TimestampDoubled)?.map(Cow::Borrowed)
            }
            TimestampLocation::Pair(key) => {
                let mut texts = pairs.iter().filter(|(known, _)| known == key).map(|(_, text)| text);
                let text = texts.next();
                if texts.next().is_some() {
                    return Err(Refusal::TimestampDoubled);
                }
                text.cloned()
            }
            TimestampLocation::Json(pointer) => field(readable, pointer),
        };
        let text = text.filter(|text| !text.is_empty()).ok_or(Refusal::TimestampMissing)?;
        let instant = read(&text, rule.unit).ok_or(Refusal::TimestampMalformed)?;
        Ok(SignedTimestamp { text, instant })
    }

    /// Whether a delivery that arrived at `now` may be as old, or as far ahead, as this makes it.
    pub(crate) fn check(&self, rule: &Rule, now: Timestamp) -> Result<(), Refusal> {
        let now = match rule.unit {
            // A sender's second is as long as ours: whatever is left of it on either side does not count.
            TimestampUnit::Seconds | TimestampUnit::HttpDate => now.as_millis().div_euclid(1000).saturating_mul(1000),
            TimestampUnit::Milliseconds | TimestampUnit::Rfc3339 => now.as_millis(),
        };
        let age_millis = now.saturating_sub(self.instant.as_millis());
        let is_beyond = |age_millis: i64, limit: Option<u32>| {
            limit.is_some_and(|seconds| age_millis > i64::from(seconds).saturating_mul(1000))
        };
        if is_beyond(age_millis, rule.past_seconds) {
            return Err(Refusal::TimestampLate);
        }
        if is_beyond(age_millis.saturating_neg(), rule.future_seconds) {
            return Err(Refusal::TimestampEarly);
        }
        Ok(())
    }
}

/// Digits alone count anything: a sign or a fraction is what no sender writes.
fn read(text: &str, unit: TimestampUnit) -> Option<Timestamp> {
    let count = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok())?;
    match unit {
        TimestampUnit::Seconds => count()?.checked_mul(1000).map(Timestamp::from_millis),
        TimestampUnit::Milliseconds => count().map(Timestamp::from_millis),
        TimestampUnit::Rfc3339 => Timestamp::parse_rfc3339(text),
        TimestampUnit::HttpDate => Timestamp::parse_http_date(text),
    }
}
