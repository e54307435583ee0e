//! Bodies that a sender may have signed before the one that arrived was made of them.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::guess::Guess;
use super::messages::message;
use crate::delivery::Delivery;
use crate::source::SignatureScheme;

/// What is signed of the delivery if its body was another one when it was signed.
pub(super) fn guesses(delivery: &Delivery, signing: &SignatureScheme) -> Vec<Guess<Vec<u8>>> {
    let mut guesses = Vec::new();
    for Guess { mistake, value } in bodies(&delivery.body) {
        if value != delivery.body {
            let sent = Delivery { body: value, ..delivery.clone() };
            guesses.extend(message(&sent, signing).map(|value| Guess { mistake, value }));
        }
    }
    guesses
}

fn bodies(body: &[u8]) -> Vec<Guess<Vec<u8>>> {
    let mut bodies = Vec::new();
    if let Some(bare) = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")) {
        let mistake = "A newline was added at the end of the body after it was signed: send the bytes that were signed (curl: --data-binary).";
        bodies.push(Guess::mistake(mistake, bare.to_vec()));
    } else {
        let mistake = "A newline at the end of the body was signed and not sent: sign the bytes that are sent.";
        bodies.push(Guess::mistake(mistake, [body, b"\n"].concat()));
    }
    let Ok(text) = str::from_utf8(body) else { return bodies };
    let mistake = "The ends of lines were changed after the body was signed: send the bytes that were signed (curl: --data-binary).";
    bodies.push(Guess::mistake(mistake, text.replace("\r\n", "\n").into_bytes()));
    bodies.push(Guess::mistake(mistake, text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()));
    if let Some(bare) = text.strip_prefix('\u{feff}') {
        bodies.push(Guess::mistake("A byte order mark was put before the body after it was signed.", bare.into()));
    }
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return bodies;
    }
    let sorted = serde_json::from_str::<Value>(text).map(|value| value.to_string()).ok();
    for (text, order) in [(Some(text), ""), (sorted.as_deref(), ", its members in another order")] {
        for layout in [Layout::Compact, Layout::Spaced, Layout::Lines(2), Layout::Lines(4)] {
            for escapes in [Escapes::AsTheyAre, Escapes::Few, Escapes::Ascii, Escapes::AsciiAndSlashes] {
                let mistake = format!(
                    "The JSON was written anew after it was signed: what was signed is {}{}{order}. Sign and send the same bytes; what passes a body on must not parse it.",
                    layout.words(),
                    escapes.words(),
                );
                bodies.extend(text.map(|text| Guess::mistake(mistake, written(text, layout, escapes).into_bytes())));
            }
        }
    }
    bodies
}

/// How JSON is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// As JavaScript and Rust do.
    Compact,
    /// As Python does.
    Spaced,
    /// A line each, indented by so many spaces a level.
    Lines(usize),
}

/// What of a text is escaped.
#[derive(Clone, Copy)]
enum Escapes {
    AsTheyAre,
    Few,
    Ascii,
    AsciiAndSlashes,
}

impl Layout {
    const fn words(self) -> &'static str {
        match self {
            Layout::Compact => "JSON without white space",
            Layout::Spaced => "JSON with spaces behind commas and colons, as Python writes it",
            Layout::Lines(_) => "JSON in lines, indented",
        }
    }
}

impl Escapes {
    const fn words(self) -> &'static str {
        match self {
            Escapes::AsTheyAre => "",
            Escapes::Few => ", without needless escapes",
            Escapes::Ascii => ", all but ASCII escaped",
            Escapes::AsciiAndSlashes => ", all but ASCII and each slash escaped, as PHP writes it",
        }
    }

    /// The text of `literal`, which has its quotation marks, written so.
    fn applied(self, literal: &str) -> String {
        let text = match self {
            Escapes::AsTheyAre => None,
            Escapes::Few | Escapes::Ascii | Escapes::AsciiAndSlashes => serde_json::from_str::<String>(literal).ok(),
        };
        let Some(text) = text else { return literal.to_owned() };
        let plain = Value::String(text).to_string();
        match self {
            Escapes::AsTheyAre | Escapes::Few => plain,
            Escapes::Ascii => ascii(&plain),
            Escapes::AsciiAndSlashes => ascii(&plain).replace('/', "\\/"),
        }
    }
}

fn ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            ascii.push(letter);
        } else {
            letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| ascii.push_str(&format!("\\u{unit:04x}")));
        }
    }
    ascii
}

/// `json` with its members in their order and its numbers as they are, in another layout.
fn written(json: &str, layout: Layout, escapes: Escapes) -> String {
    let (mut out, mut depth, mut rest) = (String::with_capacity(json.len()), 0, json);
    let line = |out: &mut String, depth: usize| {
        if let Layout::Lines(spaces) = layout {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', spaces * depth));
        }
    };
    while let Some(first) = rest.chars().next() {
        let end = if first == '"' { literal_end(rest) } else { first.len_utf8() };
        let (token, behind) = rest.split_at(end);
        rest = behind;
        let closes_at_once = behind.trim_start().starts_with(['}', ']']);
        match first {
            '"' => out.push_str(&escapes.applied(token)),
            '{' | '[' => {
                out.push(first);
                depth += 1;
                if !closes_at_once {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = usize::saturating_sub(depth, 1);
                if !out.ends_with(['{', '[']) {
                    line(&mut out, depth);
                }
                out.push(first);
            }
            ',' => {
                out.push(first);
                line(&mut out, depth);
                out.extend((layout == Layout::Spaced).then_some(' '));
            }
            ':' => {
                out.push(first);
                out.extend((layout != Layout::Compact).then_some(' '));
            }
            _ if first.is_ascii_whitespace() => {}
            _ => out.push(first),
        }
    }
    out
}

/// Where the literal ends with which `text` begins.
fn literal_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(layout: Layout, escapes: Escapes, expected: &str) {
        let json = r#"{ "b":[1.0, {"a":"é\/\"{,"},{},[ ]],"a" : null}"#;
        assert_eq!(written(json, layout, escapes), expected);
    }

    #[test]
    fn json_is_laid_out_as_others_lay_it_out() {
        check(Layout::Compact, Escapes::AsTheyAre, r#"{"b":[1.0,{"a":"é\/\"{,"},{},[]],"a":null}"#);
        check(Layout::Spaced, Escapes::Ascii, r#"{"b": [1.0, {"a": "\u00e9/\"{,"}, {}, []], "a": null}"#);
        check(Layout::Compact, Escapes::Few, r#"{"b":[1.0,{"a":"é/\"{,"},{},[]],"a":null}"#);
        check(Layout::Compact, Escapes::AsciiAndSlashes, r#"{"b":[1.0,{"a":"\u00e9\/\"{,"},{},[]],"a":null}"#);
        let lines = "{\n  \"b\": [\n    1.0,\n    {\n      \"a\": \"é\\/\\\"{,\"\n    },\n    {},\n    []\n  ],\n  \"a\": null\n}";
        check(Layout::Lines(2), Escapes::AsTheyAre, lines);
    }
}
