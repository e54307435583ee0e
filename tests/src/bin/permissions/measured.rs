//! What the functions measured on a path, and which alarms it would ring.

use std::collections::BTreeMap;

use tests::measured::measured;

use crate::template::Template;

/// The highest value of each metric, by namespace, name and whose it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured(BTreeMap<(String, String, String), f64>);

/// Metrics for which one that is measured at once stands in: an alarm that waits for several attempts cannot ring here.
const STANDS_FOR: [(&str, &str); 1] = [("attempts", "retry")];

impl Measured {
    /// Notes a value.
    pub(crate) fn note(&mut self, namespace: &str, metric: &str, whose: &str, value: f64) {
        let highest = self.0.entry((namespace.to_owned(), metric.to_owned(), whose.to_owned())).or_insert(value);
        *highest = highest.max(value);
    }

    /// Notes what a function's log lines measure.
    pub(crate) fn note_lines(&mut self, lines: &[String]) {
        // A function that ends early leaves lines that are no JSON.
        for sample in lines.iter().filter_map(|line| measured(line).ok()).flatten() {
            let whose = sample.dimensions.get("function").map_or("", String::as_str);
            self.note(&sample.namespace, &sample.metric, whose, sample.value);
        }
    }

    /// Notes all that `other` has.
    pub(crate) fn add(&mut self, other: &Measured) {
        for ((namespace, metric, whose), value) in &other.0 {
            self.note(namespace, metric, whose, *value);
        }
    }

    /// Whether the alarm of this name in the template would ring, should it go on like this.
    pub(crate) fn rings(&self, template: &Template, alarm: &str) -> bool {
        let properties = template.resource(alarm).unwrap_or_else(|| panic!("the template has no {alarm}"));
        let text = |name: &str| properties[name].as_str().unwrap_or_default().to_owned();
        let whose = properties["Dimensions"][0]["Value"].as_str().unwrap_or_default().to_owned();
        let threshold = properties["Threshold"].as_f64().unwrap_or(1.0);
        let stand_in = STANDS_FOR.iter().find(|(metric, _)| *metric == properties["MetricName"]);
        let (metric, threshold) = match stand_in {
            Some((_, metric)) => ((*metric).to_owned(), 1.0),
            None => (text("MetricName"), threshold),
        };
        // One that rings because nothing is measured any more cannot be told from a path that calls no such function.
        properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
            && self.0.get(&(text("Namespace"), metric, whose)).is_some_and(|value| *value >= threshold)
    }
}
