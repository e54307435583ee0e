use expect_test::{Expect, expect};
use serde::Serialize;

use super::{Output, Row, json};
use crate::options::Format;

#[derive(Serialize)]
struct Queue {
    name: &'static str,
    depth: Option<u64>,
    filters: Vec<&'static str>,
}

impl Row for Queue {
    const COLUMNS: &'static [&'static str] = &["name", "depth"];
}

const QUEUES: [Queue; 2] = [
    Queue { name: "consumer", depth: Some(12), filters: vec![] },
    Queue { name: "billing-of-all-teams", depth: None, filters: vec![] },
];

fn output(fields: &[&str]) -> Output {
    Output::new(Format::Table, fields.iter().map(|&field| field.to_owned()).collect())
}

#[test]
fn a_table_shows_the_usual_fields_or_those_that_are_asked_for() {
    let check = |fields: &[&str], expected: Expect| {
        let text = output(fields).table(&QUEUES).unwrap_or_else(|error| error.to_string());
        expected.assert_eq(&text);
    };
    check(
        &[],
        expect![[r#"
        NAME                  DEPTH
        consumer              12
        billing-of-all-teams  -
    "#]],
    );
    check(
        &["filters", "name"],
        expect![[r#"
        FILTERS  NAME
                 consumer
                 billing-of-all-teams
    "#]],
    );
    check(&["size"], expect!["--fields: there is no size; there are depth, filters, name"]);
}

#[test]
fn json_has_all_fields_or_those_that_are_asked_for_in_their_order() {
    let check = |fields: &[&str], expected: Expect| {
        expected.assert_eq(&json(&output(fields).chosen(&QUEUES[0]).unwrap(), false));
    };
    check(&[], expect![[r#"{"name":"consumer","depth":12,"filters":[]}"#]]);
    check(&["filters", "name"], expect![[r#"{"filters":[],"name":"consumer"}"#]]);
}
