//! Every file that the docs name in code exists.

use super::pages::{all, paths, root};

/// What is built or written by running something.
const MADE: [&str; 4] = ["target/", "source.json", "record.json", "attributes.json"];
/// How names of files end here.
const ENDS: [&str; 9] = [".rs", ".md", ".yaml", ".toml", ".py", ".ts", ".mjs", ".txt", ".json"];

/// Whether a text in code names a file or a folder of the project.
fn is_path(text: &str) -> bool {
    let is_plain = text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '/' | '.' | '-' | '_'));
    let first = text.split('/').next().unwrap_or_default();
    let is_below = text.contains('/') && !first.is_empty() && !first.starts_with('.') && root().join(first).is_dir();
    let is_file = ENDS.iter().any(|end| text.ends_with(end)) && text.len() > 5;
    is_plain && !MADE.iter().any(|made| text.starts_with(made)) && (is_below || is_file)
}

#[test]
fn every_file_that_is_named_exists() {
    let (paths, mut problems, mut count) = (paths(), Vec::new(), 0);
    for page in all() {
        // A page speaks of what is below it; those in `docs`, of all.
        let about =
            if page.path.starts_with("docs/") { root().to_owned() } else { root().join(&page.path).with_file_name("") };
        for text in page.quoted().into_iter().filter(|text| is_path(text)) {
            count += 1;
            let is_there = root().join(&text).exists();
            if !is_there && !paths.iter().any(|path| path.starts_with(&about) && path.ends_with(&text)) {
                problems.push(format!("{}: there is no {text}", page.path));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count > 50, "only {count} paths were found");
}
