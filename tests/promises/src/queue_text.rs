//! What SQS and SNS take.

/// No character that SQS refuses stands in `text`. The list is that of
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.
#[track_caller]
pub fn holds(text: &str) {
    let is_allowed = |character| {
        matches!(character,
            '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
    };
    assert!(text.chars().all(is_allowed), "SQS refuses {text:?}");
}
