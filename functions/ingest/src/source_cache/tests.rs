use super::*;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn name(text: &str) -> SourceName {
    SourceName::parse(text).unwrap()
}

fn known() -> Result<Lookup, String> {
    let json = r#"{"provider":"glossi","secrets":["0123456789abcdef01234567"]}"#;
    Ok(Lookup::Known(Box::new(Source::parse(name("test"), json).unwrap())))
}

fn broken() -> Result<Lookup, String> {
    Ok(Lookup::Broken(Source::parse(name("test"), "{").unwrap_err()))
}

fn down() -> Result<Lookup, String> {
    Err("secretsmanager:GetSecretValue: timed out".to_owned())
}

fn check(memory: &mut Memory, after_seconds: u64, expected: &str) {
    let rendered = match memory.recall(&name("test"), START + Duration::from_secs(after_seconds)) {
        Recalled::Read => "read",
        Recalled::Found(FoundSource::Known { is_stale: false, .. }) => "known",
        Recalled::Found(FoundSource::Known { is_stale: true, .. }) => "stale",
        Recalled::Found(FoundSource::Unknown) => "unknown",
        Recalled::Found(FoundSource::Unavailable(_)) => "unavailable",
    };
    assert_eq!(rendered, expected, "after {after_seconds} s");
}

#[test]
fn a_known_source_is_read_again_after_five_minutes() {
    let mut memory = Memory::default();
    check(&mut memory, 0, "read");
    memory.learn(&name("test"), known(), START);
    check(&mut memory, 299, "known");
    check(&mut memory, 300, "read");
}

#[test]
fn a_source_that_cannot_be_read_again_stays_as_it_was() {
    for failure in [down, broken] {
        let mut memory = Memory::default();
        memory.learn(&name("test"), known(), START);
        let found = memory.learn(&name("test"), failure(), START + Duration::from_secs(300));
        assert!(matches!(found, FoundSource::Known { is_stale: true, .. }));
        check(&mut memory, 304, "stale");
        check(&mut memory, 305, "read");
    }
}

#[test]
fn a_source_that_never_could_be_read_is_unavailable_and_tried_every_five_seconds() {
    for failure in [down, broken] {
        let mut memory = Memory::default();
        memory.learn(&name("test"), failure(), START);
        check(&mut memory, 4, "unavailable");
        check(&mut memory, 5, "read");
    }
}

#[test]
fn an_unknown_name_is_not_looked_up_again_for_a_minute_and_a_deleted_source_is_gone() {
    let mut memory = Memory::default();
    memory.learn(&name("test"), known(), START);
    memory.learn(&name("test"), Ok(Lookup::Unknown), START);
    check(&mut memory, 59, "unknown");
    check(&mut memory, 60, "read");
    memory.learn(&name("test"), known(), START + Duration::from_secs(60));
    check(&mut memory, 61, "known");
}

#[test]
fn refused_deliveries_cause_a_read_every_five_seconds_at_most() {
    let mut memory = Memory::default();
    memory.learn(&name("test"), known(), START);
    assert!(!memory.may_read_again(&name("test"), START + Duration::from_millis(4999)));
    assert!(memory.may_read_again(&name("test"), START + Duration::from_secs(5)));
}

#[test]
fn strangers_guesses_are_rationed_and_bounded() {
    let mut memory = Memory::default();
    let mut reads = 0;
    for guess in 0..10_000_u64 {
        let now = START + Duration::from_millis(guess * 10);
        let guessed = name(&format!("guess-{guess}"));
        if matches!(memory.recall(&guessed, now), Recalled::Read) {
            reads += 1;
            memory.learn(&guessed, if guess % 2 == 0 { down() } else { Ok(Lookup::Unknown) }, now);
        }
    }
    assert_eq!(reads, 500, "five a second for a hundred seconds");
    assert!(memory.unknown_since.len() <= UNKNOWN_MAX);
    assert!(memory.entries.len() <= 26, "{}", memory.entries.len());
}
