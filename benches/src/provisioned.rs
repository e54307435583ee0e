//! From when on provisioned capacity of the table costs less than what is paid by the request.

use crate::prices::Prices;
use crate::report::table;

/// Where it is published.
pub const PAGE: &str = "benches/scale.md";
/// Its place there.
pub const PART: &str = "provisioned";

/// Write units of an event: of a record below 1 KiB, and of one of 1 to 2 KiB.
const UNITS: [f64; 2] = [6.0, 9.0];
/// How much of what is provisioned is used, on average.
const USES: [f64; 5] = [1.0, 0.7, 0.65, 0.5, 0.3];
/// What auto scaling aims at, in the second table.
const AIM: f64 = 0.65;
/// Read units that docs/scale.md provisions: the table's, and those of its two indexes for the sweep.
const READ_UNITS: f64 = 5.0 + 40.0 + 40.0;
const RATES: [f64; 5] = [1.0, 10.0, 50.0, 100.0, 1000.0];
const HOURS_A_MONTH: f64 = 30.0 * 24.0;
const SECONDS_A_MONTH: f64 = HOURS_A_MONTH * 3600.0;

/// A million write units, of which `used` of what is provisioned are used.
fn units_per_million(prices: &Prices, used: f64) -> f64 {
    prices.dynamodb_write_capacity_hour / 3600.0 * 1e6 / used
}

/// What is saved on a million units with what auto scaling aims at.
fn saved_per_million(prices: &Prices) -> f64 {
    prices.dynamodb_write_units_per_million - units_per_million(prices, AIM)
}

/// What the provisioned reads cost a month. What they cost by the request is less than a quarter of a dollar, and not
/// counted.
fn reads_month(prices: &Prices) -> f64 {
    READ_UNITS * prices.dynamodb_read_capacity_hour * HOURS_A_MONTH
}

/// What `rate` steady events a second of `units` each save a month.
fn saved_month(prices: &Prices, rate: f64, units: f64) -> f64 {
    rate * SECONDS_A_MONTH / 1e6 * units * saved_per_million(prices) - reads_month(prices)
}

/// All of it, as it is published.
#[must_use]
pub fn text(prices: &Prices) -> String {
    let on_demand = prices.dynamodb_write_units_per_million;
    let row = |name: String, unit: f64| {
        let events = UNITS.iter().flat_map(|units| [units * unit, units * (on_demand - unit)]);
        [name, format!("{unit:.3}")].into_iter().chain(events.map(|dollars| format!("{dollars:.2}"))).collect()
    };
    let uses =
        USES.map(|used| row(format!("provisioned, {:.0} % used", used * 100.0), units_per_million(prices, used)));
    let by_use = std::iter::once(row("by the request".to_owned(), on_demand)).chain(uses);
    let by_rate = RATES.map(|rate| {
        let provisioned = UNITS.map(|units| (rate * units / AIM).ceil());
        let [small, large] = UNITS.map(|units| format!("{:.0}", saved_month(prices, rate, units)));
        vec![format!("{rate}"), format!("{}, {}", provisioned[0], provisioned[1]), small, large]
    });
    let even = units_per_million(prices, 1.0) / on_demand * 100.0;
    let header = ["$ per million", "write units", "events, 6 units", "saved", "events, 9 units", "saved"];
    let of_rates = ["steady events a second", "units to provision", "$ saved a month, 6 units", "9 units"];
    format!(
        "{}\n\n{}\n\nFor writes, both cost the same where {even:.0} % of what is provisioned is used. The second table is of {:.0} % \
         used, less ${:.2} a month for {READ_UNITS} provisioned read units.",
        table(&header, by_use),
        table(&of_rates, by_rate),
        AIM * 100.0,
        reads_month(prices)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_what_is_computed() {
        let text = text(&Prices::read().unwrap());
        let page = include_str!("../scale.md");
        assert!(page.contains(&text), "`make cost PUBLISH=1` writes it:\n{text}");
    }

    /// What an event takes is measured once, for the other page.
    #[test]
    fn an_event_takes_what_the_other_page_measured() {
        let page = include_str!("../performance.md");
        for (row, units) in [(" get3w's usual body", UNITS[0]), (" csm's usual body", UNITS[1])] {
            let line = page.lines().find(|line| line.starts_with(row)).expect("the row");
            let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let (first, second) = line.split_once(" + ").expect("units of ingest and process");
            let measured: f64 = [first.rsplit(' ').next(), second.split(' ').next()]
                .into_iter()
                .map(|text| text.and_then(|text| text.parse::<f64>().ok()).expect("a number"))
                .sum();
            assert!((measured - units).abs() < 0.01, "{row}: {measured} of {numbers:?}");
        }
    }

    const SUMMARY: &str = include_str!("../../docs/scale.md");

    /// All numbers behind `name` in the page's commands.
    fn numbers(name: &str) -> Vec<f64> {
        let (_, commands) = SUMMARY.split_once("--billing-mode PROVISIONED").unwrap();
        let (commands, _) = commands.split_once("\ndone\n").unwrap();
        let behind = commands.split(name).skip(1).map(|rest| rest.trim_start_matches(['=', '"', ':', ' ']));
        behind.filter_map(|rest| rest.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()).collect()
    }

    #[test]
    fn the_summary_provisions_what_is_counted() {
        let sum = |name| numbers(name).iter().sum::<f64>();
        assert_eq!(sum("ReadCapacityUnits"), READ_UNITS);
        let written = sum("WriteCapacityUnits");
        assert_eq!(written, (50.0 * UNITS[1] / AIM).ceil(), "for 50 events a second of {} units", UNITS[1]);
    }

    #[test]
    fn the_summary_of_what_is_saved_is_what_is_published() {
        let prices = Prices::read().unwrap();
        let thousands = |dollars: f64| {
            let digits = format!("{dollars:.0}");
            let (thousands, rest) = digits.split_at(digits.len().saturating_sub(3));
            if thousands.is_empty() { rest.to_owned() } else { format!("{thousands},{rest}") }
        };
        for rate in &RATES[1..] {
            let [small, large] = UNITS.map(|units| thousands(saved_month(&prices, *rate, units)));
            let row = format!("| {} | {small} to {large} |", thousands(*rate));
            assert!(SUMMARY.contains(&row), "{row}");
        }
        let [small, large] = UNITS.map(|units| format!("${:.2}", units * saved_per_million(&prices)));
        let saved = format!("{small} a million events of {} units and {large} of {}", UNITS[0], UNITS[1]);
        assert!(SUMMARY.contains(&saved), "{saved}");
        let reads = format!("${:.2} a month for the read units", reads_month(&prices));
        assert!(SUMMARY.contains(&reads), "{reads}");
    }
}
