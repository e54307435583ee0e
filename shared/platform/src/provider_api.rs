//! The senders' own APIs.

use std::sync::OnceLock;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use domain::confirm::{ApiAnswer, ApiRequest};

use crate::service_error::ServiceError;

/// An API that has not answered within this time is asked again with the event's next attempt.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// As much as a delivery may have: an answer is what a webhook has, or little more.
const ANSWER_MAX_BYTES: usize = domain::delivery::BODY_MAX_BYTES;

const OPERATION: &str = "asking the sender's API";

/// A client for all of them. It asks once, follows no redirect, and takes no answer that is late or too large.
#[derive(Debug)]
pub struct ProviderApi {
    /// Made when the first sender is asked: most sources never need it.
    connector: OnceLock<SharedHttpConnector>,
    answer_within: Duration,
}

impl Default for ProviderApi {
    fn default() -> ProviderApi {
        ProviderApi { connector: OnceLock::new(), answer_within: ANSWER_WITHIN }
    }
}

impl ProviderApi {
    /// Sends `request` and gives whatever was answered.
    ///
    /// # Errors
    /// If there was no answer that can be used. It always may pass; the text holds nothing of what was sent.
    pub async fn ask(&self, request: &ApiRequest) -> Result<ApiAnswer, ServiceError> {
        let answer = tokio::time::timeout(self.answer_within, self.exchange(request)).await;
        answer.unwrap_or_else(|_| Err(ServiceError::retryable(OPERATION, "timed out")))
    }

    async fn exchange(&self, request: &ApiRequest) -> Result<ApiAnswer, ServiceError> {
        let wire = wire(request).map_err(|()| ServiceError::retryable(OPERATION, "the request could not be built"))?;
        let answer = self.connector().call(wire).await.map_err(|error| ServiceError::not_sent(OPERATION, &error))?;
        let status = answer.status().as_u16();
        let mut rest = ByteStream::new(answer.into_body());
        let mut body = Vec::new();
        while let Some(bytes) = rest.next().await {
            body.extend_from_slice(&bytes.map_err(|_| ServiceError::retryable(OPERATION, "the answer broke off"))?);
            if body.len() > ANSWER_MAX_BYTES {
                return Err(ServiceError::retryable(OPERATION, "the answer is too large"));
            }
        }
        Ok(ApiAnswer { status, body })
    }

    fn connector(&self) -> &SharedHttpConnector {
        self.connector.get_or_init(|| {
            let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build();
            SharedHttpConnector::new(connector)
        })
    }
}

/// The errors of the parts could show the key, so they are dropped.
fn wire(request: &ApiRequest) -> Result<HttpRequest, ()> {
    let mut wire = HttpRequest::new(SdkBody::from(request.body.as_str()));
    wire.set_method(request.method).map_err(drop)?;
    wire.set_uri(request.url.as_str()).map_err(drop)?;
    for (name, value) in &request.headers {
        wire.headers_mut().try_append(name.clone(), value.clone()).map_err(drop)?;
    }
    Ok(wire)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// Asks a server that writes `answer`, and then waits until it is left alone.
    async fn ask(answer: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v3/sessions/SESSION_1", listener.local_addr().unwrap());
        // On a thread of its own, so that the client's connection goes on and is closed in the end.
        let server = tokio::task::spawn_blocking(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = vec![0; 4096];
            let read = stream.read(&mut seen).unwrap();
            // Who asked may be gone by now.
            let _ = stream.write_all(&answer);
            while stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {}
            seen.truncate(read);
            String::from_utf8(seen).unwrap()
        });
        let api = ProviderApi { answer_within: Duration::from_millis(300), ..ProviderApi::default() };
        let headers = vec![("x-api-key".to_owned(), "sk-0123456789".to_owned())];
        let told = match api.ask(&ApiRequest { method: "GET", url, headers, body: String::new() }).await {
            Ok(answer) => format!("{} {}", answer.status, String::from_utf8(answer.body).unwrap()),
            Err(trouble) => trouble.to_string(),
        };
        drop(api);
        let seen = server.await.unwrap().to_lowercase();
        assert!(seen.starts_with("get /v3/sessions/session_1 http/1.1\r\n"), "{seen}");
        assert!(seen.contains("x-api-key: sk-0123456789\r\n"), "{seen}");
        assert!(!told.contains("sk-"), "{told}");
        told
    }

    fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn whatever_is_answered_is_given_back() {
        assert_eq!(ask(answer("200 OK", "", b"{}")).await, "200 {}");
        assert_eq!(ask(answer("401 Unauthorized", "", b"no")).await, "401 no");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        assert_eq!(ask(answer("302 Found", "location: http://127.0.0.1:9/\r\n", b"")).await, "302 ");
    }

    #[tokio::test]
    async fn what_is_late_broken_or_too_large_is_trouble() {
        assert_eq!(ask(Vec::new()).await, "asking the sender's API: timed out");
        assert_eq!(
            ask(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}".to_vec()).await,
            "asking the sender's API: timed out"
        );
        let huge = vec![b' '; ANSWER_MAX_BYTES + 1];
        assert_eq!(ask(answer("200 OK", "", &huge)).await, "asking the sender's API: the answer is too large");
    }

    #[tokio::test]
    async fn nobody_there_is_trouble() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}/");
        let request = ApiRequest { method: "GET", url, headers: Vec::new(), body: String::new() };
        let trouble = ProviderApi::default().ask(&request).await.err().unwrap().to_string();
        assert!(trouble.starts_with("asking the sender's API: ") && trouble.contains("refused"), "{trouble}");
    }
}
