//! All that was never observed on AWS is in one list, and every other page that mentions such a thing links to it.

use super::pages::all;

/// The list.
const LIST: &str = "docs/first-deployment.md";
const LINK: &str = "first-deployment.md#what-was-never-seen";

/// By these a text says of itself that it was not seen.
const WORDS: [&str; 9] = [
    "inferred",
    "untested",
    "nobody here has",
    "never run on aws",
    "not seen yet",
    "not seen on aws",
    "was never seen",
    "was not seen",
    "not tested on aws",
];

#[test]
fn what_was_never_seen_is_in_the_list_or_leads_to_it() {
    let (mut problems, mut count) = (Vec::new(), 0);
    // The pages of senders say of each how far its documentation is believed, and the changelog what was new.
    let own = |path: &str| path == LIST || path == "CHANGELOG.md" || path.starts_with("docs/providers/");
    for page in all().into_iter().filter(|page| !own(&page.path)) {
        for paragraph in page.prose().split("\n\n") {
            let text = paragraph.replace('\n', " ").to_lowercase();
            let Some(word) = WORDS.iter().find(|word| text.contains(**word)) else { continue };
            count += 1;
            if !text.contains(LINK) {
                problems.push(format!("{}: `{word}` without a link to {LINK}", page.path));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count > 5, "only {count} paragraphs were found");
}
