//! A record without what differs from run to run.

use ::tests::ledger::Record;
use aws_sdk_dynamodb::types::AttributeValue;

/// By which of Landfall's own waits others are named. That of two minutes is a lease too.
const WAITS: [(i64, &str); 6] = [
    (30_000, "30 s"),
    (60_000, "1 min"),
    (120_000, "2 min"),
    (600_000, "10 min"),
    (86_400_000, "1 d"),
    (2_592_000_000, "30 d"),
];

const PAST: &str = "past";

/// How the record stands, in a few words.
pub(crate) fn in_words(record: &Record, now: i64) -> String {
    // What failed has the time when it did there, and is not sent.
    let due =
        record.number("due_at").filter(|_| record.text("state") != "failed").map(|at| match wait(at - now).as_str() {
            PAST => ", due".to_owned(),
            wait => format!(", due in {wait}"),
        });
    let error = match record.text("last_error") {
        "" => String::new(),
        text => format!(" ({})", text.split(':').next().unwrap_or_default()),
    };
    format!("{}{error}{}", record.text("state"), due.unwrap_or_default())
}

/// All attributes, without what differs from run to run: waits by their names, and all else as `without_differing` has it.
pub(crate) fn in_full(record: &Record, now: i64, without_differing: impl Fn(&str) -> String) -> String {
    // What is computed from an id that differs differs too.
    let has_other_id = without_differing(record.id()) != record.id();
    let body = String::from_utf8_lossy(&record.inline_body().unwrap_or_default()).into_owned();
    let has_other_body = without_differing(&body) != body;
    let mut attributes: Vec<String> = record
        .0
        .iter()
        .map(|(name, value)| {
            let value = match (name.as_str(), value) {
                ("due_shard" | "slot", _) if has_other_id => "...".to_owned(),
                ("body_sha256", _) if has_other_body => "...".to_owned(),
                // Where there is room among the refused is chance.
                ("k" | "request_id", _) => "...".to_owned(),
                ("body", AttributeValue::B(_)) => without_differing(&body),
                ("expires_at", AttributeValue::N(seconds)) => wait(seconds.parse::<i64>().unwrap_or(0) * 1000 - now),
                (name, AttributeValue::N(millis))
                    if name.ends_with("_at") || name == "not_before" || name == "lease_until" =>
                {
                    wait(millis.parse::<i64>().unwrap_or(0) - now)
                }
                (_, value) => without_differing(&text(value)),
            };
            format!("{name}: {value}")
        })
        .collect();
    attributes.sort();
    attributes.join(", ")
}

/// A value in which everything has its order.
fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
        AttributeValue::M(fields) => {
            // Each run has secrets of its own.
            let told = |(name, value): (&String, &AttributeValue)| match name.ends_with("-signature") {
                true => format!("{name}=..."),
                false => format!("{name}={}", text(value)),
            };
            let mut fields: Vec<String> = fields.iter().map(told).collect();
            fields.sort();
            fields.join(" ")
        }
        AttributeValue::Ss(texts) => {
            let mut texts = texts.clone();
            texts.sort();
            texts.join(" ")
        }
        other => format!("{other:?}"),
    }
}

/// The nearest of Landfall's waits. Random parts of them, and what passed meanwhile, are less than what is between two.
fn wait(millis: i64) -> String {
    if millis < 5_000 {
        return PAST.to_owned();
    }
    let nearest = WAITS.iter().min_by_key(|(wait, _)| {
        let distance = (wait - millis).unsigned_abs();
        // Compared by proportion: a wait is off by a fifth of itself at most.
        distance * 1000 / (wait.unsigned_abs() + 2_000)
    });
    nearest.map_or_else(String::new, |(_, text)| (*text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_named_whatever_chance_made_of_it() {
        let named = [-1000, 0, 24_000, 36_000, 55_000, 96_000, 144_000, 595_000, 2_592_000_000].map(wait);
        assert_eq!(named, ["past", "past", "30 s", "30 s", "1 min", "2 min", "2 min", "10 min", "30 d"]);
    }
}
