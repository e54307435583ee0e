use std::sync::atomic::{AtomicUsize, Ordering};

use domain::source::Source;
use domain::source_name::SourceName;

use super::*;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const DAY_SECONDS: u64 = 24 * 60 * 60;
/// RFC 8037, appendix A.2.
const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

fn address() -> KeySetAddress {
    let json = r#"{"scheme":{"scheme":{"kind":"ed25519","header":["x-signature"],"encoding":"hex","message":"{body}",
        "keys":{"from":"jwks","url":"https://keys.example.com/jwks.json","hosts":["keys.example.com"],
        "ttl_seconds":86400}}}}"#;
    let source = Source::parse(SourceName::parse("test").unwrap(), json).unwrap();
    source.credentials.key_set().unwrap().clone()
}

fn keys(count: usize) -> Result<PublicKeys, String> {
    let json = format!(r#"{{"keys":[{}]}}"#, vec![KEY; count].join(","));
    Ok(PublicKeys::of_key_set(json.as_bytes()).unwrap())
}

fn down() -> Result<PublicKeys, String> {
    Err("timed out".to_owned())
}

fn after(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn told(found: Option<FoundKeys>) -> String {
    match found {
        None => "fetch".to_owned(),
        Some(FoundKeys::Known { keys, is_stale: false }) => format!("{keys:?}"),
        Some(FoundKeys::Known { keys, is_stale: true }) => format!("{keys:?}, stale"),
        Some(FoundKeys::Unavailable(reason)) => format!("unavailable: {reason}"),
    }
}

fn check(memory: &Memory, after_seconds: u64, expected: &str) {
    assert_eq!(told(memory.recall(&address(), after(after_seconds))), expected, "after {after_seconds} s");
}

#[test]
fn keys_live_as_long_as_the_description_says() {
    let mut memory = Memory::default();
    check(&memory, 0, "fetch");
    memory.learn(&address(), keys(2), START);
    check(&memory, DAY_SECONDS - 1, "2 public keys");
    check(&memory, DAY_SECONDS, "fetch");
}

#[test]
fn keys_outlive_a_failed_fetch_for_a_day() {
    let mut memory = Memory::default();
    memory.learn(&address(), keys(1), START);
    memory.learn(&address(), down(), after(DAY_SECONDS));
    check(&memory, DAY_SECONDS + 29, "1 public keys, stale");
    check(&memory, DAY_SECONDS + 30, "fetch");
    memory.learn(&address(), down(), after(2 * DAY_SECONDS - 1));
    check(&memory, 2 * DAY_SECONDS, "1 public keys, stale");
    memory.learn(&address(), down(), after(2 * DAY_SECONDS));
    check(&memory, 2 * DAY_SECONDS + 1, "unavailable: timed out");
    memory.learn(&address(), keys(3), after(2 * DAY_SECONDS + 5));
    check(&memory, 2 * DAY_SECONDS + 6, "3 public keys");
}

#[test]
fn a_key_set_that_never_could_be_had_is_tried_every_five_seconds() {
    let mut memory = Memory::default();
    memory.learn(&address(), down(), START);
    check(&memory, 4, "unavailable: timed out");
    check(&memory, 5, "fetch");
}

#[test]
fn signatures_that_no_key_fits_cause_a_fetch_every_thirty_seconds_at_most() {
    let mut memory = Memory::default();
    memory.learn(&address(), keys(1), START);
    assert!(!memory.may_fetch_again(&address(), after(29)));
    assert!(memory.may_fetch_again(&address(), after(30)));
    memory.learn(&address(), down(), after(30));
    assert!(!memory.may_fetch_again(&address(), after(59)), "a failed fetch counts as well");
}

/// Answers only once everybody who might ask has done so.
#[derive(Default)]
struct Server {
    asked: AtomicUsize,
}

impl Fetch for Server {
    async fn fetch(&self, _: &KeySetAddress) -> Result<PublicKeys, String> {
        let count = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::task::yield_now().await;
        keys(count)
    }
}

#[tokio::test]
async fn who_wants_the_same_keys_at_once_waits_for_one_fetch() {
    let (cache, address) = (KeyCache::new(Server::default()), address());
    let (first, second) = tokio::join!(cache.find(&address, START), cache.find(&address, START));
    assert_eq!((told(Some(first)), told(Some(second))), ("1 public keys".to_owned(), "1 public keys".to_owned()));
    let later = after(30);
    let (first, second) = tokio::join!(cache.refresh(&address, later), cache.refresh(&address, later));
    assert_eq!((told(first), told(second)), ("2 public keys".to_owned(), "2 public keys".to_owned()));
    assert_eq!(cache.refresh(&address, later).await, None);
    assert_eq!(cache.fetcher.asked.load(Ordering::SeqCst), 2);
}
