use serde_json::Value;

use super::*;

/// A dashboard is free with up to so many metrics, if it is among the account's first three.
const FREE_DASHBOARD_METRICS: usize = 50;

#[test]
fn the_page_has_what_is_computed() {
    let text = text(&Prices::read().unwrap());
    let page = include_str!("../../performance.md");
    assert!(page.contains(&text), "`make cost PUBLISH=1` writes it:\n{text}");
}

#[test]
fn what_is_read_of_other_files_is_found() {
    let (all, of_expectations) = alarms();
    assert!(all > 15.0 && of_expectations > 0.0 && metrics() > 50.0 && dashboard_metrics() > 30);
}

#[test]
fn the_figures_of_the_code_are_the_codes() {
    for (figure, text) in [
        ("DUE_SHARDS: u32 = 64;", include_str!("../../../shared/domain/src/ledger/due_shard.rs")),
        ("FRESH_FOR: Duration = Duration::from_secs(5 * 60);", include_str!("../../../shared/platform/src/sources.rs")),
        ("ScheduleExpression: rate(1 minute)", TEMPLATE),
        ("  SweepMemory:\n    Type: Number\n    Default: 256\n", TEMPLATE),
        ("ExpirationInDays: 60", TEMPLATE),
    ] {
        assert!(text.contains(figure), "{figure}");
    }
}

/// A dashboard with more is billed even where it is the account's only one.
#[test]
fn the_dashboard_is_one_that_can_be_free() {
    assert!(dashboard_metrics() <= FREE_DASHBOARD_METRICS, "{}", dashboard_metrics());
}

/// What each of the sweep's kept lines measures, it measures in every run.
#[test]
fn the_sweep_measures_in_every_run_what_is_billed_in_every_hour() {
    let lines = log_line::all().into_iter().filter(|(name, _)| name.starts_with("sweep-"));
    let measured: Vec<BTreeSet<String>> = lines.map(|(_, line)| names(&serde_json::from_str(&line).unwrap())).collect();
    assert!(measured.len() > 2, "only {} lines were found", measured.len());
    let always = measured.into_iter().reduce(|one, other| &one & &other).unwrap();
    assert_eq!(always, SWEEP_METRICS.map(str::to_owned).into());
}

/// The metrics that a line carries.
fn names(line: &Value) -> BTreeSet<String> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten();
    let metrics = directives.flat_map(|directive| directive["Metrics"].as_array().into_iter().flatten());
    metrics.filter_map(|metric| metric["Name"].as_str().map(str::to_owned)).collect()
}

/// The cells of the row of `page` that begins with `name`.
fn cell<'a>(page: &'a str, name: &str) -> &'a str {
    let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {name} | ")));
    row.unwrap_or_else(|| panic!("no row {name}")).trim_end_matches([' ', '|'])
}

#[test]
fn the_summaries_say_what_is_computed() {
    let prices = Prices::read().unwrap();
    let together = idle(&prices).pop().unwrap();
    let idle_dollars = format!("{:.0}", f64::midpoint(together.least, together.most));
    let [performance, decide, readme, hardening, first_job] = [
        include_str!("../../../docs/performance.md"),
        include_str!("../../../docs/decide.md"),
        include_str!("../../../README.md"),
        include_str!("../../../docs/hardening.md"),
        include_str!("../../../docs/tutorials/first-job-on-aws.md"),
    ];
    for expense in [together.least, together.most] {
        assert_eq!(format!("{expense:.0}"), idle_dollars, "a summary cannot say `about` of both");
    }
    let rows = |page: &str| page.lines().filter(|line| line.starts_with("| a month while nothing comes")).count();
    for page in [performance, decide] {
        assert_eq!(rows(page), 1);
        let row = page.lines().find(|line| line.starts_with("| a month while nothing comes")).unwrap();
        assert!(row.ends_with(&format!("| about {idle_dollars} |")), "{row}");
    }
    for page in [readme, first_job] {
        assert!(page.contains(&format!("about ${idle_dollars} a month")));
    }
    let front = format!(
        "{:.2} a month, {:.2} a million",
        prices.waf_acl_month + prices.waf_rule_month + prices.secret_month,
        prices.cloudfront_requests_per_million + prices.waf_requests_per_million
    );
    for page in [performance, decide] {
        assert_eq!(cell(page, "CloudFront with a firewall in front"), front);
    }
    let http_api = format!("{:.0}", prices.http_api_requests_per_million);
    let row = cell(performance, "an HTTP API in place of the function URL");
    assert_eq!(row, format!("{http_api} a million, for each 512 KB begun"));
    assert!(hardening.contains(&format!("about ${http_api} more per million requests")));
    assert_eq!(cell(performance, "a key of your own, without its calls"), format!("{:.0} a month", prices.key_month));
}

/// What pages say of a part of Landfall, from the figures that stand beside it.
#[test]
fn the_pages_multiply_by_the_list_prices() {
    let prices = Prices::read().unwrap();
    let write = prices.dynamodb_write_units_per_million / 1e6;
    let read = prices.dynamodb_read_units_per_million / 1e6;
    let of_jobs = 1e6 * 5.0 * write + 1.2 * prices.sqs_requests_per_million;
    let of_silence = 100.0 * 16.0 * 0.5 * MINUTES_A_MONTH / 5.0 * read;
    let of_refusals = 30.0 * 19.0 * 60.0 * 24.0 * write;
    for (told, page) in [
        (
            format!("cost ${of_jobs:.1} besides their events: five write units"),
            include_str!("../../../docs/expectations.md"),
        ),
        (format!("${of_silence:.1} a month for 100 sources"), include_str!("../../../docs/operate.md")),
        (
            format!("30 times 19 write units a minute, about ${of_refusals:.2} a day"),
            include_str!("../../../docs/refused.md"),
        ),
    ] {
        assert!(page.replace('\n', " ").contains(&told), "{told}");
    }
}
