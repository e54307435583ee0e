//! Instants on the command line.

use std::time::Duration;

use domain::time::Timestamp;
use platform::clock;

/// Reads an instant: RFC 3339, or how long ago it is, such as `90s`, `15m`, `2h` or `7d`.
///
/// # Errors
/// If it is neither.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    if let Some(instant) = Timestamp::parse_rfc3339(text) {
        return Ok(instant);
    }
    duration(text).map(|ago| clock::now() - ago).map_err(|_| {
        format!("{text} is no instant: write RFC 3339 (2026-01-31T12:00:00Z), or how long ago it is (90s, 15m, 2h, 7d)")
    })
}

/// Reads a duration, such as `90s`, `15m`, `2h` or `7d`.
///
/// # Errors
/// If it is none.
pub fn duration(text: &str) -> Result<Duration, String> {
    let unknown = || format!("{text} is no duration: write 90s, 15m, 2h or 7d");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(unknown)?;
    let number: u64 = number.parse().map_err(|_| unknown())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(unknown()),
    };
    // A century is enough for everybody, and keeps instants in range.
    let seconds = number.checked_mul(seconds).filter(|seconds| *seconds <= 100 * 366 * 24 * 60 * 60);
    seconds.map(Duration::from_secs).ok_or_else(unknown)
}

/// A duration in its largest unit that needs no fraction, as [`duration`] reads it.
#[must_use]
pub fn whole(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [("d", 24 * 60 * 60), ("h", 60 * 60), ("m", 60)];
    let unit = units.into_iter().find(|(_, of_unit)| seconds > 0 && seconds.is_multiple_of(*of_unit));
    unit.map_or_else(|| format!("{seconds}s"), |(unit, of_unit)| format!("{}{unit}", seconds / of_unit))
}

/// A duration for people, with two or three digits.
#[must_use]
pub fn about(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (value, unit) = match seconds {
        ..1.0 => return format!("{} ms", duration.as_millis()),
        ..60.0 => (seconds, "s"),
        ..3_600.0 => (seconds / 60.0, "min"),
        ..86_400.0 => (seconds / 3_600.0, "h"),
        _ => (seconds / 86_400.0, "d"),
    };
    format!("{value:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{about, duration, instant, whole};

    #[test]
    fn durations_have_a_unit() {
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(duration(text).ok().map(|it| it.as_secs()), seconds, "{text}");
        };
        check("90s", Some(90));
        check("15m", Some(900));
        check("2h", Some(7200));
        check("7d", Some(604_800));
        for text in ["", "7", "d", "-1h", "1.5h", "1w", "7ä", "99999999999999999999s", "99999999d"] {
            check(text, None);
        }
    }

    #[test]
    fn durations_are_written_in_the_largest_unit_that_fits() {
        for text in ["0s", "90s", "1m", "90m", "2h", "36h", "2d"] {
            assert_eq!(whole(duration(text).expect("it is a duration")), text);
        }
        let check = |millis, expected| assert_eq!(about(Duration::from_millis(millis)), expected);
        check(0, "0 ms");
        check(999, "999 ms");
        check(41_230, "41.2 s");
        check(192_000, "3.2 min");
        check(18_000_000, "5.0 h");
        check(259_200_000, "3.0 d");
    }

    #[test]
    fn an_instant_is_absolute_or_ago() {
        assert_eq!(instant("2026-01-31T12:00:00Z").unwrap().to_string(), "2026-01-31T12:00:00.000Z");
        assert!(instant("1d").unwrap() < instant("1h").unwrap());
        assert!(instant("yesterday").unwrap_err().contains("yesterday is no instant"));
    }
}
