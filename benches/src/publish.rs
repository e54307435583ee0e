//! What a run says, in the documentation: nobody copies figures by hand.

use std::fs;
use std::path::Path;

use crate::Result;

/// The page with the figures.
pub const PAGE: &str = "docs/performance.md";

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
}
