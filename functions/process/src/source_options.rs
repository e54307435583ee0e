//! What the operator wants done with each source's events, as an instance remembers it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::compiled_provider::CompiledProvider;
use domain::provider::Provider;
use domain::source::{Options, OptionsError, Source};
use domain::source_name::SourceName;
use domain::time::Timestamp;
use platform::log::{self, Level};
use platform::service_error::ServiceError;
use platform::sources::{FRESH_FOR, Lookup, READS_APART, Sources};
use serde_json::json;

/// How many sources are remembered. Names come from verified events only, so this is more than any operator has.
const SOURCES_MAX: usize = 1024;

/// What the operator wants done with a source's events, and how they are to be read.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) options: Options,
    /// The operator's own description of the sender, if there is one.
    own: Option<Arc<CompiledProvider>>,
}

impl Wanted {
    fn of(source: Source) -> Result<Wanted, OptionsError> {
        let own = (source.provider == Provider::Custom).then_some(source.sender);
        Ok(Wanted { options: source.options?, own })
    }

    /// Who sent an event of `provider`. An event that was taken by the operator's own description needs that still; one
    /// of the catalogue's is read by the catalogue, whatever the source has become since.
    pub(crate) fn sender(&self, provider: Provider) -> Option<&Arc<CompiledProvider>> {
        match provider.sender() {
            Some(known) => Some(known),
            None => self.own.as_ref(),
        }
    }
}

/// The options of all sources.
pub(crate) struct SourceOptions {
    sources: Sources,
    memory: Mutex<Memory>,
}

impl SourceOptions {
    pub(crate) fn new(sources: Sources) -> SourceOptions {
        SourceOptions { sources, memory: Mutex::default() }
    }

    /// The options of the source `name`. One that is gone has none: its events are published all the same.
    ///
    /// # Errors
    /// If it cannot be told now; why, for the log.
    pub(crate) async fn of(&self, name: &SourceName, now: Timestamp) -> Result<Arc<Wanted>, String> {
        let remembered = self.memory().recall(name, now);
        match remembered {
            Some(content) => content,
            None => {
                let answer = self.sources.read(name).await;
                self.memory().learn(name, answer, now)
            }
        }
    }

    /// Has the source `name` read again soon, because there are signs that it has changed.
    pub(crate) fn doubt(&self, name: &SourceName) {
        self.memory().doubt(name);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an instance remembers of its reads. Decides without reading anything itself.
#[derive(Default)]
struct Memory {
    entries: HashMap<SourceName, Entry>,
}

struct Entry {
    read_at: Timestamp,
    is_stale: bool,
    content: Result<Arc<Wanted>, String>,
}

impl Memory {
    /// What is known of `name`, unless it must be read.
    fn recall(&self, name: &SourceName, now: Timestamp) -> Option<Result<Arc<Wanted>, String>> {
        let entry = self.entries.get(name)?;
        let wait = if entry.is_stale || entry.content.is_err() { READS_APART } else { FRESH_FOR };
        (entry.read_at.until(now) < wait).then(|| entry.content.clone())
    }

    fn doubt(&mut self, name: &SourceName) {
        if let Some(entry) = self.entries.get_mut(name) {
            entry.is_stale = true;
        }
    }

    /// Takes in what a read came to. What was known before outlives a failed read, but not a deletion.
    fn learn(
        &mut self,
        name: &SourceName,
        answer: Result<Lookup, ServiceError>,
        now: Timestamp,
    ) -> Result<Arc<Wanted>, String> {
        let content = match answer {
            Ok(Lookup::Known(source)) => Wanted::of(*source).map_err(|error| cannot_be_used(&error)),
            Ok(Lookup::Unknown) => {
                let note = "there is no such source any more: its events are published without its options";
                log::write(Level::Warn, "source", json!({"source": name.as_str(), "trouble": note}));
                Ok(Wanted::default())
            }
            Ok(Lookup::Broken(error)) => Err(cannot_be_used(&error)),
            Err(trouble) => Err(trouble.to_string()),
        };
        let entry = match (content, self.entries.remove(name)) {
            (Err(trouble), Some(Entry { content: Ok(wanted), .. })) => {
                log::write(Level::Error, "source", json!({"source": name.as_str(), "trouble": trouble, "stale": true}));
                Entry { read_at: now, is_stale: true, content: Ok(wanted) }
            }
            (content, _) => Entry { read_at: now, is_stale: false, content: content.map(Arc::new) },
        };
        let content = entry.content.clone();
        if self.entries.len() >= SOURCES_MAX {
            self.entries.clear();
        }
        self.entries.insert(name.clone(), entry);
        content
    }
}

fn cannot_be_used(error: &dyn std::error::Error) -> String {
    format!("the source's secret cannot be used: {error}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn name(text: &str) -> SourceName {
        SourceName::parse(text).unwrap()
    }

    fn source(options: &str) -> Lookup {
        let json = format!(r#"{{"provider":"glossi","secrets":["0123456789abcdef01234567"]{options}}}"#);
        match Source::parse(name("test"), &json) {
            Ok(source) => Lookup::Known(Box::new(source)),
            Err(error) => Lookup::Broken(error),
        }
    }

    fn down() -> Result<Lookup, ServiceError> {
        Err(ServiceError::retryable("secretsmanager:GetSecretValue", "timed out"))
    }

    fn told(content: Option<Result<Arc<Wanted>, String>>) -> String {
        match content {
            None => "read it".to_owned(),
            Some(Ok(wanted)) => format!("archive: {}", wanted.options.archive),
            Some(Err(reason)) => reason,
        }
    }

    /// Lets a memory learn each answer at its second, and checks what it recalls at another.
    fn check(learnt: Vec<(u64, Result<Lookup, ServiceError>)>, recalled_at: u64, expected: &str) {
        let mut memory = Memory::default();
        for (second, answer) in learnt {
            let _ = memory.learn(&name("test"), answer, START + Duration::from_secs(second));
        }
        assert_eq!(told(memory.recall(&name("test"), START + Duration::from_secs(recalled_at))), expected);
    }

    #[test]
    fn options_are_read_again_after_five_minutes() {
        check(vec![], 0, "read it");
        check(vec![(0, Ok(source(r#","archive":true"#)))], 299, "archive: true");
        check(vec![(0, Ok(source(r#","archive":true"#)))], 300, "read it");
    }

    #[test]
    fn a_source_that_seems_to_have_changed_is_read_again_after_five_seconds() {
        let mut memory = Memory::default();
        let _ = memory.learn(&name("test"), Ok(source(r#","archive":true"#)), START);
        memory.doubt(&name("test"));
        memory.doubt(&name("another"));
        assert_eq!(told(memory.recall(&name("test"), START + Duration::from_secs(4))), "archive: true");
        assert_eq!(told(memory.recall(&name("test"), START + Duration::from_secs(5))), "read it");
    }

    #[test]
    fn a_source_that_is_gone_has_no_options() {
        check(vec![(0, Ok(Lookup::Unknown))], 299, "archive: false");
        check(vec![(0, Ok(source(r#","archive":true"#))), (300, Ok(Lookup::Unknown))], 301, "archive: false");
    }

    #[test]
    fn what_was_known_outlives_a_failed_read() {
        for failed in [down(), Ok(source(r#","confirm":true"#)), Ok(source(r#","archive":"yes""#))] {
            check(vec![(0, Ok(source(r#","archive":true"#))), (300, failed)], 304, "archive: true");
        }
        check(vec![(0, Ok(source(r#","archive":true"#))), (300, down())], 305, "read it");
    }

    #[test]
    fn what_never_could_be_read_is_told_and_tried_every_five_seconds() {
        check(vec![(0, down())], 4, "secretsmanager:GetSecretValue: timed out");
        check(vec![(0, down())], 5, "read it");
        check(
            vec![(0, Ok(source(r#","confirm":true"#)))],
            4,
            "the source's secret cannot be used: `confirm` needs the key of the sender's API: give it as `api_key`, or leave `confirm` out",
        );
    }

    #[test]
    fn an_event_is_read_by_the_description_that_is_there() {
        let json = r#"{"scheme":{"scheme":{"kind":"url-token"}},"token_sha256":["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]}"#;
        let own = Wanted::of(Source::parse(name("test"), json).unwrap()).unwrap();
        let of = |wanted: &Wanted, provider: Provider| {
            wanted.sender(provider).map(|sender| sender.description().name.to_string())
        };
        assert_eq!(of(&own, Provider::Custom).as_deref(), Some("custom"));
        assert_eq!(of(&own, Provider::Glossi).as_deref(), Some("glossi"));
        // The secret is gone, or is of another sender by now.
        assert_eq!(of(&Wanted::default(), Provider::Custom), None);
        assert_eq!(of(&Wanted::default(), Provider::Glossi).as_deref(), Some("glossi"));
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut memory = Memory::default();
        for number in 0..10_000 {
            let _ = memory.learn(&name(&format!("source-{number}")), down(), START);
        }
        assert!(memory.entries.len() <= SOURCES_MAX);
    }
}
