//! Docs and Makefile know the same targets.

use std::collections::BTreeSet;
use std::fs;

use super::pages::{all, root};

/// The targets that `make help` lists.
pub(crate) fn targets() -> BTreeSet<String> {
    let makefile = fs::read_to_string(root().join("Makefile")).expect("the Makefile");
    let heads = makefile.lines().filter(|line| line.contains("## ")).filter_map(|line| line.split_once(':'));
    let is_name = |name: &&str| name.chars().all(|it| it.is_ascii_lowercase() || it == '-');
    heads.map(|(name, _)| name).filter(is_name).map(str::to_owned).collect()
}

#[test]
fn every_target_that_is_named_exists_and_every_target_is_named() {
    let targets = targets();
    let mut missing = targets.clone();
    for page in all() {
        for quoted in page.quoted() {
            let Some(arguments) = quoted.strip_prefix("make ") else { continue };
            for target in arguments.split(' ').take_while(|word| !word.contains('=')) {
                assert!(targets.contains(target), "{}: there is no make {target}", page.path);
                missing.remove(target);
            }
        }
    }
    assert!(missing.is_empty(), "no page names make {missing:?}");
}
