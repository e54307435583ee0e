//! Operators' own descriptions of senders.

use std::collections::BTreeMap;

use domain::confirm::JobInquiry;
use domain::content::canonical::Canonical;
use domain::content::head::Head;
use domain::delivery::headers::Headers;
use domain::description::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, Poll, RequestText};
use domain::event::event_type::Thing;
use domain::expectation::Hint;
use domain::ledger::job::Job;
use domain::provider::Provider;
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

const API_KEY: &str = "sk-of-the-senders-api";
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Any text is a description that reads any body, or a stated refusal: its first line is a `scheme` of a source, the
/// second a header, and the rest a body.
pub fn hold(text: &[u8]) {
    let mut parts = text.splitn(3, |byte| *byte == b'\n');
    let (scheme, header, body) = (parts.next(), parts.next(), parts.next());
    let Some(scheme) = scheme.and_then(|scheme| serde_json::from_slice::<Value>(scheme).ok()) else {
        return;
    };
    let header = header.and_then(|header| std::str::from_utf8(header).ok()?.split_once(": "));
    let headers: Headers = header.into_iter().collect();
    let secret = json!({
        "scheme": scheme,
        "secrets": ["a secret of any length"],
        "api_key": format!("access:{API_KEY}"),
        "api_families": ["video", "a/b"],
        "expect": {},
        "token_sha256": ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    });
    let name = SourceName::parse("test").expect("a name");
    match Source::parse(name, &secret.to_string()) {
        Ok(source) => {
            reads(&source, &headers, body.unwrap_or_default());
            asks(&source, &String::from_utf8_lossy(body.unwrap_or_default()));
        }
        Err(error) => assert!(!error.to_string().contains("a secret of any length")),
    }
}

/// However a job is named, its sender's API is asked at the host of the description alone, and the key is not shown.
pub fn asks(source: &Source, id: &str) {
    let options = source.options.as_ref().ok().and_then(|options| options.expect.as_ref());
    let Some(options) = options else { return };
    let polls = &source.sender.description().polls;
    for (thing, family) in
        Thing::ALL.into_iter().flat_map(|thing| [None, Some("video"), Some("a/b")].map(|family| (thing, family)))
    {
        let job = Job { source: source.name.clone(), provider: Provider::Custom, thing, subject: id.to_owned() };
        let hint = Hint { family: family.map(str::to_owned), ..Hint::default() };
        let Some(inquiry) = JobInquiry::about(&job, &hint, &source.sender, &options.access, NOW) else {
            continue;
        };
        let url = &inquiry.request().url;
        let parts = |poll: &Poll| {
            let rest = url.strip_prefix("https://")?.strip_prefix(&*poll.url.host)?.strip_prefix('/')?;
            let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
            let paths = poll.url.segments.iter().filter(|text| **text == RequestText::FamilyPath).count();
            let segments = path.split('/').count();
            let pairs = query.map_or(0, |query| query.split('&').count());
            let as_written = poll.url.segments.len();
            (as_written..=as_written + 2 * paths).contains(&segments).then_some(())?;
            (pairs == poll.url.query.len()).then_some(())
        };
        assert!(polls.iter().any(|poll| parts(poll).is_some()), "{url}");
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{url}");
        assert!(!url.split('/').any(|segment| matches!(segment, "." | "..")), "{url}");
        assert!(!format!("{inquiry:?}").contains(API_KEY));
    }
}

/// A body, and each event that it lists, can be read.
fn reads(source: &Source, headers: &Headers, body: &[u8]) {
    let kept: BTreeMap<String, String> = source.sender.kept(headers);
    agree(source, &kept, body);
    let Ok(items) = source.sender.items(body).map(Option::unwrap_or_default) else {
        return;
    };
    assert!(items.len() <= BATCH_EVENTS_MAX && items.iter().map(Vec::len).sum::<usize>() <= BATCH_BYTES_MAX);
    for item in &items {
        assert!(serde_json::from_slice::<IgnoredAny>(item).is_ok(), "an item is JSON of its own");
        agree(source, &kept, item);
    }
}

/// The thin function and the heavy one agree, but for bodies that only the heavy one has read to the end.
fn agree(source: &Source, kept: &BTreeMap<String, String>, body: &[u8]) {
    let thin = source.sender.head(kept, body);
    let heavy = Canonical::of(&source.sender, kept, body);
    let unless_unreadable = Head { event_type: heavy.head.event_type, ..thin.clone() };
    assert_eq!(heavy.head, unless_unreadable);
    assert!(heavy.status().is_none() || heavy.head.event_type == thin.event_type);
    assert_eq!(heavy.status().is_some(), heavy.details.media.is_some());
}
