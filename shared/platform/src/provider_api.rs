//! The senders' own APIs.

use std::time::Duration;

use domain::confirm::{ApiAnswer, ApiRequest};
use domain::download::target::Target;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Bytes;

use crate::http_client::HttpClient;
use crate::service_error::ServiceError;

/// An API that has not answered within this time is asked again with the event's next attempt.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// As much as a delivery may have: an answer is what a webhook has, or little more.
pub const ANSWER_MAX_BYTES: usize = domain::delivery::BODY_MAX_BYTES;

const OPERATION: &str = "asking the sender's API";

/// The way to all of them. It asks once, follows no redirect, and takes no answer that is late or too large.
pub struct ProviderApi {
    client: HttpClient,
    answer_within: Duration,
}

impl ProviderApi {
    /// The way to the senders' APIs by `client`.
    #[must_use]
    pub fn new(client: HttpClient) -> ProviderApi {
        ProviderApi { client, answer_within: ANSWER_WITHIN }
    }

    /// Sends `request` to `target` and gives whatever was answered.
    ///
    /// # Errors
    /// If there was no answer that can be used. It always may pass; the text holds nothing of what was sent.
    pub async fn ask(&self, target: &Target, request: &ApiRequest) -> Result<ApiAnswer, ServiceError> {
        let answer = tokio::time::timeout(self.answer_within, self.exchange(target, request)).await;
        answer
            .unwrap_or_else(|_| Err("timed out".to_owned()))
            .map_err(|reason| ServiceError::retryable(OPERATION, reason))
    }

    async fn exchange(&self, target: &Target, request: &ApiRequest) -> Result<ApiAnswer, String> {
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = Bytes::copy_from_slice(request.body.as_bytes());
        let answer =
            self.client.send(target, request.method, headers, body).await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        // A date would need the API's clock; without a count of seconds the wait is ours to choose.
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let body = Limited::new(answer.into_body(), ANSWER_MAX_BYTES).collect().await.map_err(|error| {
            let reason =
                if error.is::<LengthLimitError>() { "the answer is too large" } else { "the answer broke off" };
            reason.to_owned()
        })?;
        Ok(ApiAnswer { status, body: body.to_bytes().into(), retry_after: retry_after.map(Duration::from_secs) })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use domain::download::hosts::Hosts;
    use domain::download::target::{Loopback, Rules};
    use domain::provider::Provider;

    use super::*;

    fn api() -> ProviderApi {
        ProviderApi::new(HttpClient::new(Loopback::AllowedForTests))
    }

    fn target(url: &str) -> Target {
        let hosts = Hosts::of(Provider::Csm.sender().unwrap(), &[]);
        Target::check(url, &Rules { hosts, loopback: Loopback::AllowedForTests }).unwrap()
    }

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
        let api = ProviderApi { answer_within: Duration::from_millis(300), ..api() };
        let headers = vec![("x-api-key".to_owned(), "sk-0123456789".to_owned())];
        let target = target(&url);
        let told = match api.ask(&target, &ApiRequest { method: "GET", url, headers, body: String::new() }).await {
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
        let trouble = api().ask(&target(&request.url), &request).await.err().unwrap().to_string();
        assert!(trouble.starts_with("asking the sender's API: ") && trouble.contains("refused"), "{trouble}");
    }
}
