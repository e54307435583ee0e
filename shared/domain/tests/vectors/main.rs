//! The conformance vectors in `tests/vectors`: deliveries, and what a receiver must make of each.
//!
//! `UPDATE_EXPECT=1` rewrites the published event of each sender, and nothing else: the verdicts are made by the recipes in
//! `tests/vectors/generate`. Look at the difference before believing it.

mod added;
mod required;
mod second_body;
mod vector;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use domain::description::Description;
use domain::provider::Provider;
use expect_test::expect_file;
use testdata::vector::VectorFile;

use self::required::required;
use self::vector::Vector;

/// In a file of vectors, what stands before its last field.
const PUBLISHED_EVENT: &str = "\n  \"published_event\": ";

/// Where the vectors are, unless `make vectors` has put others elsewhere.
fn folder() -> PathBuf {
    option_env!("LANDFALL_VECTORS").map_or_else(testdata::vector::folder, PathBuf::from)
}

fn vectors(sender: &str) -> VectorFile {
    testdata::vector::read(&folder(), sender)
}

/// The senders that have vectors: those of the catalogue, and some that an operator could describe.
fn senders() -> Vec<(String, Description)> {
    let known =
        |provider: Provider| (provider.as_str().to_owned(), provider.description().cloned().expect("it is known"));
    let described = testdata::vector::senders(&folder()).into_iter().filter(|name| name.starts_with("described-"));
    let described = described.map(|name| {
        let description = own_description(&Vector::genuine(&vectors(&name)));
        (name, description)
    });
    Provider::ALL.into_iter().map(known).chain(described).collect()
}

/// The description that is part of a vector's source.
fn own_description(vector: &Vector) -> Description {
    vector.source().sender.description().clone()
}

#[test]
fn every_vector_comes_out_as_it_says() {
    let mut wrong = Vec::new();
    for (sender, _) in senders() {
        wrong.extend(unlike_what_they_say(&vectors(&sender), |vector| vector));
    }
    assert!(wrong.is_empty(), "{} vectors:\n{}", wrong.len(), wrong.join("\n"));
}

/// The vectors of a sender that come out otherwise, each after `changed`, with what is made of them.
fn unlike_what_they_say(file: &VectorFile, changed: impl Fn(Vector) -> Vector) -> Vec<String> {
    let mut wrong = Vec::new();
    for vector in Vector::all(file).map(changed) {
        let (expected, found) = (vector.expected(), vector.found());
        if expected != found {
            wrong.push(format!("{}, {}: {found}, and not {expected}", file.sender, vector.name()));
        }
    }
    wrong
}

#[test]
fn every_sender_has_the_vectors_that_its_scheme_calls_for() {
    let mut missing = Vec::new();
    for (sender, description) in senders() {
        missing.extend(lacking(&vectors(&sender), &description));
    }
    assert!(missing.is_empty(), "{} vectors:\n{}", missing.len(), missing.join("\n"));
}

/// What a file lacks of what the description calls for.
fn lacking(file: &VectorFile, description: &Description) -> Vec<String> {
    let mut missing = Vec::new();
    for (name, is_accepted) in required(description) {
        let verdict = if is_accepted { "accepted" } else { "refused" };
        match file.case(&name) {
            None => missing.push(format!("{}, {name} is missing; it is to be {verdict}", file.sender)),
            Some((_, case)) if case.is_accepted() == is_accepted => {}
            Some(_) => missing.push(format!("{}, {name} is not {verdict}", file.sender)),
        }
    }
    missing.extend(second_body::lacking(file, description));
    missing
}

#[test]
fn every_file_is_a_senders() {
    let senders: BTreeSet<String> = senders().into_iter().map(|(name, _)| name).collect();
    assert_eq!(testdata::vector::senders(&folder()), senders);
}

#[test]
fn a_genuine_delivery_is_published_as_expected() {
    for (sender, _) in senders() {
        let published = Vector::genuine(&vectors(&sender)).published();
        let published = serde_json::to_string_pretty(&published).expect("it is JSON").replace('\n', "\n  ");
        let path = folder().join(format!("{sender}.json"));
        let text = fs::read_to_string(&path).expect("it has just been read");
        let (cases, _) = text.split_once(PUBLISHED_EVENT).expect("it is laid out as the recipes lay it out");
        expect_file![path].assert_eq(&format!("{cases}{PUBLISHED_EVENT}{published}\n}}\n"));
    }
}

#[test]
fn the_vectors_are_counted() {
    let mut lines = String::new();
    let mut all = [0; 4];
    for (sender, description) in senders() {
        let mut counts = [0; 4];
        for (_, case) in vectors(&sender).cases() {
            counts[usize::from(!case.is_accepted())] += 1;
            counts[2] += usize::from(case.name.starts_with("published-"));
        }
        counts[3] = required(&description).len();
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
