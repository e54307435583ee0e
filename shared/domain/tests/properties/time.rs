use std::time::Duration;

use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use proptest::prelude::*;

use crate::any;

/// Any instant that RFC 3339 can write in any offset: the years 0 to 9999, but for a day at either end.
fn written() -> impl Strategy<Value = Timestamp> {
    (-62_167_132_800_000..253_402_128_000_000_i64).prop_map(Timestamp::from_millis)
}

/// Any wait up to a year; the longest of Landfall's is a month.
fn wait() -> impl Strategy<Value = Duration> {
    (0..366 * 86_400_000_u64).prop_map(Duration::from_millis)
}

proptest! {
    #[test]
    fn an_instant_reads_back_from_its_text_in_any_offset(instant in written(), minutes in 0..24 * 60_u64, east: bool) {
        prop_assert_eq!(Timestamp::parse_rfc3339(&instant.to_string()), Some(instant));
        let offset = Duration::from_secs(minutes * 60);
        let (local, sign) = if east { (instant + offset, '+') } else { (instant - offset, '-') };
        let zone = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        prop_assert_eq!(Timestamp::parse_rfc3339(&local.to_string().replace('Z', &zone)), Some(instant));
    }

    #[test]
    fn what_is_read_from_any_text_can_be_written_for_anyone(text in any::text(), instant in any::instant()) {
        // Of an instant that nobody can write, the nearest is written.
        for text in [text, instant.to_string()] {
            if let Some(read) = Timestamp::parse_rfc3339(&text) {
                prop_assert_eq!(read.to_string().len(), "2025-09-01T07:26:51.484Z".len());
                prop_assert_eq!(Timestamp::parse_rfc3339(&read.to_string()), Some(read));
            }
        }
    }

    #[test]
    fn waits_add_up(instant in written(), wait in wait()) {
        prop_assert_eq!(instant.until(instant + wait), wait);
        prop_assert_eq!((instant + wait) - wait, instant);
        prop_assert_eq!((instant + wait).until(instant), Duration::ZERO);
    }

    #[test]
    fn arithmetic_takes_any_instant_and_any_wait(one in any::instant(), other in any::instant(), wait: Duration) {
        prop_assert!(one + wait >= one && one - wait <= one);
        prop_assert_eq!(one.until(other).is_zero(), other <= one);
        prop_assert!(one.until(other) <= Duration::from_millis(u64::MAX));
    }

    #[test]
    fn seconds_are_rounded_up_and_by_less_than_one(instant in any::instant()) {
        let excess = i128::from(instant.as_seconds_rounded_up()) * 1000 - i128::from(instant.as_millis());
        prop_assert!((0..1000).contains(&excess));
    }

    #[test]
    fn a_scale_shortens_waits_and_keeps_their_order(factor in 0.0..2.0_f64, shorter in wait(), longer in wait()) {
        let scale = TimeScale::parse(&factor.to_string());
        prop_assert_eq!(scale.is_ok(), factor > 0.0 && factor <= 1.0);
        if let Ok(scale) = scale {
            let (shorter, longer) = (shorter.min(longer), shorter.max(longer));
            prop_assert!(scale.apply(longer) <= longer);
            prop_assert!(scale.apply(shorter) <= scale.apply(longer));
        }
    }

    #[test]
    fn any_text_is_a_scale_or_none(text in any::text()) {
        if let Ok(scale) = TimeScale::parse(&text) {
            prop_assert!(scale.apply(Duration::from_secs(1)) <= Duration::from_secs(1));
        }
    }
}
