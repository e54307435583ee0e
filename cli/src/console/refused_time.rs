//! When refusals began, against the last genuine delivery and the last change of the source's secret.

use std::time::Duration;

use domain::time::Timestamp;
use maud::{Markup, html};

use crate::console::words::{moment, time};
use crate::refused::group::Group;

/// Bars of the chart.
const BARS: u64 = 60;
/// A shorter time would make single deliveries look like many.
const SPAN_MIN: Duration = Duration::from_secs(10 * 60);

/// When it began, as a chart and in sentences.
pub(crate) fn when_it_began(group: &Group, secret_changed: Option<Timestamp>, now: Timestamp) -> Markup {
    let first = group.first_at();
    let since_first = first.until(now).max(SPAN_MIN);
    let from = first - since_first / 4;
    let place = |at: Timestamp| bar_of(at, from, now);
    let mut bars = vec![0_u64; usize::try_from(BARS).expect("it is small")];
    for (_, refused) in group.stored() {
        bars[place(refused.received_at)] += 1;
    }
    let most = bars.iter().copied().max().unwrap_or(1).max(1);
    let genuine = group.last_genuine.filter(|at| *at >= from);
    html! {
        svg.began viewBox="0 0 300 64" width="100%" height="64" preserveAspectRatio="none" role="img"
            aria-label=(format!("{} refused from {} to {}", group.count(), moment(first, now), moment(group.latest_at(), now))) {
            rect.base x="0" y="63" width="300" height="1" {}
            @for (number, refused) in bars.iter().enumerate() {
                @if *refused > 0 {
                    @let height = (refused * 48 / most).max(3);
                    rect.refused x=(number * 5) y=(63 - height) width="4" height=(height) {}
                }
            }
            @if let Some(at) = genuine { line.genuine x1=(place(at) * 5) x2=(place(at) * 5) y1="0" y2="63" {} }
        }
        span.axis.second { span { (time(from, now)) } span { "now" } }
        dl.facts.began {
            div.whole { dt { "First" } dd { (time(first, now)) " of those that are stored" } }
            div.whole { dt { "Genuine" } dd { @match group.last_genuine { Some(at) => { "the last one at " (time(at, now)) }, None => "none is recorded" } } }
            div.whole { dt { "Secret" } dd { @match secret_changed { Some(at) => { "last changed at " (time(at, now)) }, None => "its last change is not known" } } }
        }
        p.second { (verdict(group.last_genuine, first, secret_changed)) }
    }
}

fn bar_of(at: Timestamp, from: Timestamp, to: Timestamp) -> usize {
    let whole = from.until(to).as_millis().max(1);
    let bar = from.until(at).as_millis() * u128::from(BARS) / whole;
    usize::try_from(bar.min(u128::from(BARS) - 1)).expect("it is small")
}

/// On whose side the cause is, as far as the times tell.
fn verdict(last_genuine: Option<Timestamp>, first: Timestamp, secret_changed: Option<Timestamp>) -> &'static str {
    match (last_genuine, secret_changed) {
        (None, _) => {
            "The source never had a genuine delivery that is still recorded: most likely it was never set up right."
        }
        (Some(genuine), _) if genuine > first => {
            "Genuine deliveries arrive beside them: some come from elsewhere, or by another secret."
        }
        (Some(genuine), Some(changed)) if changed > genuine => {
            "The secret was changed after the last genuine delivery: most likely that is the cause."
        }
        (Some(_), Some(_)) => {
            "The secret has not changed since, so the change was most likely on the sender's side, or on the way."
        }
        (Some(_), None) => "Something has changed since the last genuine delivery.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_tell_on_whose_side_the_cause_is() {
        let at = |minutes: i64| Some(Timestamp::from_millis(minutes * 60_000));
        let first = Timestamp::from_millis(10 * 60_000);
        for (genuine, changed, expected) in [
            (None, at(5), "never set up right"),
            (at(12), at(5), "Genuine deliveries arrive"),
            (at(8), at(9), "most likely that is the cause"),
            (at(8), at(5), "on the sender's side"),
            (at(8), None, "Something has changed"),
        ] {
            let told = verdict(genuine, first, changed);
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn each_moment_has_its_bar() {
        let at = Timestamp::from_millis;
        assert_eq!([-1, 0, 50, 99, 100, 101].map(|millis| bar_of(at(millis), at(0), at(100))), [0, 0, 30, 59, 59, 59]);
    }
}
