//! Instants and waits. Nobody in this crate reads a clock: `now` is always an argument.

pub mod time_scale;

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::fmt::rfc2822;

use crate::description::TimestampUnit;

/// 0000-01-01T00:00:00Z.
const YEAR_ZERO: Timestamp = Timestamp(-62_167_219_200_000);

/// An instant, in milliseconds since the Unix epoch.
///
/// A type of its own so that seconds, which DynamoDB's TTL wants, can never be taken for milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that is `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Timestamp {
        Timestamp(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded up: what is meant to live until `self` lives at least so long.
    #[must_use]
    pub const fn as_seconds_rounded_up(self) -> i64 {
        self.0.div_euclid(1000) + if self.0.rem_euclid(1000) > 0 { 1 } else { 0 }
    }

    /// How long it is from `self` to `later`; zero if `later` is not later.
    #[must_use]
    pub fn until(self, later: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }

    /// The minute in UTC, as `20250901T0726`: it sorts as time passes.
    #[must_use]
    pub fn minute_text(self) -> String {
        let text = self.to_string();
        text.chars().take_while(|char| *char != '.').filter(char::is_ascii_alphanumeric).take(13).collect()
    }

    /// Reads an RFC 3339 text, as senders write it (`2025-09-01T07:26:51.484Z`, any offset). The parser knows years
    /// before 0 as well; RFC 3339 does not, and consumers could not read them.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
        let instant = text.parse::<jiff::Timestamp>().ok()?;
        Some(Timestamp(instant.as_millisecond())).filter(|instant| *instant >= YEAR_ZERO)
    }

    /// Reads a date as HTTP writes it (RFC 9110), in the one form that is written today.
    #[must_use]
    pub fn parse_http_date(text: &str) -> Option<Timestamp> {
        let instant = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        let instant = Timestamp(instant.as_millisecond());
        (instant.to_http_date()? == text).then_some(instant)
    }

    /// The date as HTTP writes it; `None` of a year that it cannot write.
    #[must_use]
    pub fn to_http_date(self) -> Option<String> {
        let instant = jiff::Timestamp::from_millisecond(self.0).ok()?;
        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&instant).ok()
    }

    /// Reads what a sender writes of an instant, by `unit`: a text or a count. Zero is no instant: some senders write it
    /// of what has not happened yet.
    #[must_use]
    pub fn parse(text: &str, unit: TimestampUnit) -> Option<Timestamp> {
        let count = || text.parse::<i64>().ok().filter(|count| *count != 0);
        let millis = match unit {
            TimestampUnit::Seconds => count()?.checked_mul(1000)?,
            TimestampUnit::Milliseconds => count()?,
            TimestampUnit::Rfc3339 => return Timestamp::parse_rfc3339(text),
            TimestampUnit::HttpDate => return Timestamp::parse_http_date(text),
        };
        let is_writable = millis >= YEAR_ZERO.0 && millis <= jiff::Timestamp::MAX.as_millisecond();
        is_writable.then_some(Timestamp(millis))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds; an instant outside the years −9999 to 9999 is clamped to them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (earliest, latest) = (jiff::Timestamp::MIN.as_millisecond(), jiff::Timestamp::MAX.as_millisecond());
        let instant = jiff::Timestamp::from_millisecond(self.0.clamp(earliest, latest)).unwrap_or(jiff::Timestamp::MAX);
        write!(f, "{instant:.3}")
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, wait: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, wait: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_instants_as_far_as_they_can_be_written() {
        let check = |text: &str, unit, expected: Option<&str>| {
            assert_eq!(Timestamp::parse(text, unit).map(|at| at.to_string()).as_deref(), expected, "{text}");
        };
        check("1614265330", TimestampUnit::Seconds, Some("2021-02-25T15:02:10.000Z"));
        check("1614265330123", TimestampUnit::Milliseconds, Some("2021-02-25T15:02:10.123Z"));
        check("2021-02-25T15:02:10Z", TimestampUnit::Rfc3339, Some("2021-02-25T15:02:10.000Z"));
        check("253402200000", TimestampUnit::Seconds, Some("9999-12-30T20:00:00.000Z"));
        for none in ["253402300800", "-62167219201", "9223372036854775807", "0", "1e9", "", "2021-02-25T15:02:10Z"] {
            check(none, TimestampUnit::Seconds, None);
        }
    }

    #[test]
    fn writes_and_reads_rfc3339() {
        let instant = Timestamp::from_millis(1_756_711_611_484);
        assert_eq!(instant.to_string(), "2025-09-01T07:26:51.484Z");
        assert_eq!(instant.minute_text(), "20250901T0726");
        assert_eq!(Timestamp::parse_rfc3339("2025-09-01T09:26:51.484+02:00"), Some(instant));
        assert_eq!(Timestamp::parse_rfc3339("yesterday"), None);
        let year_zero = "0000-01-01T00:00:00.000Z";
        assert_eq!(Timestamp::parse_rfc3339(year_zero).map(|instant| instant.to_string()).as_deref(), Some(year_zero));
        assert_eq!(Timestamp::parse_rfc3339("-000001-12-31T23:59:59.999Z"), None);
        assert_eq!(Timestamp::parse_rfc3339("0000-01-01T00:00:00+00:01"), None);
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_date_of_http_has_one_form() {
        let written = "Sun, 06 Nov 1994 08:49:37 GMT";
        let instant = Timestamp::from_millis(784_111_777_000);
        assert_eq!(Timestamp::parse_http_date(written), Some(instant));
        assert_eq!(instant.to_http_date().as_deref(), Some(written));
        for other in [
            "",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "1994-11-06T08:49:37Z",
        ] {
            assert_eq!(Timestamp::parse_http_date(other), None, "{other}");
        }
    }

    #[test]
    fn seconds_never_cut_a_life_short() {
        assert_eq!(Timestamp::from_millis(1_000).as_seconds_rounded_up(), 1);
        assert_eq!(Timestamp::from_millis(1_001).as_seconds_rounded_up(), 2);
    }

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        let end = Timestamp::from_millis(i64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
        assert_eq!(end.until(Timestamp::from_millis(0)), Duration::ZERO);
        assert!(!end.to_string().is_empty());
    }
}
