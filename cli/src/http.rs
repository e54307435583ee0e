//! Requests as a sender makes them: nothing is added, and nothing is tried again.

use std::error::Error as StdError;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::error::{Error, Result};

/// The longest that a sender waits.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The body, as text.
    pub body: String,
    /// When it was written, as the other side's clock has it.
    pub date: Option<String>,
}

/// Makes a request, and waits for the answer `within` a time.
///
/// # Errors
/// If no request can be made of it, or no answer comes.
pub async fn request(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: &[u8],
    within: Duration,
) -> Result<HttpAnswer> {
    let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build();
    let mut request = HttpRequest::new(SdkBody::from(body));
    let unfit = |what: &str| Error::Usage(format!("{what} cannot stand in a request"));
    request.set_method(method).map_err(|_| unfit(method))?;
    request.set_uri(url).map_err(|_| unfit("the URL"))?;
    for (name, value) in headers {
        let added = request.headers_mut().try_append(name.clone(), value.clone());
        added.map_err(|_| unfit(&format!("the header {name}")))?;
    }
    let exchange = async {
        let response = SharedHttpConnector::new(connector).call(request).await.map_err(|error| unanswered(&error))?;
        let status = response.status().as_u16();
        let date = response.headers().get("date").map(str::to_owned);
        let body = ByteStream::new(response.into_body()).collect().await.map_err(|error| unanswered(&error))?;
        Ok(HttpAnswer { status, body: String::from_utf8_lossy(&body.to_vec()).into_owned(), date })
    };
    let late = |_| Error::Unavailable(format!("no answer within {} s", within.as_secs_f64()));
    tokio::time::timeout(within, exchange).await.map_err(late)?
}

/// The URL may hold a token, so only its cause is told.
fn unanswered(error: &dyn StdError) -> Error {
    let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    Error::Unavailable(format!("the request was not answered: {cause}"))
}
