//! What is written about descriptions: the guide beside them and the page of sources, whose examples are read as any description
//! is.

use domain::description::Description;
use domain::provider::Provider;
use domain::source::Source;
use domain::source::source_name::SourceName;
use serde_json::{Value, json};

const GUIDE: &str = include_str!("../providers/README.md");
const PAGE: &str = include_str!("../../../docs/sources.md");

/// The blocks of a page in a language, in order.
fn blocks(page: &'static str, language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{language}\n");
    let starts: Vec<usize> = page.match_indices(&fence).map(|(at, fence)| at + fence.len()).collect();
    starts.into_iter().map(|start| page[start..].split("```").next().expect("what is before the fence's end"))
}

#[test]
fn the_guide_shows_a_whole_description() {
    let text = blocks(GUIDE, "toml").next().expect("a first example");
    let description: Description = toml::from_str(text).expect("a description");
    description.check().expect("one that makes sense");
}

/// The other examples are parts, and show what they are of by their names alone.
#[test]
fn every_part_that_the_guide_shows_fits_into_a_description() {
    let check = |part: &str| {
        let scheme = if part.trim_start().starts_with("[scheme]") { "" } else { "scheme.kind = \"url-token\"\n" };
        // A table of its own ends the first one; anything else is of a shape.
        let middle = if part.trim_start().starts_with('[') { "" } else { "[[shape]]\n" };
        let description: Description = toml::from_str(&format!("name = \"part\"\n{scheme}{middle}{part}")).expect(part);
        description.check().expect(part);
    };
    let parts: Vec<&str> = blocks(GUIDE, "toml").skip(1).collect();
    assert!(!parts.is_empty(), "the guide shows no parts");
    parts.into_iter().for_each(check);
}

#[test]
fn guide_and_page_show_descriptions_of_an_operators_own() {
    let check = |secret: &str| {
        let source = Source::parse(SourceName::parse("acme-prod").expect("a name"), secret).expect(secret);
        assert_eq!(source.provider, Provider::Custom);
        assert_eq!(source.warnings, Vec::<String>::new());
    };
    let secrets: Vec<&str> = blocks(GUIDE, "json").filter(|text| text.contains("\"scheme\"")).collect();
    assert!(!secrets.is_empty(), "the guide shows a whole secret");
    secrets.into_iter().for_each(check);
    let descriptions: Vec<&str> = blocks(PAGE, "toml").collect();
    assert!(!descriptions.is_empty(), "the page shows a description");
    for text in descriptions {
        let scheme: Value = toml::from_str(text).expect(text);
        check(&json!({"scheme": scheme, "secrets": ["a secret that Acme showed me"]}).to_string());
    }
}
