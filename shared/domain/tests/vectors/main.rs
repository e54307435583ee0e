//! The conformance vectors in `tests/vectors`: deliveries, and what a receiver must make of each.
//!
//! `UPDATE_EXPECT=1` rewrites the published events beside the genuine ones, and nothing else: the verdicts are made by
//! the recipes in `tests/vectors/generate`. Look at the difference before believing it.

mod added;
mod required;
mod vector;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use description::Description;
use domain::provider::Provider;
use expect_test::expect_file;

use self::required::required;
use self::vector::{Vector, names};

/// Where the vectors are, unless `make vectors` has put others elsewhere.
fn folder() -> PathBuf {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors");
    PathBuf::from(option_env!("LANDFALL_VECTORS").unwrap_or(ours))
}

/// The senders that have vectors: those of the catalogue, and some that an operator could describe.
fn senders() -> Vec<(String, Description)> {
    let known =
        |provider: Provider| (provider.as_str().to_owned(), provider.description().cloned().expect("it is known"));
    let described = fs::read_dir(folder())
        .expect("the folder of the vectors")
        .map(|entry| entry.expect("a readable folder").file_name().into_string().expect("a plain name"))
        .filter(|name| name.starts_with("described-"))
        .collect::<BTreeSet<String>>();
    let described = described.into_iter().map(|name| {
        let genuine = Vector::read(&folder().join(&name).join("genuine.json"));
        (name, own_description(&genuine))
    });
    Provider::ALL.into_iter().map(known).chain(described).collect()
}

/// The description that is part of a vector's source.
fn own_description(vector: &Vector) -> Description {
    let mut description = vector.source.secret["scheme"].clone();
    description["name"] = "custom".into();
    serde_json::from_value(description).expect("a description")
}

#[test]
fn every_vector_comes_out_as_it_says() {
    let mut wrong = Vec::new();
    for (sender, _) in senders() {
        wrong.extend(unlike_what_they_say(&folder().join(sender), |vector| vector));
    }
    assert!(wrong.is_empty(), "{} vectors:\n{}", wrong.len(), wrong.join("\n"));
}

/// The vectors in a folder that come out otherwise, each after `changed`, with what is made of them.
fn unlike_what_they_say(folder: &Path, changed: impl Fn(Vector) -> Vector) -> Vec<String> {
    let mut wrong = Vec::new();
    for name in names(folder) {
        let file = folder.join(format!("{name}.json"));
        let vector = changed(Vector::read(&file));
        let (expected, found) = (vector.expected(), vector.found());
        if expected != found {
            wrong.push(format!("{}: {found}, and not {expected}", file.display()));
        }
    }
    wrong
}

#[test]
fn every_sender_has_the_vectors_that_its_scheme_calls_for() {
    let mut missing = Vec::new();
    for (sender, description) in senders() {
        missing.extend(lacking(&folder().join(sender), &description));
    }
    assert!(missing.is_empty(), "{} vectors:\n{}", missing.len(), missing.join("\n"));
}

/// What a folder lacks of what the description calls for.
fn lacking(folder: &Path, description: &Description) -> Vec<String> {
    let there = names(folder);
    let mut missing = Vec::new();
    for (name, is_accepted) in required(&description.scheme) {
        let file = folder.join(format!("{name}.json"));
        let verdict = if is_accepted { "accepted" } else { "refused" };
        if !there.contains(&name) {
            missing.push(format!("{} is missing; it is to be {verdict}", file.display()));
        } else if Vector::read(&file).is_accepted() != is_accepted {
            missing.push(format!("{} is not {verdict}", file.display()));
        }
    }
    missing
}

#[test]
fn every_folder_is_a_senders() {
    let senders: BTreeSet<String> = senders().into_iter().map(|(name, _)| name).collect();
    for entry in fs::read_dir(folder()).expect("the folder of the vectors") {
        let entry = entry.expect("a readable folder");
        if !names(&entry.path()).is_empty() {
            let name = entry.file_name().into_string().expect("a plain name");
            assert!(senders.contains(&name), "{name} is no sender's");
        }
    }
}

#[test]
fn a_genuine_delivery_is_published_as_expected() {
    for (sender, _) in senders() {
        let folder = folder().join(sender);
        let published = Vector::read(&folder.join("genuine.json")).published();
        let text = serde_json::to_string_pretty(&published).expect("it is JSON") + "\n";
        expect_file![folder.join("genuine.event.json")].assert_eq(&text);
    }
}

#[test]
fn the_vectors_are_counted() {
    let mut lines = String::new();
    let mut all = [0; 4];
    for (sender, description) in senders() {
        let folder = folder().join(&sender);
        let mut counts = [0; 4];
        for name in names(&folder) {
            let is_accepted = Vector::read(&folder.join(format!("{name}.json"))).is_accepted();
            counts[usize::from(!is_accepted)] += 1;
            counts[2] += usize::from(name.starts_with("published-"));
        }
        counts[3] = required(&description.scheme).len();
        assert!(counts[0] > 0 && counts[1] > 0, "{sender} has no vector of either verdict");
        writeln!(lines, "{sender:<28}{}", columns(counts)).expect("a string takes every line");
        all.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let entries = Provider::ALL.len();
    println!(
        "{:<28}{}",
        "sender",
        ["accepted", "refused", "published", "required"].map(|word| format!("{word:>11}")).concat()
    );
    print!("{lines}");
    println!("{:<28}{}", format!("{entries} in the catalogue"), columns(all));
    println!("{} vectors of {} senders", all[0] + all[1], senders().len());
}

fn columns(counts: [usize; 4]) -> String {
    counts.map(|count| format!("{count:>11}")).concat()
}
