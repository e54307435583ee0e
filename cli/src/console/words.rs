//! Times, sizes and shell words, as the pages show them.

use std::time::Duration;

use domain::time::Timestamp;
use maud::{Markup, html};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// An instant: the time of today, the day and the time of this year, or the day of another year.
pub(crate) fn moment(at: Timestamp, now: Timestamp) -> String {
    let (text, today) = (at.to_string(), now.to_string());
    let (Some((day, time)), Some((current_day, _))) = (text.split_once('T'), today.split_once('T')) else {
        return text;
    };
    if day == current_day {
        return time.chars().take(8).collect();
    }
    let mut parts = day.rsplit('-');
    let (date, month) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let month = month.parse().ok().and_then(|month: usize| MONTHS.get(month.wrapping_sub(1))).unwrap_or(&"");
    let year = parts.next().unwrap_or_default();
    let date = date.trim_start_matches('0');
    if current_day.starts_with(year) {
        format!("{date} {month} {}", time.chars().take(5).collect::<String>())
    } else {
        format!("{date} {month} {year}")
    }
}

/// The same for a page, which has the whole instant too.
pub(crate) fn time(at: Timestamp, now: Timestamp) -> Markup {
    html! { time datetime=(at) title=(at) { (moment(at, now)) } }
}

/// How long something takes, to two figures at most.
pub(crate) fn span(duration: Duration) -> String {
    let millis = duration.as_millis();
    let seconds = duration.as_secs();
    match seconds {
        0 if millis < 1_000 => format!("{millis} ms"),
        0..10 => match millis % 1000 / 100 {
            0 => format!("{seconds} s"),
            tenths => format!("{seconds}.{tenths} s"),
        },
        10..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How long ago something was.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    match at.until(now).as_secs() {
        0 => "now".to_owned(),
        seconds => format!("{} ago", span(Duration::from_secs(seconds))),
    }
}

/// A number of bytes.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{} bytes", number(bytes)),
        10_000..1_000_000 => format!("{} KB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}

/// A number, its thousands apart.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 event`, `2 events`.
pub(crate) fn count(amount: u64, thing: &str) -> String {
    format!("{} {thing}{}", number(amount), if amount == 1 { "" } else { "s" })
}

/// An id that does not fit, without its middle: ids differ at their ends.
pub(crate) fn middle_cut(id: &str, characters: usize) -> String {
    let all: Vec<char> = id.chars().collect();
    if all.len() <= characters {
        return id.to_owned();
    }
    let (head, tail) = ((characters - 1) / 2, characters / 2);
    let text = |part: &[char]| part.iter().collect::<String>();
    format!("{}…{}", text(&all[..head]), text(&all[all.len() - tail..]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::time::Timestamp;

    use super::{middle_cut, moment, number, size, span};

    #[test]
    fn an_instant_is_as_long_as_it_must_be() {
        let check = |at: &str, expected: &str| {
            let instant = |text| Timestamp::parse_rfc3339(text).expect("it is an instant");
            assert_eq!(moment(instant(at), instant("2026-11-26T14:32:08.120Z")), expected);
        };
        check("2026-11-26T09:05:00.999Z", "09:05:00");
        check("2026-11-04T16:40:31Z", "4 Nov 16:40");
        check("2025-01-31T16:40:31Z", "31 Jan 2025");
    }

    #[test]
    fn figures_are_short() {
        let check = |millis, expected: &str| assert_eq!(span(Duration::from_millis(millis)), expected);
        check(0, "0 ms");
        check(1_949, "1.9 s");
        check(2_040, "2 s");
        check(61_000, "61 s");
        check(121_000, "2 min");
        check(3 * 86_400_000, "3 d");
        let check = |bytes, expected: &str| assert_eq!(size(bytes), expected);
        check(1_284, "1,284 bytes");
        check(141_000, "141 KB");
        check(12_640_000, "12.6 MB");
        assert_eq!([number(0), number(999), number(1_000), number(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn an_id_is_cut_in_its_middle() {
        let check = |id: &str, expected: &str| assert_eq!(middle_cut(id, 7), expected);
        check("abcdefg", "abcdefg");
        check("abcdefgh", "abc…fgh");
        check("ääääbbbbb", "äää…bbb");
    }
}
