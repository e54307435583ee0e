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
