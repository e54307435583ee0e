use domain::ledger::source_directory::SourceDirectory;

use super::*;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn name(text: &str) -> SourceName {
    SourceName::parse(text).unwrap()
}

fn nothing_known() -> KnownSources {
    KnownSources::new(TimeScale::REAL)
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
    let rendered = match known.next(&name("test"), START + Duration::from_secs(after_seconds)) {
        Next::Read | Next::ReadBesideDirectory => "read",
        Next::ReadDirectory => "read the directory",
        Next::Answer(Found::Value { is_stale: false, .. }) => "known",
        Next::Answer(Found::Value { is_stale: true, .. }) => "stale",
        Next::Answer(Found::Absent) => "unknown",
        Next::Answer(Found::Error(_)) => "unavailable",
    };
    assert_eq!(rendered, expected, "after {after_seconds} s");
}

#[test]
fn a_known_source_is_read_again_after_five_minutes() {
    let mut known = nothing_known();
    check(&mut known, 0, "read");
    known.learn(&name("test"), readable(), START);
    check(&mut known, 299, "known");
    check(&mut known, 300, "read");
}

#[test]
fn a_source_whose_secret_cannot_be_reached_stays_as_it_was() {
    let mut known = nothing_known();
    known.learn(&name("test"), readable(), START);
    let found = known.learn(&name("test"), down(), START + Duration::from_secs(300));
    assert!(matches!(found, Found::Value { is_stale: true, .. }));
    check(&mut known, 304, "stale");
    check(&mut known, 305, "read");
    known.learn(&name("test"), down(), START + Duration::from_secs(86_400));
    check(&mut known, 86_404, "stale");
}

#[test]
fn a_secret_that_cannot_be_used_ends_what_was_known_after_five_minutes() {
    let mut known = nothing_known();
    known.learn(&name("test"), readable(), START);
    known.learn(&name("test"), broken(), START + Duration::from_secs(296));
    check(&mut known, 299, "stale");
    check(&mut known, 300, "read");
    known.learn(&name("test"), broken(), START + Duration::from_secs(300));
    check(&mut known, 304, "unavailable");

    // Nor does it come back because Secrets Manager cannot be reached afterwards, or could not be before.
    known.learn(&name("test"), down(), START + Duration::from_secs(305));
    check(&mut known, 306, "unavailable");
    let mut known = nothing_known();
    known.learn(&name("test"), readable(), START);
    known.learn(&name("test"), down(), START + Duration::from_secs(400));
    check(&mut known, 404, "stale");
    known.learn(&name("test"), broken(), START + Duration::from_secs(405));
    check(&mut known, 406, "unavailable");
}

#[test]
fn a_source_that_never_could_be_read_is_unavailable_and_tried_every_five_seconds() {
    for failure in [down, broken] {
        let mut known = nothing_known();
        known.learn(&name("test"), failure(), START);
        check(&mut known, 4, "unavailable");
        check(&mut known, 5, "read");
    }
}

#[test]
fn an_unknown_name_is_not_looked_up_again_for_a_minute_and_a_deleted_source_is_gone() {
    let mut known = nothing_known();
    known.learn(&name("test"), readable(), START);
    known.learn(&name("test"), Ok(None), START);
    check(&mut known, 59, "unknown");
    check(&mut known, 60, "read");
    known.learn(&name("test"), readable(), START + Duration::from_secs(60));
    check(&mut known, 61, "known");
}

#[test]
fn refused_deliveries_cause_a_read_every_five_seconds_at_most() {
    let mut known = nothing_known();
    known.learn(&name("test"), readable(), START);
    assert!(!known.sources.may_read_again(&name("test"), &POLICY, START + Duration::from_millis(4999)));
    assert!(known.sources.may_read_again(&name("test"), &POLICY, START + Duration::from_secs(5)));
}

/// An instance under a deployed sweep, and what it has read so far.
struct Instance {
    known: KnownSources,
    directory: Option<SourceDirectory>,
    directory_reads: u64,
    secret_reads: u64,
}

impl Instance {
    fn new(directory: Option<SourceDirectory>) -> Instance {
        Instance { known: nothing_known(), directory, directory_reads: 0, secret_reads: 0 }
    }

    /// Lets a delivery to `text` come, whose source is there if it `exists`; `false` if it is answered without a look-up.
    fn meets(&mut self, text: &str, exists: bool, now: Timestamp) -> bool {
        let name = name(text);
        let mut next = self.known.next(&name, now);
        if matches!(next, Next::ReadDirectory | Next::ReadBesideDirectory) {
            self.directory_reads += 1;
            self.known.limiter.learn(self.directory.clone());
        }
        if let Next::ReadDirectory = next {
            next = self.known.next(&name, now);
        }
        match next {
            Next::Answer(Found::Value { .. } | Found::Absent) => true,
            Next::Answer(Found::Error(_)) => false,
            Next::Read | Next::ReadBesideDirectory | Next::ReadDirectory => {
                self.secret_reads += 1;
                self.known.learn(&name, if exists { readable() } else { Ok(None) }, now);
                true
            }
        }
    }
}

fn directory(names: impl IntoIterator<Item = String>) -> Option<SourceDirectory> {
    Some(SourceDirectory::default().relisted(names.into_iter().map(|text| name(&text)), START))
}

#[test]
fn strangers_guesses_are_rationed_where_nothing_says_which_sources_there_are() {
    let mut instance = Instance::new(None);
    for guess in 0..10_000_u64 {
        instance.meets(&format!("guess-{guess}"), false, START + Duration::from_millis(guess * 10));
    }
    assert_eq!(instance.secret_reads, 500, "five a second for a hundred seconds");
    assert_eq!(instance.directory_reads, 20, "one in five seconds");
}

#[test]
fn strangers_guesses_cost_next_to_nothing_beside_a_directory() {
    let mut instance = Instance::new(directory(["test".to_owned()]));
    for guess in 0..10_000_u64 {
        instance.meets(&format!("guess-{guess}"), false, START + Duration::from_millis(guess * 10));
    }
    assert_eq!((instance.secret_reads, instance.directory_reads), (11, 20), "one in ten seconds, and the very first");
}

#[test]
fn strangers_guesses_starve_no_genuine_source() {
    let genuine = |number: u64| format!("quiet-{number}");
    let mut instance = Instance::new(directory((0..125).map(genuine)));
    for second in 0..125 {
        let now = START + Duration::from_secs(second);
        for guess in 0..100 {
            instance.meets(&format!("guess-{second}-{guess}"), false, now);
        }
        assert!(instance.meets(&genuine(second), true, now), "after {second} s");
    }
}

#[test]
fn many_sources_may_come_at_once() {
    let genuine = |number: u64| format!("new-{number}");
    let mut instance = Instance::new(directory((0..100).map(genuine)));
    let refused = (0..100).filter(|number| !instance.meets(&genuine(*number), true, START)).count();
    assert_eq!(refused, 0);
}
