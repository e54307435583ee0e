use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn told(text: &str) -> String {
    match ExpectationMessage::decode(text, NOW) {
        Ok(ExpectationMessage::Expect(expectation)) => expectation.to_string(),
        Ok(ExpectationMessage::Poll(request)) => request.to_string(),
        Err(error) => error.to_string(),
    }
}

/// Checks what a message says once it is written again.
fn check(text: &str, expected: &str) {
    assert_eq!(told(text), expected, "{text}");
}

#[test]
fn an_expectation_names_a_source_and_a_job() {
    check(
        r#"{"v":1,"source":"csm-prod","job_id":"SESSION_1","more":true}"#,
        r#"{"v":1,"source":"csm-prod","job_id":"SESSION_1","thing":"job"}"#,
    );
    check(
        r#"{"v":1,"source":"a","job_id":"1","thing":"workflow","submitted_at":"2023-11-14T22:13:19Z","within_seconds":60,"give_up_seconds":120,"hint":{"family":"images","body":{"workflow_id":"7"}}}"#,
        r#"{"v":1,"source":"a","job_id":"1","thing":"workflow","submitted_at":"2023-11-14T22:13:19.000Z","within_seconds":60,"give_up_seconds":120,"hint":{"family":"images","body":{"workflow_id":"7"}}}"#,
    );
}

#[test]
fn a_poll_names_a_record_and_its_release() {
    check(r#"{"v":1,"poll":"@job/a/job/1","sweeps":2}"#, r#"{"v":1,"poll":"@job/a/job/1","sweeps":2}"#);
    check(
        r#"{"v":1,"poll":"@job/a/job/1","sweeps":2,"probe":true}"#,
        r#"{"v":1,"poll":"@job/a/job/1","sweeps":2,"probe":true}"#,
    );
    check(r#"{"v":1,"poll":"@job/a/job/1"}"#, "`sweeps` does not hold what it must");
}

#[test]
fn a_clock_may_be_ahead_but_a_job_not_too_old() {
    let at = |submitted_at: &str| format!(r#"{{"v":1,"source":"a","job_id":"1","submitted_at":"{submitted_at}"}}"#);
    check(
        &at("2024-01-01T00:00:00Z"),
        r#"{"v":1,"source":"a","job_id":"1","thing":"job","submitted_at":"2023-11-14T22:13:20.000Z"}"#,
    );
    check(
        &at("2023-10-15T22:13:20Z"),
        r#"{"v":1,"source":"a","job_id":"1","thing":"job","submitted_at":"2023-10-15T22:13:20.000Z"}"#,
    );
    check(&at("2023-10-15T22:13:19Z"), "`submitted_at` is more than 30 days ago");
    check(&at("yesterday"), "`submitted_at` does not hold what it must");
}

#[test]
fn what_cannot_be_followed_says_why_and_quotes_nothing() {
    check("{", "not an expectation of the documented form (line 1, column 1)");
    check(r#"{"v":2,"source":"a","job_id":"1"}"#, "version 2 of the expectation form is not known here");
    check(r#"{"v":1,"job_id":"1"}"#, "`source` does not hold what it must");
    check(r#"{"v":1,"source":"A","job_id":"1"}"#, "`source` does not hold what it must");
    check(r#"{"v":1,"source":"a","job_id":""}"#, "`job_id` does not hold what it must");
    check(r#"{"v":1,"source":"a","job_id":"1","thing":"event"}"#, "`thing` does not hold what it must");
    check(r#"{"v":1,"source":"a","job_id":"1","hint":{"family":"../x"}}"#, "`hint.family` does not hold what it must");
    let long = format!(r#"{{"v":1,"source":"a","job_id":"1","hint":{{"body":{{"a":"{}"}}}}}}"#, "x".repeat(1024));
    check(&long, "`hint` has more than 1024 bytes");
}
