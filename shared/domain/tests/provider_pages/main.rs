//! `docs/providers`: a page a sender, and a table of them all, made of the descriptions.
//!
//! `make providers` writes them anew; look at the difference before believing it.

mod page;
mod proof;
mod retries;
mod secret;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use domain::description::{Confidence, Description};
use domain::provider::Provider;
use domain::source::Source;
use domain::source::source_name::SourceName;
use expect_test::expect_file;

use self::page::{index, page, unprompted};
use self::secret::example;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/providers")
}

fn descriptions() -> impl Iterator<Item = &'static Description> {
    Provider::ALL.into_iter().map(|provider| provider.description().expect("it is known"))
}

#[test]
fn the_pages_are_what_the_descriptions_say() {
    let mut written = BTreeSet::from(["README.md".to_owned()]);
    expect_file![folder().join("README.md")].assert_eq(&index(descriptions()));
    for description in descriptions() {
        let file = format!("{}.md", description.name);
        expect_file![folder().join(&file)].assert_eq(&page(description));
        written.insert(file);
    }
    let there: BTreeSet<String> = fs::read_dir(folder())
        .expect("the folder of the pages")
        .map(|file| file.expect("a readable folder").file_name().into_string().expect("a plain name"))
        .collect();
    assert_eq!(there, written, "no page is a left-over");
}

/// Who reads what `expect` does finds there for whom it can be done.
#[test]
fn the_page_of_expectations_names_all_who_can_be_asked() {
    let page = fs::read_to_string(folder().join("../expectations.md")).expect("the page").replace('\n', " ");
    for description in descriptions() {
        let link = format!("[{}](providers/{}.md)", description.about.title, description.name);
        let can_be_asked = !unprompted(description).is_empty();
        assert_eq!(page.contains(&link), can_be_asked, "{link}: whether docs/expectations.md names it");
    }
}

/// A page without these would leave an operator alone. `confidence` is looked for in the file, since what leaves it out
/// reads as guessed.
#[test]
fn every_description_says_what_a_page_needs() {
    for description in descriptions() {
        let name = &description.name;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("providers/{name}.toml"));
        let written: toml::Table = fs::read_to_string(file).expect("a description").parse().expect("TOML");
        let about = written["about"].as_table().expect("a table");
        for field in ["title", "summary", "confidence", "sources", "set_up", "retries", "asset_lifetime"] {
            let is_empty = match about.get(field) {
                Some(toml::Value::String(text)) => text.trim().is_empty(),
                Some(toml::Value::Array(texts)) => texts.is_empty(),
                _ => true,
            };
            assert!(!is_empty, "{name} has no `about.{field}`");
        }
        let about = &description.about;
        assert!(about.set_up.iter().any(|step| step.contains("{url}")), "{name}: no step says where `{{url}}` goes");
        let is_guessed = about.confidence == Confidence::Guessed;
        assert!(!is_guessed || !about.unknown.is_empty(), "{name} is guessed, and says nothing of what is not known");
    }
}

/// What a page shows as the source's secret is one that is taken, and nothing is wrong with it but what is not known of
/// the sender at all.
#[test]
fn the_secret_of_every_page_can_be_used() {
    for description in descriptions() {
        let name = SourceName::parse(&format!("{}-prod", description.name)).expect("a source's name");
        let source = Source::parse(name, &example(description)).unwrap_or_else(|error| panic!("{error}"));
        let unlike = |warning: &&String| !description.about.unknown.iter().any(|unknown| unknown == *warning);
        let warnings: Vec<&String> = source.warnings.iter().filter(unlike).collect();
        let expected = |warning: &&String| warning.starts_with("the integration of");
        assert!(warnings.iter().all(expected), "{}: {warnings:?}", description.name);
    }
}
