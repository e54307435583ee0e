//! `docs/providers`: a page a sender, and a table of them all, made of the descriptions.
//!
//! `make providers` writes them anew; look at the difference before believing it.

mod page;
mod proof;
mod secret;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use description::Description;
use domain::provider::Provider;
use domain::source::Source;
use domain::source_name::SourceName;
use expect_test::expect_file;

use self::page::{index, page};
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

/// What a page shows as the source's secret is one that is taken, and nothing is wrong with it but what is not known of
/// the sender at all.
#[test]
fn the_secret_of_every_page_can_be_used() {
    for description in descriptions() {
        let name = SourceName::parse(&format!("{}-prod", description.name)).expect("a source's name");
        let source = Source::parse(name, &example(description)).unwrap_or_else(|error| panic!("{error}"));
        let unlike = |warning: &&String| !description.about.unknown.iter().any(|unknown| unknown == *warning);
        let warnings: Vec<&String> = source.warnings.iter().filter(unlike).collect();
        let expected = |warning: &&String| warning.starts_with("what Landfall knows of");
        assert!(warnings.iter().all(expected), "{}: {warnings:?}", description.name);
    }
}
