//! What a body says beyond its head, read by description over the tree of it.

use crate::content::asset_collector::AssetCollector;
use crate::content::details::{Details, EventError, Job, Timings};
use crate::content::event_error_reader::event_error;
use crate::content::media::Media;
use crate::content::parsed_delivery::ParsedDelivery;
use crate::description::{AssetRule, DurationUnit, ErrorRules, Shape, TextRule, TimeRule, WorkRule};
use crate::event::event_type::Status;
use crate::time::Timestamp;

/// Reads the details of a body that has this shape and reports `status`. `subject` is what its head is about.
pub(crate) fn read(shape: &Shape, status: Status, subject: Option<&str>, delivery: &ParsedDelivery<'_>) -> Details {
    let rules = &shape.details;
    let assets = assets(&rules.assets, &rules.never, delivery);
    let stated = rules.media.iter().find(|rule| delivery.satisfies(&rule.condition)).map(|rule| rule.is);
    let media = stated.or_else(|| assets.media()).or(rules.media_implied).or(Some(Media::Other));
    let (assets, assets_omitted) = assets.into_parts();
    Details {
        time: rules.time.iter().find_map(|rule| instant(rule, delivery)),
        media,
        job: Job {
            id: match &rules.job_id {
                Some(places) => delivery.first(places),
                None => subject.map(str::to_owned),
            },
            kind: text(&rules.job_type, delivery),
            model: text(&rules.model, delivery),
            correlation_id: text(&rules.correlation_id, delivery),
        },
        assets,
        assets_omitted,
        // What goes on has messages too ("try again in 20 seconds").
        error: (status == Status::Failed).then(|| reason(&rules.error, delivery)).flatten(),
        timings: Timings {
            created_at: text(&rules.created_at, delivery),
            started_at: text(&rules.started_at, delivery),
            completed_at: text(&rules.completed_at, delivery),
            work_seconds: rules.work.as_ref().and_then(|rule| seconds(rule, delivery)),
        },
    }
}

fn text(rules: &[TextRule], delivery: &ParsedDelivery<'_>) -> Option<String> {
    let whole = |rule: &TextRule| {
        let json = || rule.or_json.then(|| delivery.json(&rule.at)).flatten();
        delivery.text(&rule.at).or_else(json)
    };
    rules.iter().find_map(|rule| part(rule, whole(rule)?))
}

/// The part of a text that a rule means.
fn part(rule: &TextRule, text: String) -> Option<String> {
    let TextRule { at: _, before, without_suffix, starts_with, or_json: _ } = rule;
    if starts_with.as_ref().is_some_and(|beginning| !text.starts_with(&**beginning)) {
        return None;
    }
    let mut part = &*text;
    if let Some(separator) = before {
        (part, _) = part.split_once(&**separator)?;
    }
    if !without_suffix.is_empty() {
        part = without_suffix.iter().find_map(|suffix| part.strip_suffix(&**suffix))?;
    }
    (!part.is_empty()).then(|| part.to_owned())
}

fn instant(rule: &TimeRule, delivery: &ParsedDelivery<'_>) -> Option<Timestamp> {
    Timestamp::parse(&delivery.text(&rule.at)?, rule.unit)
}

fn reason(rules: &ErrorRules, delivery: &ParsedDelivery<'_>) -> Option<EventError> {
    let EventError { code, message } =
        rules.within.iter().find_map(|pointer| event_error(delivery.value(pointer)?)).unwrap_or_default();
    let code = code.or_else(|| text(&rules.code, delivery));
    let message = message.or_else(|| text(&rules.message, delivery));
    let code = if message.is_none() { code.or_else(|| text(&rules.code_alone, delivery)) } else { code };
    (code.is_some() || message.is_some()).then_some(EventError { code, message })
}

fn seconds(rule: &WorkRule, delivery: &ParsedDelivery<'_>) -> Option<f64> {
    let number = rule.at.0.iter().find_map(|place| delivery.number(place))?;
    Some(match rule.unit {
        DurationUnit::Seconds => number,
        DurationUnit::Milliseconds => number / 1000.0,
    })
}

/// Several places may hold the same outputs at different hosts: the first that holds any is taken.
fn assets<'d>(rules: &[AssetRule], never: &'d [String], delivery: &ParsedDelivery<'_>) -> AssetCollector<'d> {
    let mut assets = AssetCollector::without(never);
    for AssetRule { when, first_of } in rules {
        if !when.iter().all(|condition| delivery.satisfies(condition)) {
            continue;
        }
        for source in &**first_of {
            if assets.take(source, delivery) {
                break;
            }
        }
    }
    assets
}

#[cfg(test)]
mod tests;
