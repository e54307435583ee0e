use super::*;
use vectors::Expected;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors"))
}

#[test]
fn every_conformance_vector_comes_out_as_it_says() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            for vector in Vector::read(&path).unwrap() {
                let differences = vector.differences(&vector.verdict().unwrap());
                wrong.extend(differences.iter().map(|difference| format!("{}: {difference}", vector.name)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whatever_is_expected_and_does_not_hold_is_told() {
    let mut genuine = Vector::read(&folder().join("stripe.json")).unwrap();
    genuine.retain(|vector| vector.name == "genuine");
    let [mut vector] = genuine.try_into().unwrap();
    vector.request.headers.retain(|(name, _)| name != "Stripe-Signature");
    let verdict = vector.verdict().unwrap();
    assert_eq!((verdict.word(), verdict.response.status_code), ("signature_missing".to_owned(), 401));
    let told = vector.differences(&verdict);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("proof: signature_missing, and not secret 0, verified_by signature"), "{told:?}");
    vector.expected = Expected::default();
    vector.published_event = None;
    assert_eq!(vector.differences(&verdict), Vec::<String>::new());
}

#[test]
fn a_file_of_another_form_is_refused() {
    let check = |text: &str, expected: &str| assert_eq!(Vector::parse(text).unwrap_err(), expected);
    check(r#"{"groups": [], "number_of_cases": 1}"#, "it has 0 cases, and `number_of_cases` says 1");
    check(
        r#"{"cases": []}"#,
        "unknown field `cases`, expected one of `sender`, `number_of_cases`, `groups`, `published_event` at line 1 column 8",
    );
}
