use proptest::prelude::*;
use proptest::sample::select;

use crate::any;
use promises::token::hold;

proptest! {
    #[test]
    fn only_a_token_that_says_what_it_must_is_believed(
        header in header(),
        claims in claims(),
        signature in prop_oneof![4 => Just("{signature}".to_owned()), 1 => select(SIGNATURES).prop_map(str::to_owned), 1 => any::text()],
        body in any::bytes(),
    ) {
        hold(&[format!("{header}\n{claims}\n{signature}\n").as_bytes(), &body].concat());
    }
}

const SIGNATURES: &[&str] =
    &["", "{signature}=", "{signature}.{signature}", "x{signature}", "{signature}, x.y.z", "AAAA"];

fn header() -> impl Strategy<Value = String> {
    let known = [
        r#"{"alg":"HS256"}"#,
        r#"{"typ":"JWT","alg":"HS256","kid":"1"}"#,
        r#"{"alg":"none"}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"alg":"HS512"}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"HS256","crit":null}"#,
        "{}",
        "",
    ];
    prop_oneof![3 => Just(known[0].to_owned()), 3 => select(known.to_vec()).prop_map(str::to_owned), 1 => any::text()]
}

fn claims() -> impl Strategy<Value = String> {
    let claim = select(vec![
        r#""iss":"sender""#,
        r#""iss":"sender""#,
        r#""iss":"another""#,
        r#""sha256":"{sha256}""#,
        r#""sha256":"{sha256}""#,
        r#""sha256":"00""#,
        r#""sha256":7"#,
        r#""aud":"somebody""#,
        r#""exp":1699999940"#,
        r#""exp":1699999941"#,
        r#""exp":-9e99"#,
        r#""exp":"tomorrow""#,
        r#""nbf":1700000060"#,
        r#""nbf":1700000061"#,
        r#""nbf":9e99"#,
        r#""iat":null"#,
    ]);
    let right = r#"{"iss":"sender","sha256":"{sha256}","exp":1700000300}"#;
    prop_oneof![
        2 => Just(right.to_owned()),
        4 => proptest::collection::vec(claim, 0..5).prop_map(|claims| format!("{{{}}}", claims.join(","))),
        1 => any::text(),
    ]
}
