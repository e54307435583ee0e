//! JSON laid out for people, with every digit and the order of the fields as they were.

/// `json`, which must be valid, with a line for each field and item.
pub(crate) fn laid_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let (mut in_string, mut escaped) = (false, false);
    let mut characters = json.chars().filter(|character| *character != '\r').peekable();
    while let Some(character) = characters.next() {
        if in_string {
            out.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '{' | '[' => {
                out.push(character);
                while characters.next_if(|next| next.is_ascii_whitespace()).is_some() {}
                if let Some(end) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                new_line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(character);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            '"' => {
                out.push(character);
                in_string = true;
            }
            other if other.is_ascii_whitespace() => {}
            other => out.push(other),
        }
    }
    out.push('\n');
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[test]
fn digits_and_strings_stay_as_they_are() {
    let json = r#"{"a": 1.10,"b":[ ],"c":{"d":"x,\"{y\\","e":[1,{}]},"big":123456789012345678901234567890}"#;
    expect_test::expect![[r#"
        {
          "a": 1.10,
          "b": [],
          "c": {
            "d": "x,\"{y\\",
            "e": [
              1,
              {}
            ]
          },
          "big": 123456789012345678901234567890
        }
    "#]]
    .assert_eq(&laid_out(json));
}
