//! Rehearsing a call: all of it but the call.
//!
//! Lambda lets a function initialise at full speed and gives it a share of a processor afterwards, so what the first
//! call to a service needs beside itself is had for less before the first event: the name looked up, the connection
//! opened, the SDK's code loaded and its tables built. A rehearsed call is made by a client like the one that will make
//! the real one, and signed like it. In its place the service is then asked how it is, without a signature, so nothing is
//! done, no permission is needed, and nobody's metrics or audit trail knows of it.

use std::fmt;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use hyper::Uri;

/// The path under which AWS's endpoints tell anybody that they are well.
const PING: &str = "/ping";

/// An HTTP client by which every call fails, once the connection that it would have gone by stands open in the pool of
/// `client`. That it always fails is what makes it safe: whatever were sent by mistake could not pass for done.
pub(crate) fn rehearsing(client: Option<SharedHttpClient>) -> SharedHttpClient {
    SharedHttpClient::new(Rehearsing(client))
}

#[derive(Debug)]
struct Rehearsing(Option<SharedHttpClient>);

impl HttpClient for Rehearsing {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.0.as_ref().map(|client| client.http_connector(settings, components));
        SharedHttpConnector::new(Pinging(connector))
    }
}

#[derive(Debug)]
struct Pinging(Option<SharedHttpConnector>);

impl HttpConnector for Pinging {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = ping(request.uri()).and_then(|ping| Some(self.0.as_ref()?.call(ping)));
        HttpConnectorFuture::new(async move {
            // Only a connection whose answer was read to its end is used again.
            if let Some(Ok(answer)) = future(answer).await {
                let _ = ByteStream::new(answer.into_body()).collect().await;
            }
            Err(ConnectorError::user(Rehearsed.into()))
        })
    }
}

async fn future<F: Future>(future: Option<F>) -> Option<F::Output> {
    Some(future?.await)
}

/// The question to the server that `uri` leads to.
fn ping(uri: &str) -> Option<HttpRequest> {
    let uri: Uri = uri.parse().ok()?;
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(format!("{}://{}{PING}", uri.scheme_str()?, uri.authority()?)).ok()?;
    Some(request)
}

/// How a rehearsal ends.
#[derive(Debug)]
struct Rehearsed;

impl fmt::Display for Rehearsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this was a rehearsal")
    }
}

impl std::error::Error for Rehearsed {}
