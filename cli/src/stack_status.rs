//! What the stack has done, and what waits.

use std::time::Duration;

use domain::metric::{FUNCTION, Metric, NAMESPACE};
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::alarms::{AlarmState, alarms};
use crate::error::Result;
use crate::job_metrics::JobMetrics;
use crate::ledger_counts::{LedgerCounts, count};
use crate::metrics::{MetricQuestion, Metrics, Statistic};
use crate::output::Row;
use crate::queues::Queues;
use crate::services::EXPECT_QUEUE_URL;
use crate::session::Session;

/// What a function counts, by the template's output with its name.
const COUNTED: [(&str, &str, &[Metric]); 3] = [
    (
        "ingest",
        "IngestFunction",
        &[Metric::Accepted, Metric::Duplicates, Metric::Refused, Metric::Unverified, Metric::Unavailable],
    ),
    ("process", "ProcessFunction", &[Metric::Done, Metric::Retry, Metric::Hidden, Metric::Failed, Metric::DeadLetter]),
    ("sweep", "SweepFunction", &[Metric::SweepRuns, Metric::Sent, Metric::Incomplete]),
];
/// The queues, by the template's output with their URLs.
const QUEUES: [(&str, &str); 4] = [
    ("events queue", "EventsQueueUrl"),
    ("dead-letter queue", "DeadLetterQueueUrl"),
    ("consumer queue", "ConsumerQueueUrl"),
    ("consumer dead-letter queue", "ConsumerDeadLetterQueueUrl"),
];
/// Lost webhooks are counted over this time.
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// SQS measures the age of the oldest message each minute, and is late at times.
const AGE_WINDOW: Duration = Duration::from_secs(5 * 60);

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Of what.
    pub part: String,
    /// What it is.
    pub figure: String,
    /// How much; null if it is not known.
    pub value: Value,
    /// What it means, where that is not plain.
    pub note: Option<String>,
}

impl Row for Figure {
    const COLUMNS: &'static [&'static str] = &["part", "figure", "value", "note"];
}

impl Figure {
    fn new(part: &str, figure: &str, value: impl Into<Value>) -> Figure {
        Figure { part: part.to_owned(), figure: figure.to_owned(), value: value.into(), note: None }
    }

    fn with_note(self, note: impl Into<String>) -> Figure {
        Figure { note: Some(note.into()), ..self }
    }
}

/// All figures, those of the functions over `window`.
///
/// # Errors
/// If a service refuses.
pub async fn figures(session: &Session, window: Duration, now: Timestamp) -> Result<Vec<Figure>> {
    let mut figures = of_functions(session, window, now).await?;
    figures.extend(of_queues(session, now).await?);
    figures.extend(of_ledger(session, now).await?);
    if session.stack().await?.outputs.contains_key(EXPECT_QUEUE_URL) {
        figures.push(lost_webhooks(JobMetrics::ask(session, now - WEEK, now, now).await?));
    }
    figures.extend(of_alarms(session).await?);
    Ok(figures)
}

/// How many ends of expected jobs the senders' APIs reported this week in place of webhooks, and how many jobs were given up.
fn lost_webhooks(metrics: JobMetrics) -> Figure {
    let [lost, late, expired] = [metrics.ended_by_poll, metrics.late, metrics.expired].map(|it| it.unwrap_or(0));
    let recovered = match lost {
        0 if expired > 0 => None,
        0 => Some("no webhook of an expected job was lost this week".to_owned()),
        1 => Some("1 webhook lost this week, recovered from its sender".to_owned()),
        _ => Some(format!("{lost} webhooks lost this week, recovered from their senders")),
    };
    let given_up = match expired {
        0 => None,
        1 => Some("1 job given up, see landfall reconcile".to_owned()),
        _ => Some(format!("{expired} jobs given up, see landfall reconcile")),
    };
    let came_late = match late {
        0 => None,
        1 => Some("1 webhook came late".to_owned()),
        _ => Some(format!("{late} webhooks came late")),
    };
    let note: Vec<String> = [recovered, given_up, came_late].into_iter().flatten().collect();
    Figure::new("webhooks", "lost_this_week", lost).with_note(note.join("; "))
}

/// What the functions counted over `window`.
///
/// # Errors
/// If CloudWatch refuses.
pub async fn of_functions(session: &Session, window: Duration, now: Timestamp) -> Result<Vec<Figure>> {
    let stack = session.stack().await?;
    let mut questions = Vec::new();
    let mut places = Vec::new();
    for (part, output, metrics) in COUNTED {
        let function = stack.output(output)?;
        for metric in metrics {
            questions.push(MetricQuestion {
                namespace: NAMESPACE,
                name: metric.as_str().to_owned(),
                dimensions: vec![(FUNCTION, function.to_owned())],
                statistic: Statistic::Sum,
            });
            places.push((part, *metric));
        }
    }
    let answers = Metrics::of(session).await?.ask(&questions, window, now).await?;
    // The sweep counts its runs each minute: without them, nothing is measured here at all.
    let is_measured =
        places.iter().zip(&answers).any(|((_, metric), answer)| *metric == Metric::SweepRuns && answer.is_some());
    let figures = places.iter().zip(answers).map(|((part, metric), answer)| match answer {
        Some(value) => Figure::new(part, metric.as_str(), whole(value)),
        // A count of 0 is not written.
        None if is_measured => Figure::new(part, metric.as_str(), 0),
        None => Figure::new(part, metric.as_str(), Value::Null).with_note("nothing was measured in this time"),
    });
    Ok(figures.collect())
}

/// How much waits in the queues.
///
/// # Errors
/// If SQS or CloudWatch refuses.
pub async fn of_queues(session: &Session, now: Timestamp) -> Result<Vec<Figure>> {
    let stack = session.stack().await?;
    let queues = Queues::of(session).await?;
    let (mut figures, mut questions) = (Vec::new(), Vec::new());
    for (part, output) in QUEUES {
        let url = stack.output(output)?;
        let Some(queue) = queues.find(url).await? else {
            figures
                .push(Figure::new(part, "waiting", Value::Null).with_note("the queue is gone: deploy the stack again"));
            continue;
        };
        figures.push(Figure::new(part, "waiting", queue.waiting));
        figures.push(Figure::new(part, "in_flight", queue.in_flight));
        questions.push((
            part,
            MetricQuestion {
                namespace: "AWS/SQS",
                name: "ApproximateAgeOfOldestMessage".to_owned(),
                dimensions: vec![("QueueName", queue.name().to_owned())],
                statistic: Statistic::Maximum,
            },
        ));
    }
    let (parts, questions): (Vec<_>, Vec<_>) = questions.into_iter().unzip();
    let ages = Metrics::of(session).await?.ask(&questions, AGE_WINDOW, now).await?;
    figures.extend(parts.into_iter().zip(ages).map(|(part, age)| Figure::new(part, "oldest_seconds", age.map(whole))));
    figures.sort_by_key(|figure| QUEUES.iter().position(|(part, _)| *part == figure.part));
    Ok(figures)
}

/// How many events of the ledger need time or a person.
///
/// # Errors
/// If DynamoDB refuses.
pub async fn of_ledger(session: &Session, now: Timestamp) -> Result<Vec<Figure>> {
    let LedgerCounts { unfinished, overdue, failed } = count(session, now).await?;
    Ok(vec![
        Figure::new("ledger", "unfinished", unfinished),
        Figure::new("ledger", "overdue", overdue).with_note("the sweep sends them within a minute"),
        Figure::new("ledger", "failed", failed).with_note("given up, and still in the ledger"),
    ])
}

async fn of_alarms(session: &Session) -> Result<Vec<Figure>> {
    let stack = session.stack_name();
    let alarms = alarms(session).await?;
    let of_state = |state| alarms.iter().filter(move |alarm| alarm.state == state);
    let note =
        format!("{} alarms, of which {} have seen nothing yet", alarms.len(), of_state(AlarmState::Unknown).count());
    let mut figures = vec![Figure::new("alarms", "ringing", of_state(AlarmState::Ringing).count()).with_note(note)];
    figures.extend(of_state(AlarmState::Ringing).map(|alarm| {
        let since = alarm.since.as_deref().unwrap_or("an unknown time");
        Figure::new("alarm", alarm.template_name(stack), "ringing")
            .with_note(format!("since {since}: {}", alarm.description))
    }));
    Ok(figures)
}

/// Counts have no fraction.
fn whole(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "a float becomes the nearest number that there is")]
    let whole = value.round() as i64;
    json!(whole)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn lost_webhooks_are_told_with_what_became_of_their_jobs() {
        let check = |ended_by_poll, late, expired, expected: Expect| {
            let figure = lost_webhooks(JobMetrics { ended_by_poll, late, expired });
            expected.assert_eq(&format!("{}: {}", figure.value, figure.note.unwrap_or_default()));
        };
        check(None, None, None, expect!["0: no webhook of an expected job was lost this week"]);
        check(Some(300), None, None, expect!["300: 300 webhooks lost this week, recovered from their senders"]);
        check(
            Some(1),
            Some(1),
            Some(1),
            expect![
                "1: 1 webhook lost this week, recovered from its sender; 1 job given up, see landfall reconcile; 1 webhook came late"
            ],
        );
        check(None, None, Some(2), expect!["0: 2 jobs given up, see landfall reconcile"]);
        check(
            Some(300),
            Some(20),
            Some(2),
            expect![
                "300: 300 webhooks lost this week, recovered from their senders; 2 jobs given up, see landfall reconcile; 20 webhooks came late"
            ],
        );
    }
}
