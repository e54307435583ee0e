use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine as _;
use domain::delivery::{Delivery, RequestUrl};
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::verify::published_at;

use super::*;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const DAY_SECONDS: u64 = 24 * 60 * 60;
/// RFC 8037, appendix A.2.
const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

fn address() -> KeySetAddress {
    let json = r#"{"scheme":{"scheme":{"kind":"ed25519","header":["x-signature"],"encoding":"hex","message":"{body}",
        "keys":{"from":"jwks","url":"https://keys.example.com/jwks.json","hosts":["keys.example.com"],
        "ttl_seconds":86400},"account":"/user"}},"account":"mine"}"#;
    let source = Source::parse(SourceName::parse("test").unwrap(), json).unwrap();
    source.credentials.key_set().unwrap().clone()
}

/// A server that publishes a key more each time it is asked, or is down. It answers only once everybody who might ask has
/// done so.
#[derive(Default)]
struct Server {
    asked: AtomicUsize,
    is_down: AtomicBool,
}

impl Fetch for Server {
    async fn fetch(&self, address: &KeySetAddress) -> Result<Option<PublicKeys>, ServiceError> {
        let count = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::task::yield_now().await;
        if self.is_down.load(Ordering::SeqCst) {
            return Err(ServiceError::retryable("fetching", "timed out"));
        }
        let json = format!(r#"{{"keys":[{}]}}"#, vec![KEY; count].join(","));
        if address.document() == KeyDocument::Certificate {
            return Ok(None);
        }
        Ok(Some(PublicKeys::of_key_set(address.algorithm(), json.as_bytes()).unwrap()))
    }
}

fn cache() -> KeyCache<Server> {
    KeyCache::new(Server::default())
}

fn after(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn told(found: FoundKeys) -> String {
    match found {
        Ok((keys, false)) => format!("{keys:?}"),
        Ok((keys, true)) => format!("{keys:?}, stale"),
        Err(error) => format!("unavailable: {error}"),
    }
}

/// Checks what is found, and how often the server has been asked by then.
async fn check(cache: &KeyCache<Server>, after_seconds: u64, expected: &str, asked: usize) {
    assert_eq!(told(cache.find(&address(), after(after_seconds)).await), expected, "after {after_seconds} s");
    assert_eq!(cache.fetcher.asked.load(Ordering::SeqCst), asked, "after {after_seconds} s");
}

#[tokio::test]
async fn keys_live_as_long_as_the_description_says() {
    let cache = cache();
    check(&cache, 0, "1 public keys", 1).await;
    check(&cache, DAY_SECONDS - 1, "1 public keys", 1).await;
    check(&cache, DAY_SECONDS, "2 public keys", 2).await;
}

#[tokio::test]
async fn keys_outlive_a_failed_fetch_for_a_day() {
    let cache = cache();
    check(&cache, 0, "1 public keys", 1).await;
    cache.fetcher.is_down.store(true, Ordering::SeqCst);
    check(&cache, DAY_SECONDS, "1 public keys, stale", 2).await;
    check(&cache, DAY_SECONDS + 29, "1 public keys, stale", 2).await;
    check(&cache, DAY_SECONDS + 30, "1 public keys, stale", 3).await;
    check(&cache, 2 * DAY_SECONDS, "unavailable: fetching: timed out", 4).await;
    cache.fetcher.is_down.store(false, Ordering::SeqCst);
    check(&cache, 2 * DAY_SECONDS + 4, "unavailable: fetching: timed out", 4).await;
    check(&cache, 2 * DAY_SECONDS + 5, "5 public keys", 5).await;
}

#[tokio::test]
async fn signatures_that_no_key_fits_cause_a_fetch_every_thirty_seconds_at_most() {
    let cache = cache();
    check(&cache, 0, "1 public keys", 1).await;
    assert!(!cache.refresh(&address(), after(29)).await);
    assert!(cache.refresh(&address(), after(30)).await);
    check(&cache, 30, "2 public keys", 2).await;
    cache.fetcher.is_down.store(true, Ordering::SeqCst);
    assert!(cache.refresh(&address(), after(60)).await);
    assert!(!cache.refresh(&address(), after(89)).await, "a failed fetch counts as well");
    check(&cache, 89, "2 public keys, stale", 3).await;
}

#[tokio::test]
async fn who_wants_the_same_keys_at_once_waits_for_one_fetch() {
    let (cache, address) = (cache(), address());
    let (first, second) = tokio::join!(cache.find(&address, START), cache.find(&address, START));
    assert_eq!((told(first), told(second)), ("1 public keys".to_owned(), "1 public keys".to_owned()));
    let later = after(30);
    assert_eq!(tokio::join!(cache.refresh(&address, later), cache.refresh(&address, later)), (true, true));
    check(&cache, 30, "2 public keys", 2).await;
    assert!(!cache.refresh(&address, later).await);
}

/// The certificate that a delivery names.
fn certificate(number: usize) -> KeySetAddress {
    let json = r#"{"account":"mine","scheme":{"scheme":{"kind":"rsa-sha256","header":"x-signature","encoding":"base64",
        "message":"{account}.{json:/id}","account":"in-message","keys":{"from":"certificate","at":"header:x-certificate",
        "hosts":"certs.example.com","path":"/{name}.pem","ttl_seconds":3600}},
        "shape":[{"key":"/id","names":"event","otherwise":"event.occurred"}]}}"#;
    let source = Source::parse(SourceName::parse("test").unwrap(), json).unwrap();
    let url = format!("https://certs.example.com/{number}.pem");
    let signature = base64::engine::general_purpose::STANDARD.encode([7; 256]);
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: [("x-signature", &*signature), ("x-certificate", &*url)].into_iter().collect(),
        body: br#"{"id":"7"}"#.to_vec(),
        received_at: START,
        request_id: "request-1".to_owned(),
    };
    published_at(&delivery, &source).unwrap().into_owned()
}

#[tokio::test]
async fn strangers_cannot_have_any_number_of_certificates_asked_for() {
    let cache = cache();
    for number in 0..20 {
        let found = told(cache.find(&certificate(number), START).await);
        let expected = if number < 10 {
            "0 public keys"
        } else {
            "unavailable: fetching the sender's keys: too many unknown certificates are named"
        };
        assert_eq!(found, expected, "{number}");
    }
    assert_eq!(cache.fetcher.asked.load(Ordering::SeqCst), 10);
    assert_eq!(told(cache.find(&certificate(0), after(59)).await), "0 public keys");
    assert_eq!(cache.fetcher.asked.load(Ordering::SeqCst), 10);
    assert_eq!(told(cache.find(&certificate(11), after(60)).await), "0 public keys");
    check(&cache, 60, "12 public keys", 12).await;
}

/// What could not be had is asked for again, and is no way around that.
#[tokio::test]
async fn strangers_cannot_have_certificates_that_cannot_be_had_asked_for_more_often() {
    let cache = cache();
    cache.fetcher.is_down.store(true, Ordering::SeqCst);
    for seconds in [0, 5, 10] {
        for number in 0..5 {
            let _ = cache.find(&certificate(number), after(seconds)).await;
        }
    }
    assert_eq!(cache.fetcher.asked.load(Ordering::SeqCst), 10);
}
