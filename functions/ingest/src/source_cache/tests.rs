use super::*;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn name(text: &str) -> SourceName {
    SourceName::parse(text).unwrap()
}

fn readable() -> Result<Option<Arc<Source>>, SourceUnavailable> {
    let json = r#"{"provider":"glossi","secrets":["0123456789abcdef01234567"]}"#;
    Ok(Some(Arc::new(Source::parse(name("test"), json).unwrap())))
}

fn broken() -> Result<Option<Arc<Source>>, SourceUnavailable> {
    Err(SourceUnavailable::Secret(Arc::new(Source::parse(name("test"), "{").unwrap_err())))
}

fn down() -> Result<Option<Arc<Source>>, SourceUnavailable> {
    let error = ServiceError::retryable("secretsmanager:GetSecretValue", "timed out");
    Err(SourceUnavailable::Service(Arc::new(error)))
}

fn check(known: &mut KnownSources, after_seconds: u64, expected: &str) {
    let rendered = match known.recall(&name("test"), START + Duration::from_secs(after_seconds)) {
        None => "read",
        Some(Found::Value { is_stale: false, .. }) => "known",
        Some(Found::Value { is_stale: true, .. }) => "stale",
        Some(Found::Absent) => "unknown",
        Some(Found::Error(_)) => "unavailable",
    };
    assert_eq!(rendered, expected, "after {after_seconds} s");
}

#[test]
fn a_known_source_is_read_again_after_five_minutes() {
    let mut known = KnownSources::default();
    check(&mut known, 0, "read");
    known.learn(&name("test"), readable(), START);
    check(&mut known, 299, "known");
    check(&mut known, 300, "read");
}

#[test]
fn a_source_that_cannot_be_read_again_stays_as_it_was() {
    for failure in [down, broken] {
        let mut known = KnownSources::default();
        known.learn(&name("test"), readable(), START);
        let found = known.learn(&name("test"), failure(), START + Duration::from_secs(300));
        assert!(matches!(found, Found::Value { is_stale: true, .. }));
        check(&mut known, 304, "stale");
        check(&mut known, 305, "read");
    }
}

#[test]
fn a_source_that_never_could_be_read_is_unavailable_and_tried_every_five_seconds() {
    for failure in [down, broken] {
        let mut known = KnownSources::default();
        known.learn(&name("test"), failure(), START);
        check(&mut known, 4, "unavailable");
        check(&mut known, 5, "read");
    }
}

#[test]
fn an_unknown_name_is_not_looked_up_again_for_a_minute_and_a_deleted_source_is_gone() {
    let mut known = KnownSources::default();
    known.learn(&name("test"), readable(), START);
    known.learn(&name("test"), Ok(None), START);
    check(&mut known, 59, "unknown");
    check(&mut known, 60, "read");
    known.learn(&name("test"), readable(), START + Duration::from_secs(60));
    check(&mut known, 61, "known");
}

#[test]
fn refused_deliveries_cause_a_read_every_five_seconds_at_most() {
    let mut known = KnownSources::default();
    known.learn(&name("test"), readable(), START);
    assert!(!known.sources.may_read_again(&name("test"), &POLICY, START + Duration::from_millis(4999)));
    assert!(known.sources.may_read_again(&name("test"), &POLICY, START + Duration::from_secs(5)));
}

#[test]
fn strangers_guesses_are_rationed() {
    let mut known = KnownSources::default();
    let mut reads = 0;
    for guess in 0..10_000_u64 {
        let now = START + Duration::from_millis(guess * 10);
        let guessed = name(&format!("guess-{guess}"));
        if known.recall(&guessed, now).is_none() {
            reads += 1;
            known.learn(&guessed, if guess % 2 == 0 { down() } else { Ok(None) }, now);
        }
    }
    assert_eq!(reads, 500, "five a second for a hundred seconds");
}
