//! Text that SQS and SNS take.

/// Escapes the two characters that JSON allows and the queues refuse, U+FFFE and U+FFFF, in a JSON text.
///
/// The control characters that they refuse as well are always escaped in JSON; these two need not be, and they can
/// only stand inside strings, where an escape means the same.
#[must_use]
pub fn escape_for_queues(json: String) -> String {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
    } else {
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SQS documents as allowed: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    fn is_allowed(character: char) -> bool {
        matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
    }

    #[test]
    fn every_character_gets_through() {
        let text: String = (0..=0x1_0fff).filter_map(char::from_u32).collect();
        let json = escape_for_queues(serde_json::to_string(&text).unwrap());
        assert!(json.chars().all(is_allowed));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
