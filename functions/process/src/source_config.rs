//! What the operator wants done with each source's events, as an instance remembers it.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::provider::Provider;
use domain::provider::compiled_provider::CompiledProvider;
use domain::source::source_name::SourceName;
use domain::source::{ExpectOptions, Options, OptionsError, Source, SourceError};
use domain::stale_cache::{Found, Policy, Recall, StaleCache};
use domain::time::Timestamp;
use platform::log::{self, Level};
use platform::service_error::ServiceError;
use platform::sources::{FRESH_FOR, Lookup, READS_APART, Sources};
use serde_json::json;

/// What was known outlives failed reads without limit: without it, events wait. Names come from verified events only,
/// so there are more entries than any operator has sources.
const POLICY: Policy = Policy {
    fresh_for: FRESH_FOR,
    stale_for: Duration::MAX,
    reads_apart: READS_APART,
    retry_after: READS_APART,
    absent_for: FRESH_FOR,
    capacity: 1024,
};

/// What the operator wants done with a source's events, and how they are to be read.
#[derive(Debug, Default)]
pub(crate) struct SourceConfig {
    options: Options,
    /// Absent if there is no such source any more.
    sender: Option<(Provider, Arc<CompiledProvider>)>,
}

/// Why a source's configuration is not known.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum SourceUnavailable {
    #[error("the source's secret cannot be used: {0}")]
    Invalid(#[source] Arc<SourceError>),
    #[error("the source's secret cannot be used: {0}")]
    InvalidOptions(#[source] OptionsError),
    #[error(transparent)]
    Service(Arc<ServiceError>),
}

impl SourceConfig {
    fn of(source: Source) -> Result<SourceConfig, OptionsError> {
        Ok(SourceConfig { options: source.options?, sender: Some((source.provider, source.sender)) })
    }

    /// Who sent an event of `provider`. An event that was taken by the operator's own description needs that still; one
    /// of the catalogue's is read by the catalogue, whatever the source has become since.
    pub(crate) fn sender(&self, provider: Provider) -> Option<&Arc<CompiledProvider>> {
        let own = || self.sender.as_ref().filter(|(own, _)| *own == Provider::Custom).map(|(_, sender)| sender);
        provider.sender().or_else(own)
    }

    /// The source's own provider and sender, if there is such a source.
    pub(crate) fn own(&self) -> Option<(Provider, &Arc<CompiledProvider>)> {
        self.sender.as_ref().map(|(provider, sender)| (*provider, sender))
    }

    /// How jobs of `provider` are waited for; `None` for a source that is gone, and for another provider than the source's.
    pub(crate) fn expect(&self, provider: Provider) -> Option<&ExpectOptions> {
        self.options(provider).expect.as_ref()
    }

    /// Whether the source has been given to another provider than `provider`.
    pub(crate) fn is_of_other_provider(&self, provider: Provider) -> bool {
        self.sender.as_ref().is_some_and(|(own, _)| *own != provider)
    }

    /// What is wanted for an event of `provider`: for one of another than the source's, nothing, since the key and the
    /// hosts of one sender must not be used for another.
    pub(crate) fn options(&self, provider: Provider) -> &Options {
        static NONE: LazyLock<Options> = LazyLock::new(Options::default);
        if self.is_of_other_provider(provider) { &NONE } else { &self.options }
    }
}

/// The configurations of all sources.
pub(crate) struct SourceConfigs {
    sources: Sources,
    cache: Mutex<Cache>,
}

type Cache = StaleCache<SourceName, Arc<SourceConfig>, SourceUnavailable>;

impl SourceConfigs {
    pub(crate) fn new(sources: Sources) -> SourceConfigs {
        SourceConfigs { sources, cache: Mutex::default() }
    }

    /// The configuration of the source `name`. One that is gone wants nothing: its events are published all the same.
    pub(crate) async fn find(&self, name: &SourceName, now: Timestamp) -> Result<Arc<SourceConfig>, SourceUnavailable> {
        let recalled = self.cache().recall(name, &POLICY, now);
        let found = match recalled {
            Recall::Found(found) => found,
            Recall::Read | Recall::FirstRead => {
                let read = self.sources.read(name).await;
                learn(&mut self.cache(), name, read, now)
            }
        };
        match found {
            Found::Value { value, .. } => Ok(value),
            Found::Absent => Ok(Arc::default()),
            Found::Error(error) => Err(error),
        }
    }

    /// Has the source `name` read again soon, because there are signs that it has changed.
    pub(crate) fn invalidate(&self, name: &SourceName) {
        self.cache().invalidate(name);
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes in what a read came to.
fn learn(
    cache: &mut Cache,
    name: &SourceName,
    read: Result<Lookup, ServiceError>,
    now: Timestamp,
) -> Found<Arc<SourceConfig>, SourceUnavailable> {
    let read = match read {
        Ok(Lookup::Known(source)) => SourceConfig::of(*source).map_err(SourceUnavailable::InvalidOptions).map(Some),
        Ok(Lookup::Unknown) => {
            let note = "the source no longer exists: its events are published without its options";
            log::write(Level::Warn, "source", json!({"source": name.as_str(), "trouble": note}));
            Ok(None)
        }
        Ok(Lookup::Broken(error)) => Err(SourceUnavailable::Invalid(Arc::new(error))),
        Err(error) => Err(SourceUnavailable::Service(Arc::new(error))),
    };
    if let Err(error) = &read
        && cache.has_value(name)
    {
        let note = json!({"source": name.as_str(), "trouble": error.to_string(), "stale": true});
        log::write(Level::Error, "source", note);
    }
    cache.learn(name, read.map(|config| config.map(Arc::new)), &POLICY, now)
}

#[cfg(test)]
mod tests {
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

    fn recall(cache: &Cache, second: u64) -> String {
        match cache.recall(&name("test"), &POLICY, START + Duration::from_secs(second)) {
            Recall::Read | Recall::FirstRead => "read it".to_owned(),
            Recall::Found(Found::Value { value, .. }) => format!("archive: {}", value.options.archive),
            Recall::Found(Found::Absent) => "absent".to_owned(),
            Recall::Found(Found::Error(error)) => error.to_string(),
        }
    }

    /// Learns each answer at its second, and checks what is recalled at another.
    fn check(learnt: Vec<(u64, Result<Lookup, ServiceError>)>, recalled_at: u64, expected: &str) {
        let mut cache = Cache::default();
        for (second, answer) in learnt {
            learn(&mut cache, &name("test"), answer, START + Duration::from_secs(second));
        }
        assert_eq!(recall(&cache, recalled_at), expected);
    }

    #[test]
    fn options_are_read_again_after_five_minutes() {
        check(vec![], 0, "read it");
        check(vec![(0, Ok(source(r#","archive":true"#)))], 299, "archive: true");
        check(vec![(0, Ok(source(r#","archive":true"#)))], 300, "read it");
    }

    #[test]
    fn a_source_that_seems_to_have_changed_is_read_again_after_five_seconds() {
        let mut cache = Cache::default();
        learn(&mut cache, &name("test"), Ok(source(r#","archive":true"#)), START);
        cache.invalidate(&name("test"));
        assert_eq!(recall(&cache, 4), "archive: true");
        assert_eq!(recall(&cache, 5), "read it");
    }

    #[test]
    fn a_source_that_is_gone_is_known_as_such() {
        check(vec![(0, Ok(Lookup::Unknown))], 299, "absent");
        check(vec![(0, Ok(source(r#","archive":true"#))), (300, Ok(Lookup::Unknown))], 301, "absent");
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
        let own = SourceConfig::of(Source::parse(name("test"), json).unwrap()).unwrap();
        let of = |config: &SourceConfig, provider: Provider| {
            config.sender(provider).map(|sender| sender.description().name.to_string())
        };
        assert_eq!(of(&own, Provider::Custom).as_deref(), Some("custom"));
        assert_eq!(of(&own, Provider::Glossi).as_deref(), Some("glossi"));
        // The secret is gone, or is of another sender by now.
        assert_eq!(of(&SourceConfig::default(), Provider::Custom), None);
        assert_eq!(of(&SourceConfig::default(), Provider::Glossi).as_deref(), Some("glossi"));
    }

    #[test]
    fn nothing_of_a_source_is_for_the_events_of_another_provider() {
        let Lookup::Known(source) = source(r#","archive":true"#) else { panic!("it is a source") };
        let config = SourceConfig::of(*source).unwrap();
        let check = |config: &SourceConfig, provider: Provider, is_other: bool, archive: bool| {
            assert_eq!(config.is_of_other_provider(provider), is_other, "{provider}");
            assert_eq!(config.options(provider).archive, archive, "{provider}");
        };
        check(&config, Provider::Glossi, false, true);
        check(&config, Provider::Csm, true, false);
        check(&config, Provider::Custom, true, false);
        check(&SourceConfig::default(), Provider::Glossi, false, false);
    }
}
