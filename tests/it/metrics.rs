//! What is measured is what dashboard and docs speak of. The log lines are those that the functions' unit tests keep.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use domain::metric::{Metric, NAMESPACE};
use domain::provider::Provider;
use domain::verify::Refusal;
use serde_json::{Value, json};
use testdata::log_line;
use tests::functions::url_event;
use tests::ledger::Record;
use tests::measured::measured;
use tests::message::message;
use tests::observe::until;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::run;

use crate::alarms::{AWS_METRICS, alarms, dimensions};
use crate::template::TEMPLATE;

/// A metric as a graph or an alarm names it: namespace, name, and what it is split by.
type Named = (String, String, BTreeMap<String, String>);

/// All that the kept lines measure.
fn emitted() -> BTreeSet<Named> {
    let lines = log_line::all().into_iter();
    lines
        .flat_map(|(name, line)| measured(&line).unwrap_or_else(|error| panic!("{name}: {error}")))
        .map(|it| (it.namespace, it.metric, it.dimensions))
        .collect()
}

/// Panics unless somebody measures what `user` names.
fn check_exists(user: &str, named: &Named, emitted: &BTreeSet<Named>) {
    let (namespace, metric, dimensions) = named;
    if namespace == NAMESPACE {
        assert!(emitted.contains(named), "{user} uses {named:?}, which no log line measures");
    } else {
        let dimension = dimensions.keys().next().map(String::as_str).unwrap_or_default();
        let known = AWS_METRICS.contains(&(namespace.as_str(), metric.as_str(), dimension));
        assert!(known && dimensions.len() == 1, "{user} uses {named:?}, which AWS does not measure");
    }
}

#[test]
fn every_metric_is_measured() {
    let mut missing: BTreeSet<Metric> = Metric::ALL.into_iter().collect();
    for (name, line) in log_line::all() {
        for it in measured(&line).unwrap() {
            let metric: Metric = it.metric.parse().unwrap_or_else(|_| panic!("{name} measures {}", it.metric));
            assert_eq!(it.namespace.as_str(), NAMESPACE, "{name}: {metric}");
            missing.remove(&metric);
        }
    }
    assert!(missing.is_empty(), "no kept line measures {missing:?}");
}

#[test]
fn alarms_and_dashboard_use_what_is_measured() {
    let emitted = emitted();
    for (name, alarm) in alarms() {
        let text = |property: &str| alarm[property].as_str().expect("a text").to_owned();
        check_exists(name, &(text("Namespace"), text("MetricName"), dimensions(alarm)), &emitted);
    }
    let graphs = graphs();
    assert!(graphs.len() > 30, "only {} graphs were found", graphs.len());
    for named in &graphs {
        check_exists("the dashboard", named, &emitted);
    }
    let of_one_reason = |named: &&Named| named.2.contains_key("refusal");
    let unseen: Vec<&Named> =
        emitted.difference(&graphs).filter(|named| named.0 == NAMESPACE && !of_one_reason(named)).collect();
    assert!(unseen.is_empty(), "the dashboard does not show {unseen:?}");
}

#[test]
fn the_docs_name_every_field_and_metric() {
    let page = page("docs/logs.md");
    let rows = |cells: usize| -> BTreeMap<&str, Vec<&str>> {
        let rows = page.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let rows = rows.filter(|row| row.len() == cells + 2 && row[1].starts_with('`'));
        rows.map(|row| (row[1].trim_matches('`'), row[2..=cells].to_vec())).collect()
    };
    let metrics = rows(4);
    let told: BTreeSet<&str> = metrics.keys().copied().collect();
    assert_eq!(told, Metric::ALL.iter().map(|metric| metric.as_str()).collect());
    for metric in Metric::ALL {
        assert_eq!(metrics[metric.as_str()][0], metric.unit(), "{metric}");
    }
    let fields = rows(3);
    for (name, line) in log_line::all() {
        for field in serde_json::from_str::<BTreeMap<String, Value>>(&line).unwrap().keys() {
            let is_told = fields.contains_key(field.as_str()) || metrics.contains_key(field.as_str());
            assert!(is_told, "docs/logs.md does not tell of `{field}`, which {name} has");
        }
    }
    let all = emitted();
    let of_reasons = all.iter().filter(|named| named.2.contains_key("refusal")).count();
    let most = all.len() - of_reasons + Refusal::ALL.len();
    assert!(page.contains(&format!("at most {most} metrics")), "there are {most}");
    for refusal in Refusal::ALL {
        assert!(fields["refusal"][1].contains(&format!("`{refusal}`")), "docs/logs.md does not tell of {refusal}");
    }
}

#[test]
fn the_queries_of_docs_and_dashboard_ask_for_fields_that_exist() {
    let mut fields: BTreeSet<String> = ["@timestamp", "@message", "@log"].map(str::to_owned).into();
    for line in log_line::all().values() {
        fields.extend(serde_json::from_str::<BTreeMap<String, Value>>(line).unwrap().into_keys());
    }
    let page = page("docs/logs.md");
    let of_docs = page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sql\n"));
    let of_dashboard = widgets().into_iter().filter_map(|widget| {
        let query = widget["properties"]["query"].as_str()?.to_owned();
        Some(query.split_once(" | ").expect("it begins with its source").1.to_owned())
    });
    let queries: Vec<String> = of_docs.map(str::to_owned).chain(of_dashboard).collect();
    assert!(queries.len() > 8, "only {} queries were found", queries.len());
    for query in queries {
        for name in names(&query) {
            assert!(fields.contains(&name), "{name} is no field; in: {query}");
        }
    }
}

/// The names in a query of Logs Insights that must be fields: neither its own words nor what it names itself, and nothing
/// within quotes.
fn names(query: &str) -> BTreeSet<String> {
    const WORDS: [&str; 21] = [
        "fields",
        "filter",
        "stats",
        "sort",
        "limit",
        "by",
        "as",
        "asc",
        "desc",
        "and",
        "or",
        "not",
        "in",
        "like",
        "ispresent",
        "count",
        "sum",
        "max",
        "pct",
        "bin",
        "parse",
    ];
    let unquoted: String = query.split(['\'', '"']).step_by(2).collect::<Vec<_>>().join(" ");
    let is_part = |character: char| character.is_alphanumeric() || "_@.".contains(character);
    let words: Vec<&str> = unquoted.split(|character| !is_part(character)).filter(|word| !word.is_empty()).collect();
    let mut own: BTreeSet<&str> = words.windows(2).filter(|pair| pair[0] == "as").map(|pair| pair[1]).collect();
    // `parse` names several parts at once.
    let parts = unquoted.split('|').filter(|step| step.trim_start().starts_with("parse"));
    let parts = parts.filter_map(|step| step.split_once(" as ")).flat_map(|(_, names)| names.split(','));
    own.extend(parts.map(str::trim));
    let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let others = words.into_iter().filter(|word| !WORDS.contains(word) && !own.contains(word) && !is_number(word));
    others.map(str::to_owned).collect()
}

/// The metrics that the dashboard shows.
fn graphs() -> BTreeSet<Named> {
    let widgets = widgets();
    let metrics = widgets.iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    metrics
        .map(|metric| {
            let texts: Vec<String> =
                metric.as_array().expect("a list").iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
            let [namespace, name, dimension, of] = texts.as_slice() else { panic!("{metric} has one dimension") };
            let of = of.trim_start_matches("${").trim_end_matches('}').trim_end_matches(".QueueName").to_owned();
            (namespace.clone(), name.clone(), BTreeMap::from([(dimension.clone(), of)]))
        })
        .collect()
}

/// What stands on the dashboard, with the references as they are in the template.
fn widgets() -> Vec<Value> {
    let body = TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str();
    let body: Value = serde_json::from_str(body.expect("a text with references")).expect("a dashboard is JSON");
    body["widgets"].as_array().expect("a list").clone()
}

fn page(path: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    fs::read_to_string(format!("{root}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn an_events_line_has_the_trace_that_its_message_came_with() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let body = recorded("glossi/job-complete").body;
        let record = Record::received(&source, &body);
        let text = message(&record, json!({"text": String::from_utf8_lossy(&body)})).to_string();
        let id = format!("1-67891233-{:024x}", fastrand::u64(..));
        world.enqueue_in_trace(&text, &format!("Root={id};Parent=53995c3f42cd8ad8;Sampled=1")).await;
        world.finished(record.id()).await;
        let (named, traced) = (format!(r#""event_id":"{}""#, record.id()), format!(r#""trace_id":"{id}""#));
        until("the event's line", async || {
            // What the function wrote last may be collected only when it is called again.
            world.invoke(&world.stack.process_function, &json!({"Records": []})).await;
            let lines = world.logs(&[world.stack.process_log_group.as_str()]).await;
            match lines.iter().find(|line| line.contains(&named) && line.contains(r#""done":1"#)) {
                Some(line) if line.contains(&traced) => Ok(()),
                Some(line) => panic!("no {traced} in {line}"),
                None => Err(format!("{} lines", lines.len())),
            }
        })
        .await;
    });
}

#[test]
fn one_delivery_is_followed_through_both_functions_by_its_event_id() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let delivery = world.delivery(&source, &recorded("glossi/job-complete").body);
        let id = world.deliver(&delivery).await.event_id().expect("a genuine delivery is accepted");
        world.finished(&id).await;
        let groups = [&world.stack.ingest_log_group, &world.stack.process_log_group].map(String::as_str);
        let named = format!(r#""event_id":"{id}""#);
        let lines = until("the lines of both functions", async || {
            // What a function wrote last may be collected only when it is called again.
            world.invoke(&world.stack.ingest_function, &url_event(&delivery, "/health")).await;
            let mut lines = world.logs(&groups).await;
            lines.retain(|line| line.contains(&named));
            let told = |word: &str| lines.iter().any(|line| line.contains(word));
            if told(r#""accepted":1"#) && told(r#""done":1"#) { Ok(lines) } else { Err(format!("{lines:?}")) }
        })
        .await;
        for line in &lines {
            let measured = measured(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(measured.iter().any(|it| it.metric == "duration_ms" && it.value > 0.0), "{line}");
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["event_id"], json!(id));
            for it in measured {
                assert_eq!(json!(it.dimensions["function"]), line["function"]);
            }
        }
    });
}
