//! A body as text, with the numbers of its lines. It is laid out where it is JSON: only the space between its parts changes,
//! and every digit and letter stays as it came.

use maud::{Markup, html};
use serde_json::value::RawValue;

/// So much of a body is shown at first.
const SHOWN_BYTES: usize = 256 * 1024;
/// JSON whose lines are no longer than this was laid out by its sender.
const LINE_BYTES_MAX: usize = 200;
/// A deeper part stands no further to the right.
const INDENTS_MAX: usize = 40;

/// The body, or its beginning. `more` is the URL that shows all of it.
pub(crate) fn body_text(body: &[u8], is_whole: bool, more: &str) -> Markup {
    let Ok(text) = std::str::from_utf8(body) else {
        return html! {
            p.note { "This is no text (UTF-8). Its bytes, as hexadecimal digits:" }
            (lines(&hex(&body[..body.len().min(4096)])))
            @if body.len() > 4096 { p.note { "The first 4,096 bytes are shown. landfall events body writes all of them." } }
        };
    };
    let laid_out = laid_out(text);
    let shown = laid_out.as_deref().unwrap_or(text);
    let end = if is_whole { shown.len() } else { shown.floor_char_boundary(SHOWN_BYTES) };
    html! {
        (lines(&shown[..end]))
        @if end < shown.len() {
            p.note { "The first 256 KiB. " a href=(more) { "Show all " (crate::console::words::size(body.len() as u64)) } }
        }
    }
}

/// A text with the numbers of its lines.
pub(crate) fn lines(text: &str) -> Markup {
    html! {
        div.code tabindex="0" role="group" aria-label="Text" {
            @let count = text.lines().count().max(1);
            pre.numbers aria-hidden="true" { @for number in 1..=count { (number) "\n" } }
            pre.text { code { (text) } }
        }
    }
}

/// JSON with one member or element a line; nothing if it is no JSON, or has lines already.
fn laid_out(text: &str) -> Option<String> {
    let has_lines = text.trim_end().contains('\n') && text.lines().all(|line| line.len() <= LINE_BYTES_MAX);
    if has_lines || serde_json::from_str::<&RawValue>(text).is_err() {
        return None;
    }
    let mut laid_out = String::with_capacity(text.len() * 2);
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            laid_out.push(character);
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        match character {
            ' ' | '\t' | '\r' | '\n' => {}
            '{' | '[' => {
                while characters.next_if(|next| " \t\r\n".contains(*next)).is_some() {}
                laid_out.push(character);
                match characters.next_if(|next| "}]".contains(*next)) {
                    Some(end) => laid_out.push(end),
                    None => {
                        depth += 1;
                        new_line(&mut laid_out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut laid_out, depth);
                laid_out.push(character);
            }
            ',' => {
                laid_out.push(character);
                new_line(&mut laid_out, depth);
            }
            ':' => laid_out.push_str(": "),
            character => {
                in_string = character == '"';
                laid_out.push(character);
            }
        }
    }
    Some(laid_out)
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth.min(INDENTS_MAX)));
}

fn hex(bytes: &[u8]) -> String {
    let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    bytes.chunks(16).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{body_text, hex, laid_out};

    #[test]
    fn json_is_laid_out_with_every_digit_as_it_came() {
        let check =
            |text: &str, expected: Expect| expected.assert_eq(&laid_out(text).unwrap_or_else(|| "as it is".to_owned()));
        check(
            r#"{"id":12345678901234567890,"n":1.50E+2 ,"a":[ ],"b":{},"t":"a\",{[\\","l":[1,[2]]}"#,
            expect![[r#"
                {
                  "id": 12345678901234567890,
                  "n": 1.50E+2,
                  "a": [],
                  "b": {},
                  "t": "a\",{[\\",
                  "l": [
                    1,
                    [
                      2
                    ]
                  ]
                }"#]],
        );
        check("{\n \"a\":1}", expect!["as it is"]);
        check("status=done", expect!["as it is"]);
        check(r#"{"a":1"#, expect!["as it is"]);
        check(r#""</script>""#, expect![[r#""</script>""#]]);
    }

    #[test]
    fn what_a_sender_wrote_is_text() {
        let page = body_text(br#"{"a":"</script><img src=x onerror=alert(1)>"}"#, false, "/all").into_string();
        assert!(page.contains("&lt;/script&gt;&lt;img src=x") && !page.contains("<img"), "{page}");
    }

    #[test]
    fn what_is_no_text_is_shown_by_its_bytes() {
        assert_eq!(hex(&[0xff, 0x00, 0x10]), "ff 00 10");
        assert!(body_text(&[0xff; 5000], false, "").into_string().contains("The first 4,096 bytes"));
    }

    #[test]
    fn a_large_body_is_shown_from_its_beginning() {
        let body = "ä".repeat(300 * 1024);
        let page = body_text(body.as_bytes(), false, "/all?a=1&b=2").into_string();
        assert!(page.contains("href=\"/all?a=1&amp;b=2\"") && page.contains("614 KB"), "{}", &page[page.len() - 200..]);
        assert!(!body_text(body.as_bytes(), true, "/all").into_string().contains("/all"));
    }
}
