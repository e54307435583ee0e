//! Recorded deliveries of a sender of which nothing is known yet, and whether a source would take them.
//!
//! They go through the code that ingest runs, and nothing goes over a network.

use std::fs;
use std::path::Path;

use domain::delivery::Delivery;
use domain::delivery::front::OriginGuard;
use domain::delivery::recorded_request::RecordedRequest;
use domain::delivery::request::Request;
use domain::description::TimestampUnit;
use domain::receive::{Acceptance, Reception, accept, receive};
use domain::source::Source;
use domain::source::public_keys::PublicKeys;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::{Refusal, prove};
use platform::clock;
use serde_json::{Map, Value};
use vectors::VectorFile;

use crate::error::{Error, Result};

/// A recorded delivery.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its name in the file, or the file's.
    pub name: String,
    /// Its headers, in their order.
    pub headers: Vec<(String, String)>,
    /// The URL that it was sent to.
    pub url: String,
    delivery: Delivery,
}

impl Sample {
    /// The deliveries of a file: in the format of the conformance vectors without those that it says are refused, or one HTTP
    /// request as it was sent.
    ///
    /// # Errors
    /// If there are none in it.
    pub fn read(file: &Path) -> Result<Vec<Sample>> {
        let bytes = fs::read(file).map_err(|error| Error::NotFound(format!("{}: {error}", file.display())))?;
        Sample::parse(&bytes).map_err(|fault| Error::Usage(format!("{}: {fault}", file.display())))
    }

    /// The same of a file's bytes.
    ///
    /// # Errors
    /// They say what is wrong with them.
    pub fn parse(bytes: &[u8]) -> std::result::Result<Vec<Sample>, String> {
        let is_json = bytes.trim_ascii_start().starts_with(b"{");
        if is_json { Sample::of_vectors(bytes) } else { Sample::of_http(bytes).map(|sample| vec![sample]) }
    }

    fn of_vectors(json: &[u8]) -> std::result::Result<Vec<Sample>, String> {
        let file: VectorFile = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let cases = file.groups.into_iter().flat_map(|group| group.cases);
        let genuine = cases.filter(|case| case.expected.refused.is_none() && case.request.method == "POST");
        let sample = |case: vectors::Case| {
            let received_at = Timestamp::parse_rfc3339(&case.received_at);
            let received_at = received_at.ok_or("`received_at` is no instant by RFC 3339".to_owned())?;
            let body = case.request.body().map_err(|error| error.to_string())?;
            Sample::of(case.name, case.request.url, case.request.headers, &body, received_at)
        };
        genuine.map(sample).collect()
    }

    /// A request in HTTP/1.1. When it arrived is not in it, so it arrived when its headers say that it was made.
    fn of_http(bytes: &[u8]) -> std::result::Result<Sample, String> {
        const FORM: &str = "it is neither a JSON object nor an HTTP request with a blank line before its body";
        let ends = [&b"\r\n\r\n"[..], b"\n\n"].map(|blank| {
            bytes.windows(blank.len()).position(|window| window == blank).map(|at| (at, at + blank.len()))
        });
        let (head, body) = ends.into_iter().flatten().min().ok_or(FORM)?;
        let (head, body) = (str::from_utf8(&bytes[..head]).map_err(|error| error.to_string())?, &bytes[body..]);
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some("POST"), Some(target)) = (words.next(), words.next()) else { return Err(FORM.to_owned()) };
        let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        let headers: Vec<(String, String)> = lines.map(header).collect::<Option<_>>().ok_or(FORM)?;
        let named =
            |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        // Editors add a newline to what they write.
        let length = named("content-length").and_then(|length| length.parse().ok()).unwrap_or(body.len());
        let url = match (target.contains("://"), named("host")) {
            (true, _) => target.to_owned(),
            (false, Some(host)) => format!("https://{host}{target}"),
            (false, None) => return Err("the header `Host` is missing".to_owned()),
        };
        let texts = headers.iter().flat_map(|(_, value)| value.split([',', ';', ' ', '=']).chain([&**value]));
        let made_at = texts.into_iter().find_map(|text| Timestamp::parse(text, time_unit(text)?));
        let body = &body[..length.min(body.len())];
        Sample::of("request".to_owned(), url, headers.clone(), body, made_at.unwrap_or_else(clock::now))
    }

    fn of(
        name: String,
        url: String,
        headers: Vec<(String, String)>,
        body: &[u8],
        received_at: Timestamp,
    ) -> std::result::Result<Sample, String> {
        // It may have been recorded anywhere; where it was sent to is what the sender was given.
        let (beginning, query) =
            url.split_once('?').map_or((&*url, String::new()), |(url, query)| (url, format!("?{query}")));
        let host = beginning.split("://").nth(1).and_then(|rest| rest.split('/').next());
        let host = host.filter(|host| !host.is_empty()).ok_or("`url` must be a whole URL")?;
        let here = format!("https://{host}/hooks/{SOURCE}{query}");
        let request = RecordedRequest { method: "POST", url: &here, headers: &headers, body };
        let event = request.function_url_event().ok_or("`url` must be a whole URL")?;
        let request = Request::read(&event).map_err(|error| error.to_string())?;
        match receive(request, &OriginGuard::default(), received_at, "request-1") {
            Reception::Delivery { delivery, .. } => Ok(Sample { name, headers, url, delivery }),
            Reception::Question { .. } | Reception::Answer(_) | Reception::Refusal(_) | Reception::Fault(_) => {
                Err(format!("{name}: it is no delivery"))
            }
        }
    }

    /// The source whose secret says `content`, as far as it can be used; where the URL is signed, with this one's.
    #[must_use]
    pub fn source(&self, content: &Map<String, Value>) -> Option<Source> {
        let name = || SourceName::parse(SOURCE).expect("a word is a name");
        let mut with_url = content.clone();
        with_url.insert("public_url".to_owned(), self.url.clone().into());
        let source = |content| Source::parse(name(), &Value::Object(content).to_string()).ok();
        source(with_url).or_else(|| source(content.clone()))
    }

    /// Whether the source's sender has made it, if maybe not lately.
    #[must_use]
    pub fn is_proven(&self, source: &Source) -> bool {
        let proven = prove(&self.delivery, source, &PublicKeys::default());
        // The time is looked at last.
        matches!(proven, Ok(_) | Err(Refusal::TimestampLate | Refusal::TimestampEarly))
    }

    /// The type of the event, or of the first of the events, that comes of it; none if it is refused, or only answered.
    #[must_use]
    pub fn event_type(&self, source: &Source) -> Option<String> {
        match accept(self.delivery.clone(), source, &PublicKeys::default()) {
            Ok(Acceptance::Event(verified)) => Some(verified.event().event_type.to_string()),
            Ok(Acceptance::Batch(events)) => events.first().map(|verified| verified.event().event_type.to_string()),
            Ok(Acceptance::Reply(_) | Acceptance::TooManyEvents) | Err(_) => None,
        }
    }

    /// The delivery itself.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }
}

/// How a text is written that may be a time.
#[must_use]
pub fn time_unit(text: &str) -> Option<TimestampUnit> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        10 if is_number => Some(TimestampUnit::Seconds),
        13 if is_number => Some(TimestampUnit::Milliseconds),
        _ if Timestamp::parse_rfc3339(text).is_some() => Some(TimestampUnit::Rfc3339),
        _ => Timestamp::parse_http_date(text).map(|_| TimestampUnit::HttpDate),
    }
}

/// The source that a sample comes to.
const SOURCE: &str = "sample";
