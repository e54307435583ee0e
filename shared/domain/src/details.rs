//! What a body says beyond its head, read by description over the tree of it.

mod assets;
mod body;
mod fields;
mod media;

use crate::description::{AssetRule, ErrorRules, Shape, TextRule, TimeRule, Unit, WorkRule};

use self::assets::Assets;
pub(crate) use self::body::Body;
use self::fields::error;
use crate::canonical::{Details, EventError, Job, Media, Timings};
use crate::event_type::Status;
use crate::time::Timestamp;

/// Reads the details of a body that has this shape and reports `status`. `subject` is what its head is about.
pub(crate) fn read(shape: &Shape, status: Status, subject: Option<&str>, body: &Body<'_>) -> Details {
    let rules = &shape.details;
    let assets = assets(&rules.assets, &rules.never.0, body);
    let stated = rules.media.iter().find(|rule| body.answers(&rule.condition)).map(|rule| rule.is);
    Details {
        time: rules.time.iter().find_map(|rule| instant(rule, body)),
        media: stated.or_else(|| assets.media()).or(rules.media_implied).or(Some(Media::Other)),
        job: Job {
            id: match &rules.job_id {
                Some(places) => body.first(places),
                None => subject.map(str::to_owned),
            },
            kind: text(&rules.job_type, body),
            model: text(&rules.model, body),
            correlation_id: text(&rules.correlation_id, body),
        },
        assets: assets.into_vec(),
        // What goes on has messages too ("try again in 20 seconds").
        error: (status == Status::Failed).then(|| reason(&rules.error, body)).flatten(),
        timings: Timings {
            created_at: text(&rules.created_at, body),
            started_at: text(&rules.started_at, body),
            completed_at: text(&rules.completed_at, body),
            work_seconds: rules.work.as_ref().and_then(|rule| seconds(rule, body)),
        },
    }
}

fn text(rules: &[TextRule], body: &Body<'_>) -> Option<String> {
    rules.iter().find_map(|rule| part(rule, body.text(&rule.at)?))
}

/// The part of a text that a rule means.
fn part(rule: &TextRule, text: String) -> Option<String> {
    let TextRule { at: _, before, without_suffix, starts_with } = rule;
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

fn instant(rule: &TimeRule, body: &Body<'_>) -> Option<Timestamp> {
    Timestamp::parse(&body.text(&rule.at)?, rule.unit)
}

fn reason(rules: &ErrorRules, body: &Body<'_>) -> Option<EventError> {
    let EventError { code, message } =
        rules.within.iter().find_map(|pointer| error(body.value(pointer)?)).unwrap_or_default();
    let code = code.or_else(|| text(&rules.code, body));
    let message = message.or_else(|| text(&rules.message, body));
    let code = if message.is_none() { code.or_else(|| text(&rules.code_alone, body)) } else { code };
    (code.is_some() || message.is_some()).then_some(EventError { code, message })
}

fn seconds(rule: &WorkRule, body: &Body<'_>) -> Option<f64> {
    let number = rule.at.0.iter().find_map(|place| body.number(place))?;
    Some(match rule.unit {
        Unit::Seconds => number,
        Unit::Milliseconds => number / 1000.0,
    })
}

/// Several places may hold the same outputs at different hosts: the first that holds any is taken.
fn assets<'d>(rules: &[AssetRule], never: &'d [String], body: &Body<'_>) -> Assets<'d> {
    let mut assets = Assets::without(never);
    for AssetRule { when, first_of } in rules {
        if !when.iter().all(|condition| body.answers(condition)) {
            continue;
        }
        for source in &**first_of {
            if assets.take(source, body) {
                break;
            }
        }
    }
    assets
}

#[cfg(test)]
mod tests;
