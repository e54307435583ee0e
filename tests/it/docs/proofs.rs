//! Every proof that the docs name exists.

use std::fs;

use super::pages::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every text between back quotes in `page` that begins with `mark`, without it.
fn quoted<'a>(page: &'a str, mark: &str) -> Vec<&'a str> {
    page.split('`').skip(1).step_by(2).filter_map(|text| text.strip_prefix(mark)).collect()
}

/// Whether `path` holds a test of the name `name`.
fn has_test(path: &str, name: &str) -> bool {
    let text = read(path);
    let heads = ["fn ", "async fn "].map(|head| format!("{head}{name}()"));
    heads.iter().any(|head| text.contains(head)) && text.contains("test]")
}

#[test]
fn every_proof_of_the_lifecycle_exists() {
    let page = read("docs/reliability.md");
    let mut proofs = 0;
    for (mark, folder) in [("it: ", "tests/it"), ("process: ", "functions/process/src")] {
        for proof in quoted(&page, mark) {
            let (file, name) = proof.split_once("::").unwrap_or_else(|| panic!("{proof} names no file"));
            assert!(has_test(&format!("{folder}/{file}.rs"), name), "{mark}{proof} is no test");
            proofs += 1;
        }
    }
    for proof in quoted(&page, "model: ") {
        let files = ["main", "jobs"].map(|file| format!("shared/domain/tests/model/{file}.rs"));
        assert!(files.iter().any(|file| has_test(file, proof)), "model: {proof} is no test");
        proofs += 1;
    }
    let operations =
        ["matrix", "batches", "overload"].map(|file| read(&format!("tests/src/bin/faults/{file}.rs"))).concat();
    for proof in quoted(&page, "faults: ") {
        assert!(operations.contains(&format!("\"{proof}\"")), "faults: {proof} is no operation");
        proofs += 1;
    }
    assert!(proofs > 30, "only {proofs} proofs were found: is their form still the same?");
}
