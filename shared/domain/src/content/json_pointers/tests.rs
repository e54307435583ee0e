use super::*;

/// Checks what stands at each of `pointers`, which spaces separate.
fn check(pointers: &str, body: &[u8], expected: &str) {
    let mut read = Pointers::default();
    for pointer in pointers.split(' ') {
        read.add(&Pointer::parse(pointer).unwrap()).unwrap();
    }
    let told = match read.read(body) {
        None => "unreadable".to_owned(),
        Some(found) => {
            let words = found.iter().map(|found| match found {
                FieldValue::Text(text) => text.as_ref(),
                FieldValue::Object => "{}",
                FieldValue::Other => "-",
            });
            words.collect::<Vec<_>>().join(" ")
        }
    };
    // A very long body would drown the message.
    assert_eq!(told, expected, "{:.200}", body.escape_ascii().to_string());
}

#[test]
fn strings_integers_and_booleans_are_texts_and_nothing_else_is() {
    let check_text = |json: &str, expected: &str| check("/id", format!(r#"{{"id":{json}}}"#).as_bytes(), expected);
    check_text(r#""pred_abc""#, "pred_abc");
    check_text(r#""a\"b""#, "a\"b");
    check_text("42", "42");
    check_text("-7", "-7");
    check_text("18446744073709551615", "18446744073709551615");
    check_text("true", "true");
    check_text("false", "false");
    check_text(r#"{"a":{"b":1}}"#, "{}");
    for other in ["\"\"", "null", "1.5", "1e3", "-0", "18446744073709551616", "[1,[2]]"] {
        check_text(other, "-");
    }
    check("/id", b"{}", "-");
}

#[test]
fn pointers_lead_through_objects_and_into_lists() {
    let body = br#"{"a":{"b":"1","c":{"b":"2"}},"b":[{"b":"3"},["4"]],"a/b":"5","":"6","1":"7"}"#;
    check("/a/b /a/c/b /b/0/b /b/1/0", body, "1 2 3 4");
    check("/a~1b / /1", body, "5 6 7");
    check(" /a /a/c /a/b", body, "{} {} {} 1");
    check("/b /b/00 /b/2 /b/-1 /b/b /a/b/0 /c/d", body, "- - - - - - -");
    check("/0", br#"["a"]"#, "a");
    check("", b"7", "7");
    check(r"/id", br#"{"\u0069d":"escaped"}"#, "escaped");
}

#[test]
fn only_an_object_has_members() {
    for other in [r#"["a"]"#, "[]", r#""a""#, "1", "-1", "1.5", "true", "null"] {
        check("/inner/id", format!(r#"{{"inner":{other}}}"#).as_bytes(), "-");
        check("/id", other.as_bytes(), "-");
    }
}

#[test]
fn bodies_that_can_be_read_in_two_ways_are_not_read() {
    check("/id", br#"{"id":"a","id":"b"}"#, "unreadable");
    check("/id", br#"{"id":"a","\u0069d":"b"}"#, "unreadable");
    check("/a/id", br#"{"a":{"id":"a"},"a":1}"#, "unreadable");
    check("/a/id", br#"{"a":{"id":"a","id":"a"}}"#, "unreadable");
    check("/a/0/id", br#"{"a":[{"id":"a","id":"a"}]}"#, "unreadable");
    check("/id", br#"{"id":"a","b":1,"b":2,"c":{"id":1,"id":2}}"#, "a");
    check("/id", br#"{"id":{"b":1,"b":2}}"#, "{}");
}

#[test]
fn what_is_no_json_has_nothing() {
    for body in [&b""[..], b"{", b"{}}", b"{}{}", b"{\"x\":\"\xfc\"}", b"\xef\xbb\xbf\xef\xbb\xbf{}"] {
        check("/id", body, "unreadable");
    }
}

#[test]
fn what_strict_json_refuses_is_read_as_far_as_it_goes() {
    check("/id /b", b"\xef\xbb\xbf{\"id\":\"a\"}", "a -");
    check("/id /b", br#"{"id":1e999,"b":"c"}"#, "- c");
    check("/id /b", br#"{"\ud83d":1,"id":"a\ud83d","b":"\ude00c"}"#, "a\u{fffd} \u{fffd}c");
    check("/id", br#"{"id":"a\ud83d","id":"b"}"#, "unreadable");
}

#[test]
fn what_stands_elsewhere_is_of_no_account() {
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for other in [&nested, "1e999", r#""\ud800""#, "-0.0", &"9".repeat(10_000), r#"{"id":"x","id":"y"}"#] {
        check("/id", format!(r#"{{"other":{other},"id":"a"}}"#).as_bytes(), "a");
    }
    check("/id", format!(r#"{{"id":{nested}}}"#).as_bytes(), "-");
}

#[test]
fn there_are_as_many_as_bits() {
    let mut pointers = Pointers::default();
    let numbered = |number: usize| Pointer::parse(&format!("/{number}")).unwrap();
    for number in 0..Pointers::MAX {
        assert_eq!(pointers.add(&numbered(number)), Some(number));
    }
    assert_eq!(pointers.add(&numbered(7)), Some(7));
    assert_eq!(pointers.add(&numbered(Pointers::MAX)), None);
    let found = pointers.read(br#"{"0":"first","63":"last"}"#).unwrap();
    assert_eq!((found[0].text(), found[63].text()), (Some("first"), Some("last")));
}
