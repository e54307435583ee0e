//! Texts without what differs from run to run: times, ports and what is drawn at random.

use sha2::{Digest as _, Sha256};

/// Lines above this are told by their beginning and a digest.
const LINE_BYTES: usize = 1500;
const BEGINNING_BYTES: usize = 300;

/// The shapes of a time: `2025-09-01T07:26:50.484Z`, the same without its fraction, and a minute.
const TIMES: [&str; 3] = ["0000-00-00T00:00:00.000Z", "0000-00-00T00:00:00Z", "00000000T0000"];
/// How long the numbers and tokens are that differ: seconds and milliseconds since 1970; tokens, request ids and ids of
/// deliveries.
const NUMBER_DIGITS: [usize; 2] = [10, 13];
const TOKEN_DIGITS: [usize; 2] = [16, 32];
/// Behind this the id of an end that nobody reported has a digest of the job, whose id differs.
const EXPIRED: &str = "expired:";
const HOST: &str = "127.0.0.1:";

/// `text` with what differs, that `masks` name or that looks so, replaced.
pub(crate) fn without(text: &str, masks: &[(String, &'static str)]) -> String {
    let mut rest = masks.iter().fold(text.to_owned(), |text, (differing, mask)| text.replace(differing, mask));
    for shape in TIMES {
        rest = without_shape(&rest, shape);
    }
    let mut told = String::with_capacity(rest.len());
    for word in rest.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        told.push_str(if told.ends_with(HOST) {
            "PORT"
        } else if told.ends_with(EXPIRED) {
            "DIGEST"
        } else {
            mask(bare).unwrap_or(bare)
        });
        told.push_str(&word[bare.len()..]);
    }
    told
}

/// `line`, or its beginning and a digest if it is long.
pub(crate) fn short(line: &str) -> String {
    if line.len() <= LINE_BYTES {
        return line.to_owned();
    }
    let end = (0..=BEGINNING_BYTES).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    format!("{}... of {} bytes, SHA-256 {}", &line[..end], line.len(), digest(line.as_bytes()))
}

/// The digest of `bytes`, in hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    ::tests::source::hex(&Sha256::digest(bytes))
}

fn mask(word: &str) -> Option<&'static str> {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex = word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match word.len() {
        length if is_number && NUMBER_DIGITS.contains(&length) => Some("TIME"),
        length if is_hex && TOKEN_DIGITS.contains(&length) => Some("TOKEN"),
        _ => None,
    }
}

/// `text` with each part of this shape, in which 0 stands for a digit, told as a time.
fn without_shape(text: &str, shape: &str) -> String {
    let has_shape = |at: &usize| {
        let part = text.as_bytes().get(*at..at + shape.len());
        part.is_some_and(|part| {
            part.iter()
                .zip(shape.bytes())
                .all(|(byte, of)| if of == b'0' { byte.is_ascii_digit() } else { *byte == of })
        })
    };
    let (mut told, mut from) = (String::new(), 0);
    while let Some(at) = (from..text.len()).find(has_shape) {
        told += &text[from..at];
        told += "TIME";
        from = at + shape.len();
    }
    told + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let masks = [("01ARZ3NDEKTSV4".to_owned(), "JOB")];
        assert_eq!(without(text, &masks), expected);
    }

    #[test]
    fn what_differs_is_masked_and_all_else_stands() {
        check("at 2026-11-28T11:30:00.123Z or 2026-11-28T11:30:00Z", "at TIME or TIME");
        check("get3w/20261128T1130", "get3w/TIME");
        check(r#"{"received_at":1764329400123,"expires_at":1764329400}"#, r#"{"received_at":TIME,"expires_at":TIME}"#);
        check("http://127.0.0.1:40123/1.png", "http://127.0.0.1:PORT/1.png");
        check("claimed by 0123456789abcdef.", "claimed by TOKEN.");
        check("csm/job/01ARZ3NDEKTSV4", "csm/job/JOB");
        check("csm/expired:0123abcd", "csm/expired:DIGEST");
        let digest = digest(b"");
        check(&digest, &digest);
        check("ä 8192", "ä 8192");
    }
}
