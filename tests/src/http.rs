//! HTTP as a sender speaks it: every byte of a request is chosen, nothing is added and nothing is tried again.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;

/// Far above every answer's time, a cold start on a busy machine included.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// The connector of the SDK, which the clients of the services share.
#[derive(Clone, Debug)]
pub struct Http(SharedHttpConnector);

/// A request, byte for byte.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// The headers in their order; a name may stand there twice.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Default for Http {
    fn default() -> Http {
        let connector = Connector::builder()
            // The local stack closes idle connections after a few seconds; a request on one that is just being closed
            // would fail, and a POST is not repeated.
            .pool_idle_timeout(Duration::from_secs(1))
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build();
        Http(SharedHttpConnector::new(connector))
    }
}

impl Http {
    /// The connector itself.
    #[must_use]
    pub fn connector(&self) -> SharedHttpConnector {
        self.0.clone()
    }

    /// Sends `request` and waits for the whole answer.
    ///
    /// # Panics
    /// If none comes: every test needs one.
    pub async fn send(&self, request: &Request) -> Answer {
        self.try_send(request).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same for a sender that can send it again.
    ///
    /// # Errors
    /// If no whole answer comes.
    pub async fn try_send(&self, request: &Request) -> Result<Answer, String> {
        let Request { method, url, .. } = request;
        let exchange = async {
            let response = self.0.call(request.wire()).await.map_err(|error| format!("{method} {url}: {error:?}"))?;
            let status = response.status().as_u16();
            let headers = response.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let body = ByteStream::new(response.into_body()).collect().await;
            let body = body.map_err(|error| format!("{method} {url}: {error:?}"))?.to_vec();
            Ok(Answer { status, headers, body })
        };
        let answer = tokio::time::timeout(ANSWER_WITHIN, exchange).await;
        answer.unwrap_or_else(|_| Err(format!("{method} {url}: no answer within {ANSWER_WITHIN:?}")))
    }
}

impl Http {
    /// Sends `request` and reads its answer until what has come `is_enough`, or it ends.
    ///
    /// # Panics
    /// If there is no answer.
    pub async fn read_until(&self, request: &Request, is_enough: impl Fn(&str) -> bool) -> String {
        let Request { method, url, .. } = request;
        let response = self.0.call(request.wire()).await.unwrap_or_else(|error| panic!("{method} {url}: {error:?}"));
        let (mut body, mut read) = (ByteStream::new(response.into_body()), Vec::new());
        while !is_enough(&String::from_utf8_lossy(&read)) {
            let Ok(Some(piece)) = body.try_next().await else { break };
            read.extend_from_slice(&piece);
        }
        String::from_utf8_lossy(&read).into_owned()
    }
}

impl Request {
    fn wire(&self) -> HttpRequest {
        let mut wire = HttpRequest::new(SdkBody::from(self.body.clone()));
        wire.set_method(self.method).expect("the harness names methods that exist");
        wire.set_uri(self.url.as_str()).expect("the harness writes URLs that parse");
        for (name, value) in &self.headers {
            wire.headers_mut().append(name.clone(), value.clone());
        }
        wire
    }

    /// A request without body and headers.
    #[must_use]
    pub fn new(method: &'static str, url: String) -> Request {
        Request { method, url, headers: Vec::new(), body: Vec::new() }
    }

    /// The request with another value for the header `name`, or with that header.
    #[must_use]
    pub fn with_header(self, name: &str, value: &str) -> Request {
        let mut request = self.without_header(name);
        request.headers.push((name.to_owned(), value.to_owned()));
        request
    }

    /// The request without the header `name`.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Request {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// The value of the header `name`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Answer {
    /// The value of the header `name`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The event id that the answer names.
    #[must_use]
    pub fn event_id(&self) -> Option<String> {
        Some(self.json()?.get("id")?.as_str()?.to_owned())
    }

    /// Whether the sender may forget its delivery.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status == 200
    }

    /// The answer in a few words: `200 accepted`, `401 unauthorized`.
    #[must_use]
    pub fn told(&self) -> String {
        let json = self.json().unwrap_or_default();
        let word = ["status", "error"].iter().find_map(|name| json.get(name)?.as_str().map(str::to_owned));
        format!("{} {}", self.status, word.unwrap_or_else(|| self.text()))
    }

    /// The answer, with another word for the status `from`.
    #[must_use]
    pub(crate) fn with_status(mut self, from: &str, to: &str) -> Answer {
        if self.json().is_some_and(|json| json.get("status").and_then(Value::as_str) == Some(from)) {
            self.body = self.text().replace(from, to).into_bytes();
        }
        self
    }

    /// The answer in full, as far as a sender minds: status, the headers that mean something, body.
    #[must_use]
    pub fn shown(&self) -> String {
        let headers = ["allow", "retry-after", "content-type"];
        let headers = headers.iter().filter_map(|name| Some(format!("{name}: {}", self.header(name)?)));
        let lines: Vec<String> = [self.status.to_string()].into_iter().chain(headers).chain([self.text()]).collect();
        lines.join("\n")
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}
