//! New ids for a recorded delivery: sent as it was recorded, it would be a duplicate of the last one.

use domain::delivery::headers::Headers;
use domain::provider::compiled_provider::CompiledProvider;
use domain::time::Timestamp;

/// What the ids of test deliveries begin with, so that people and consumers know them.
pub const TEST_PREFIX: &str = "landfall-test-";

/// A shorter text, or one without a digit, is a word: `completed`, `v1` ...
const ID_MIN_BYTES: usize = 5;
/// ... unless it is so long, and of letters alone.
const LETTERS_MIN_BYTES: usize = 20;

/// Gives what identifies the event new ids, wherever they stand in headers and body: made of `digits`, which are random
/// and hexadecimal. Ids that are all digits, or UUIDs, stay so; the others become such with [`TEST_PREFIX`].
pub fn renew(sender: &CompiledProvider, headers: &mut [(String, String)], body: &mut Vec<u8>, digits: &str) {
    let kept = sender.kept(&headers.iter().cloned().collect::<Headers>());
    let event_types =
        |body: &[u8]| sender.heads(&kept, body).into_iter().map(|head| head.event_type).collect::<Vec<_>>();
    let recorded_types = event_types(body);
    for (number, head) in sender.heads(&kept, body).into_iter().enumerate() {
        // The ids of two events in one delivery must not become one.
        let digits = if number == 0 { digits.to_owned() } else { format!("{number:04x}{digits}") };
        for old in head.subject.into_iter().chain(head.key).chain(head.key_with_token) {
            if is_id(&old) {
                let new = renewed(&old, &digits);
                let replaced = replace(body, &old, &new);
                // An id that also is a word elsewhere stays.
                if event_types(&replaced) == recorded_types {
                    *body = replaced;
                }
                headers.iter_mut().for_each(|(_, value)| *value = value.replace(&old, &new));
            }
        }
    }
}

fn is_id(text: &str) -> bool {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let is_letters = text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let min_bytes = if has_digit { ID_MIN_BYTES } else { LETTERS_MIN_BYTES };
    text.len() >= min_bytes && (has_digit || is_letters) && Timestamp::parse_rfc3339(text).is_none()
}

fn renewed(old: &str, digits: &str) -> String {
    let mut digits_left = digits.chars().cycle();
    let decimal =
        |digit: char| char::from(b'1' + u8::try_from(digit.to_digit(16).unwrap_or_default() % 9).unwrap_or_default());
    if old.bytes().all(|byte| byte.is_ascii_digit()) {
        return old.chars().map(|_| decimal(digits_left.next().unwrap_or('0'))).collect();
    }
    if is_uuid(old) {
        return old.chars().map(|old| if old == '-' { old } else { digits_left.next().unwrap_or('0') }).collect();
    }
    format!("{TEST_PREFIX}{digits}")
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn replace(body: &[u8], old: &str, new: &str) -> Vec<u8> {
    match str::from_utf8(body) {
        Ok(text) => text.replace(old, new).into_bytes(),
        Err(_) => body.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "0123456789abcdef";

    fn check(old: &str, new: Option<&str>) {
        assert_eq!(is_id(old).then(|| renewed(old, DIGITS)).as_deref(), new, "{old}");
    }

    #[test]
    fn ids_keep_their_form_where_it_is_one_that_others_check() {
        check("SESSION_1756711515_3265503", Some("landfall-test-0123456789abcdef"));
        check("1756711515", Some("1234567891"));
        check("234d1a4e-b617-4388-90fe-adc3633d6b72", Some("01234567-89ab-cdef-0123-456789abcdef"));
        check("ufawqhfynnddngldkgtslldrkq", Some("landfall-test-0123456789abcdef"));
        check("completed", None);
        check("session_status_changed", None);
        check("v2", None);
        check("2025-09-01T07:26:51.484Z", None);
    }
}
