use proptest::prelude::*;
use proptest::sample::select;

use crate::any;
use promises::header::hold;

proptest! {
    #[test]
    fn no_form_of_a_header_makes_a_delivery_genuine(header in header(), body in any::bytes()) {
        hold(&[header.as_bytes(), b"\n", &body].concat());
    }
}

fn header() -> impl Strategy<Value = String> {
    let parts = select(vec![
        "t=1700000000",
        "1700000000",
        "v1={signature}",
        "{signature}",
        ",",
        " ",
        "=",
        "t=",
        "v1=",
        "{",
        "}",
        ":",
        "\"timestamp\":1700000000",
        "\"timestamp\":\"1700000000\"",
        "\"signature\":\"{signature}\"",
        "[",
        "]",
        "1699999999",
    ]);
    prop_oneof![4 => proptest::collection::vec(parts, 0..8).prop_map(|parts| parts.concat()), 1 => any::text()]
}
