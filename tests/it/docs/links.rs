//! Every link within the project leads to a file, and to a heading of it.

use std::collections::BTreeMap;

use super::pages::{Page, all, root};

#[test]
fn links_lead_somewhere() {
    let pages = all();
    let by_path: BTreeMap<_, &Page> =
        pages.iter().map(|page| (root().join(&page.path).canonicalize().expect("a page exists"), page)).collect();
    let (mut problems, mut count) = (Vec::new(), 0);
    for page in &pages {
        let prose = page.prose();
        let links = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        for link in links.filter(|link| !link.contains("://")) {
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = root().join(&page.path);
            let path = if file.is_empty() { path } else { path.with_file_name("").join(file) };
            let Ok(path) = path.canonicalize() else {
                problems.push(format!("{}: there is no {file}", page.path));
                continue;
            };
            if !anchor.is_empty() && !by_path.get(&path).is_some_and(|page| page.anchors().contains(anchor)) {
                problems.push(format!("{}: {link} has no such heading", page.path));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count > 50, "only {count} links were found");
}
