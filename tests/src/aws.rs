//! The services behind the stack, seen with an operator's eyes.

use std::env;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::http_client_fn;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::clock;
use crate::http::{Answer, Http, Request};

/// One client a service.
#[derive(Clone, Debug)]
pub struct Aws {
    /// The ledger's.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The queues'.
    pub sqs: aws_sdk_sqs::Client,
    /// The topic's.
    pub sns: aws_sdk_sns::Client,
    /// The bucket's.
    pub s3: aws_sdk_s3::Client,
    /// The sources'.
    pub secrets: aws_sdk_secretsmanager::Client,
    http: Http,
    credentials: Credentials,
    region: String,
    endpoint: Option<String>,
}

impl Aws {
    /// The clients for the services at `endpoint`, or at AWS if there is none. Region and credentials come from the
    /// SDK's own variables; the local stack takes any, so there they need not be set.
    #[must_use]
    pub fn new(http: Http, endpoint: Option<&str>) -> Aws {
        let set = |name: &str, local: &str| match (variable(name), endpoint) {
            (Some(value), _) => value,
            (None, Some(_)) => local.to_owned(),
            (None, None) => panic!("{name} must be set for a stack on AWS"),
        };
        let credentials = Credentials::new(
            set("AWS_ACCESS_KEY_ID", "test"),
            set("AWS_SECRET_ACCESS_KEY", "test"),
            variable("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let region = set("AWS_REGION", "us-east-1");
        Aws::signed_in(http, endpoint, credentials, region)
    }

    /// The clients of whoever has `credentials`.
    #[must_use]
    pub fn signed_in(http: Http, endpoint: Option<&str>, credentials: Credentials, region: String) -> Aws {
        let connector = http.connector();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()));
        config.set_endpoint_url(endpoint.map(str::to_owned));
        let config = config.build();
        // A bucket's own host name resolves at AWS only.
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(endpoint.is_some()).build();
        Aws {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            http,
            credentials,
            region,
            endpoint: endpoint.map(str::to_owned),
        }
    }

    /// Calls a service for which there is no client here, signed as the service demands.
    ///
    /// # Panics
    /// If the service refuses.
    pub async fn call(
        &self,
        service: &str,
        method: &'static str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let answer = self.ask(service, method, path, headers, body).await;
        assert!(answer.status < 300, "{service}{path}: {} {}", answer.status, answer.text());
        answer
    }

    /// The same where the service may refuse.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn ask(
        &self,
        service: &str,
        method: &'static str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let host = || format!("https://{service}.{}.amazonaws.com", self.region);
        let url = format!("{}{path}", self.endpoint.clone().unwrap_or_else(host));
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(clock::now())
            .settings(SigningSettings::default())
            .build()
            .expect("every parameter is given");
        let signable = SignableRequest::new(method, &url, headers.iter().copied(), SignableBody::Bytes(&body))
            .expect("the harness writes URLs that parse");
        let (signature, _) =
            sign(signable, &params.into()).expect("the harness writes headers that can be signed").into_parts();
        let all = headers.iter().copied().chain(signature.headers());
        let headers = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.http.send(&Request { method, url, headers, body }).await
    }
}

#[expect(clippy::disallowed_methods, reason = "the harness takes credentials as the SDK's own tools do")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}
