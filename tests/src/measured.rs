//! What CloudWatch measures in a log line, read as strictly as it reads.

use std::collections::BTreeMap;

use serde_json::Value;

/// One value of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSample {
    /// The namespace.
    pub namespace: String,
    /// The metric's name.
    pub metric: String,
    /// What it is split by, with the values.
    pub dimensions: BTreeMap<String, String>,
    /// When, in milliseconds since the Unix epoch.
    pub at_millis: i64,
    /// The value.
    pub value: f64,
}

/// All that is measured in `line`; nothing in one without CloudWatch's block.
///
/// # Errors
/// If CloudWatch would not take the block, or a part of it: it would say so nowhere but in a metric of its own.
pub fn measured(line: &str) -> Result<Vec<MetricSample>, String> {
    let line: Value = serde_json::from_str(line).map_err(|error| format!("no JSON: {error}"))?;
    let Some(block) = line.get("_aws") else { return Ok(Vec::new()) };
    let at_millis = block["Timestamp"].as_i64().ok_or("no time")?;
    let mut all = Vec::new();
    for directive in list(&block["CloudWatchMetrics"])? {
        let namespace = text(&directive["Namespace"])?;
        for names in list(&directive["Dimensions"])? {
            let dimensions = list(names)?.iter().map(|name| {
                let name = text(name)?;
                let value = text(&line[&name]).map_err(|_| format!("the dimension {name} is no text of the line"))?;
                Ok((name, value))
            });
            let dimensions = dimensions.collect::<Result<BTreeMap<_, _>, String>>()?;
            for definition in list(&directive["Metrics"])? {
                let metric = text(&definition["Name"])?;
                let value = line[&metric].as_f64().ok_or(format!("the metric {metric} is no number of the line"))?;
                let (namespace, dimensions) = (namespace.clone(), dimensions.clone());
                all.push(MetricSample { namespace, metric, dimensions, at_millis, value });
            }
        }
    }
    Ok(all)
}

fn list(value: &Value) -> Result<&[Value], String> {
    let list = value.as_array().filter(|list| !list.is_empty());
    list.map(Vec::as_slice).ok_or_else(|| format!("{value} should be a list of something"))
}

fn text(value: &Value) -> Result<String, String> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| format!("{value} should be a text"))
}
