//! Fetching assets from where their senders keep them, by the rules of `domain::download`.

#[cfg(test)]
pub(crate) mod tests;

use std::time::Duration;

use domain::download::content::{self, HEAD_BYTES};
use domain::download::error::FetchError;
use domain::download::hosts::Hosts;
use domain::download::status::{self, ResponseKind};
use domain::download::target::{Rules, Target};
use domain::download::{FetchRefusal, REDIRECTS_MAX};
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, TRANSFER_ENCODING};
use tokio::time::{Instant, timeout_at};

use crate::http_client::HttpClient;

/// How long anything may take. The whole of a download has the time that its caller gives it.
#[derive(Clone, Copy, Debug)]
struct Waits {
    /// From the beginning of a request to the headers of its answer.
    answer: Duration,
    /// From one piece of the content to the next.
    idle: Duration,
}

const WAITS: Waits = Waits { answer: Duration::from_secs(10), idle: Duration::from_secs(5) };

/// The way to the senders' assets.
pub struct Downloads {
    client: HttpClient,
    waits: Waits,
}

/// What is to be fetched, and what it may cost.
#[derive(Clone, Debug)]
pub struct DownloadRequest<'a> {
    /// The URL, as the sender wrote it.
    pub url: &'a str,
    /// Of which hosts it may come.
    pub hosts: Hosts<'a>,
    /// The media type that its name tells.
    pub named_as: Option<&'a str>,
    /// How many bytes it may have.
    pub max_bytes: u64,
    /// How long all of it may take.
    pub within: Duration,
}

/// Content on its way, of which the beginning has been looked at.
pub struct Download {
    /// The media type that the sender gives it.
    pub(crate) media_type: Option<String>,
    head: Vec<Bytes>,
    stream: Stream,
}

/// The rest of the content.
struct Stream {
    body: Incoming,
    /// How many bytes may still come.
    bytes_left: u64,
    ends_at: Instant,
    idle: Duration,
}

impl Downloads {
    /// The way to the senders' assets by `client`.
    #[must_use]
    pub fn new(client: HttpClient) -> Downloads {
        Downloads { client, waits: WAITS }
    }

    /// Begins to fetch `request`: what comes back has passed every rule that can be asked by then.
    ///
    /// # Errors
    /// If it cannot be fetched.
    pub async fn open(&self, request: &DownloadRequest<'_>) -> Result<Download, FetchError> {
        let rules = Rules { hosts: request.hosts, loopback: self.client.loopback() };
        let ends_at = Instant::now() + request.within;
        let mut target = Target::check(request.url, &rules)?;
        for _ in 0..=REDIRECTS_MAX {
            let answered_by = ends_at.min(Instant::now() + self.waits.answer);
            let answer = timeout_at(answered_by, self.client.get(&target)).await;
            let response = answer.map_err(|_| retryable("the sender did not answer in time"))??;
            match status::read(response.status().as_u16())? {
                ResponseKind::Content => {
                    let (parts, body) = response.into_parts();
                    let stream = Stream { body, bytes_left: request.max_bytes, ends_at, idle: self.waits.idle };
                    return Download::begin(&parts.headers, stream, request.named_as).await;
                }
                ResponseKind::Redirect => {
                    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
                    target = target.redirected(location.ok_or(FetchRefusal::InvalidUrl)?, &rules)?;
                }
            }
        }
        Err(FetchError::Refused(FetchRefusal::Redirects))
    }
}

impl Download {
    async fn begin(headers: &HeaderMap, mut stream: Stream, named_as: Option<&str>) -> Result<Download, FetchError> {
        if !is_plain(headers, CONTENT_ENCODING, &["identity"]) || !is_plain(headers, TRANSFER_ENCODING, &["chunked"]) {
            return Err(FetchError::Refused(FetchRefusal::Encoding));
        }
        let (mut head, mut looked_at) = (Vec::new(), Vec::with_capacity(HEAD_BYTES));
        while looked_at.len() < HEAD_BYTES
            && let Some(piece) = stream.next().await?
        {
            looked_at.extend_from_slice(&piece[..piece.len().min(HEAD_BYTES - looked_at.len())]);
            head.push(piece);
        }
        // In the order in which they are given out.
        head.reverse();
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        content::check(media_type.as_deref(), named_as, &looked_at)?;
        Ok(Download { media_type, head, stream })
    }

    /// The next piece of the content; `None` after its end. Once this has failed, there is no way on.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        match self.head.pop() {
            Some(piece) => Ok(Some(piece)),
            None => self.stream.next().await,
        }
    }
}

impl Stream {
    /// What the sender says about the length of its content is not asked: the bytes are counted as they come.
    async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        loop {
            let comes_by = self.ends_at.min(Instant::now() + self.idle);
            let frame = timeout_at(comes_by, self.body.frame()).await;
            let Some(frame) = frame.map_err(|_| retryable("the content arrived too slowly"))? else {
                return Ok(None);
            };
            // Trailers are no content.
            if let Ok(piece) = frame.map_err(|_| retryable("the content broke off"))?.into_data() {
                let bytes = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or(FetchRefusal::Size)?;
                return Ok(Some(piece));
            }
        }
    }
}

/// Whether the header says of the content no more than one of `words`.
fn is_plain(headers: &HeaderMap, name: HeaderName, words: &[&str]) -> bool {
    headers.get_all(name).iter().all(|value| {
        let value = value.to_str().unwrap_or("unreadable").trim();
        value.is_empty() || words.iter().any(|word| value.eq_ignore_ascii_case(word))
    })
}

fn retryable(reason: &str) -> FetchError {
    FetchError::Retryable { reason: reason.to_owned() }
}
