//! What a run says, in the documentation: nobody copies figures by hand.

use std::fs;
use std::path::Path;

use crate::Result;

/// The page with the figures.
pub const PAGE: &str = "benches/performance.md";

/// Puts `text` into the page, as it was printed, between `<!-- {part} -->` and `<!-- end of {part} -->`.
///
/// # Errors
/// If the page has no such place, or cannot be written.
pub fn publish(part: &str, text: &str) -> Result<()> {
    publish_in(PAGE, part, text)
}

/// The same in the page at `path`.
///
/// # Errors
/// If the page has no such place, or cannot be written.
pub fn publish_in(path: &str, part: &str, text: &str) -> Result<()> {
    let page = fs::read_to_string(path)?;
    let published = put(&page, part, text).ok_or_else(|| format!("{path} has no place for `{part}`"))?;
    Ok(fs::write(Path::new(path), published)?)
}

fn put(page: &str, part: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {part} -->\n"), format!("<!-- end of {part} -->"));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n```text\n{}\n```\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_place_is_written_anew() {
        let page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n";
        let once = put(page, "x", "new").unwrap();
        assert_eq!(once, "a\n<!-- x -->\n\n```text\nnew\n```\n\n<!-- end of x -->\nb\n");
        assert_eq!(put(&once, "x", "new").unwrap(), once);
        assert!(put(page, "y", "new").is_none());
    }

    /// The rows of the table that `summary` has below `head`, each as its cells.
    fn rows<'a>(summary: &'a str, head: &str) -> Vec<Vec<&'a str>> {
        let (_, table) = summary.split_once(head).unwrap_or_else(|| panic!("the summary has no {head}"));
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        rows.map(|row| row.trim_matches(['|', ' ']).split(" | ").collect()).collect()
    }

    /// The words of the row `name` of a published table, without its name.
    fn published<'a>(page: &'a str, name: &str) -> &'a str {
        let mut lines = page.lines().filter_map(|line| line.strip_prefix(&format!(" {name}  ")));
        lines.next().unwrap_or_else(|| panic!("no row {name}"))
    }

    #[test]
    fn the_summary_of_the_cost_rounds_what_is_published() {
        let (_, page) = include_str!("../performance.md").split_once("<!-- cost -->").unwrap();
        for row in rows(include_str!("../../docs/performance.md"), "| a million events | $ |") {
            let rounded: f64 = row[1].strip_prefix("about ").unwrap().parse().unwrap();
            let figures: Vec<f64> =
                published(page, row[0]).split_whitespace().map_while(|it| it.parse().ok()).collect();
            let total = figures[8];
            assert!((rounded - total).abs() < 0.1, "{}: {total} is published, the summary says {rounded}", row[0]);
        }
    }

    /// A row of the published costs: its size in bytes, then its dollars, of which the last is the total.
    fn cost(name: &str) -> Vec<f64> {
        let (_, page) = include_str!("../performance.md").split_once("<!-- cost -->").unwrap();
        published(page, name).split_whitespace().map_while(|it| it.parse().ok()).take(9).collect()
    }

    #[test]
    fn the_other_pages_round_what_is_published() {
        let small = [
            "csm's usual body",
            "get3w's usual body",
            "modelslab's usual body",
            "glossi's usual body",
            "0.5 KiB",
            "2 KiB",
            "8 KiB",
        ];
        let small = small.map(cost);
        assert!(small.iter().all(|row| row[0] <= 8192.0));
        // Of what an event costs, the processor's calls, the queue's and the topic's depend on the batch.
        let of_batches = |row: &[f64]| row[2] + row[4] + row[5];
        let alone = of_batches(&cost("2 KiB, batches of 1"));
        let range = |dollars: &dyn Fn(&Vec<f64>) -> f64| {
            let all: Vec<f64> = small.iter().map(dollars).collect();
            (all.iter().copied().fold(f64::MAX, f64::min), all.iter().copied().fold(0.0, f64::max))
        };
        let (least, most) = range(&|row| row[8]);
        let (least_alone, most_alone) = range(&|row| row[8] - of_batches(row) + alone);
        let (decide, readme) = (include_str!("../../docs/decide.md"), include_str!("../../README.md"));
        let told = format!(
            "| a million events of up to 8 KiB | about {least:.0} to {most:.0}, or {least_alone:.0} to {most_alone:.0} where they come one at a time |"
        );
        assert!(decide.contains(&told), "{told}");
        for size in ["20 KiB", "200 KiB"] {
            let told = format!("| a million events of {size} | about {:.0} |", cost(size)[8]);
            assert!(decide.contains(&told), "{told}");
        }
        let told = format!(
            "${least:.0} to ${most:.0} for each million events of up to 8 KiB, or ${least_alone:.0} to ${most_alone:.0} where they come one at a time"
        );
        assert!(readme.replace('\n', " ").contains(&told), "{told}");
    }

    #[test]
    fn no_large_body_is_refused_while_the_bucket_takes_no_longer_than_the_summary_says() {
        let (_, page) = include_str!("../performance.md").split_once("<!-- large bodies -->").unwrap();
        let (page, _) = page.split_once("<!-- end of large bodies -->").unwrap();
        let (_, columns) = page.split_once("S3 at 8 ms").unwrap();
        assert!(columns.trim_start().starts_with("S3 at 300 ms"));
        assert!(
            include_str!("../../docs/performance.md")
                .contains("at the smallest memory, 128 MB, while S3 takes up to 300 ms")
        );
        let rows: Vec<&str> = page.lines().filter_map(|line| line.split_once(" MiB   ").map(|(_, row)| row)).collect();
        assert_eq!(rows.len(), 9);
        for row in rows {
            assert!(row.starts_with("200: 4; 4 puts   200: 4; 4 puts   "), "{row}");
        }
    }

    #[test]
    fn the_summary_of_what_a_delivery_takes_is_what_is_billed() {
        let (_, page) = include_str!("../performance.md").split_once("<!-- cost -->").unwrap();
        let billed = |name| -> (f64, f64) {
            let (ingest, process) = published(page, name).trim_end().rsplit_once(", ").unwrap();
            (ingest.rsplit(' ').next().unwrap().parse().unwrap(), process.parse().unwrap())
        };
        let ((ingest, batch), (_, alone)) = (billed("2 KiB"), billed("2 KiB, batches of 1"));
        let told =
            format!("| Lambda time | {ingest:.0} ms | {:.1} ms in a batch of 10, {alone:.0} ms alone |", batch / 10.0);
        assert!(include_str!("../../docs/scale.md").contains(&told), "{told}");
        let (_, assumed) = include_str!("../scale.md").split_once("- **Ingest** takes ").unwrap();
        let told = format!("{ingest:.0} and {batch:.0} ms");
        assert!(assumed.starts_with("15 ms, and a batch 25 ms: ") && assumed.contains(&told), "{told}");
    }

    #[test]
    fn the_summary_of_the_simulation_is_what_is_published() {
        let page = include_str!("../scale.md");
        for row in rows(include_str!("../../docs/scale.md"), "| rate, settings |") {
            let published = published(page, row[0]).trim_end();
            assert!(published.contains(&format!(", {}, ", row[3])), "{}: the age is not {}", row[0], row[3]);
            assert!(published.ends_with(&format!(" {}", row[4])), "{}: it was not drained after {}", row[0], row[4]);
        }
    }
}
