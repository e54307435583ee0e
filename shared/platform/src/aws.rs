//! The AWS clients: one connector, one credential, and limits of time that are set on purpose.
//!
//! The future of a call is large, and every future around it is as large and moved several times. So where a call is made
//! for every delivery, its future is boxed.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::env::Env;
use crate::roots;

/// S3 closes idle connections after about 20 seconds; a pooled one must be given up before, or the next call after a
/// pause fails.
const POOL_IDLE: Duration = Duration::from_secs(15);

/// What all clients of a function share.
#[derive(Clone, Debug)]
pub struct Aws {
    shared: SdkConfig,
    endpoints: Endpoints,
}

/// Where the services are if not at AWS: the variables are those of all AWS SDKs, one for each service and one for the
/// rest. On Lambda none is set.
#[derive(Clone, Debug)]
struct Endpoints {
    dynamodb: Option<String>,
    s3: Option<String>,
    secretsmanager: Option<String>,
    sns: Option<String>,
    sqs: Option<String>,
}

impl Endpoints {
    fn from_env(env: &Env) -> Endpoints {
        let all = env.optional("AWS_ENDPOINT_URL");
        let of = |service: &str| env.optional(&format!("AWS_ENDPOINT_URL_{service}")).or_else(|| all.clone());
        Endpoints {
            dynamodb: of("DYNAMODB"),
            s3: of("S3"),
            secretsmanager: of("SECRETS_MANAGER"),
            sns: of("SNS"),
            sqs: of("SQS"),
        }
    }
}

/// How long a call to a service may take. The SDK's defaults are no time-out and a first retry after a second: neither
/// can be afforded where a sender waits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The whole call, retries included.
    pub operation: Duration,
    /// One try of it.
    pub attempt: Duration,
    /// How many tries.
    pub attempts: u32,
}

impl Limits {
    /// For work that nobody waits for: the services get time to recover, and the event comes back anyway.
    pub const PATIENT: Limits =
        Limits { operation: Duration::from_secs(6), attempt: Duration::from_millis(2500), attempts: 3 };
}

impl Aws {
    /// Reads region, credentials and endpoints from the variables that Lambda sets. Lambda's credentials outlive the
    /// instance that they are given to, so they are read once; the SDK's usual chain would bring STS and SSO along.
    pub fn from_env(env: &mut Env) -> Aws {
        let credentials = Credentials::new(
            env.required("AWS_ACCESS_KEY_ID"),
            env.required("AWS_SECRET_ACCESS_KEY"),
            env.optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let endpoints = Endpoints::from_env(env);
        let region = env.required("AWS_REGION");
        // The name that the other AWS SDKs know.
        let trusted = env.parsed("AWS_CA_BUNDLE", roots::of(&region), roots::bundle);
        // One connector for all clients. The SDK's own HTTP client makes one for each client and each connect time-out, and
        // each of them parses the roots anew, before the first call and during it.
        let tls_context = TlsContext::builder().with_trust_store(trusted).build().expect("it has no way to fail");
        let connector = SharedHttpConnector::new(
            Connector::builder()
                .pool_idle_timeout(POOL_IDLE)
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(tls_context)
                .build(),
        );
        let http_client = http_client_fn(move |_, _| connector.clone());
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client)
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            // It measures every body on its way; the limits of time say the same.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        Aws { shared: shared.build(), endpoints }
    }

    pub(crate) fn dynamodb(&self, limits: Limits) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.limited(limits, &self.endpoints.dynamodb))
    }

    pub(crate) fn sqs(&self, limits: Limits) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.limited(limits, &self.endpoints.sqs))
    }

    pub(crate) fn sns(&self, limits: Limits) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.limited(limits, &self.endpoints.sns))
    }

    pub(crate) fn secretsmanager(&self, limits: Limits) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.limited(limits, &self.endpoints.secretsmanager))
    }

    pub(crate) fn s3(&self, limits: Limits) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.limited(limits, &self.endpoints.s3))
            // A bucket's own host name resolves at AWS only.
            .force_path_style(self.endpoints.s3.is_some())
            // Every body carries its SHA-256; a second checksum would only cost time.
            .request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(aws_sdk_s3::config::ResponseChecksumValidation::WhenRequired)
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    fn limited(&self, limits: Limits, endpoint: &Option<String>) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(limits.operation)
            // It covers connecting.
            .operation_attempt_timeout(limits.attempt)
            .build();
        // The SDK waits for a random part of the back-off; a short one keeps the last try inside the limit.
        let retries = RetryConfig::standard()
            .with_max_attempts(limits.attempts)
            .with_initial_backoff(Duration::from_millis(50))
            .with_max_backoff(limits.attempt);
        let mut limited = self.shared.to_builder().timeout_config(timeouts).retry_config(retries);
        limited.set_endpoint_url(endpoint.clone());
        limited.build()
    }
}
