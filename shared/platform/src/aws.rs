//! The AWS clients: one connector, one credential, and limits of time that are set on purpose.
//!
//! The future of a call is large, and every future around it is as large and moved several times. So where ingest makes a
//! call, its future is boxed.

use std::sync::{Arc, LazyLock};

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
use futures_util::FutureExt as _;
use rustls::ClientConfig;

use crate::env::Env;
use crate::limits::{FIRST_BACKOFF, POOL_IDLE};
use crate::roots::Roots;
use crate::service::{AwsJsonService, Endpoint, Network, Service, ServiceClock, Signer};
use crate::tls::tls;

pub use crate::limits::Limits;

/// What all clients of a function share.
#[derive(Clone)]
pub struct Aws {
    shared: SdkConfig,
    endpoints: Endpoints,
    region: String,
    /// Lambda's credentials outlive the instance that they are given to.
    credentials: Credentials,
    clock: Arc<ServiceClock>,
    network: Arc<Network>,
    tls: Arc<ClientConfig>,
}

/// Who calls, and in which region.
pub struct SignIn {
    /// The region.
    pub region: String,
    /// The id of the access key.
    pub access_key_id: String,
    /// The access key.
    pub secret_access_key: String,
    /// The token of a session, if the key is one's.
    pub session_token: Option<String>,
}

/// Where the services are if not at AWS: the variables are those of all AWS SDKs, one for each service and one for the
/// rest. On Lambda none is set.
#[derive(Clone, Debug)]
struct Endpoints {
    cloudwatch_logs: Option<String>,
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
            cloudwatch_logs: of("CLOUDWATCH_LOGS"),
            dynamodb: of("DYNAMODB"),
            s3: of("S3"),
            secretsmanager: of("SECRETS_MANAGER"),
            sns: of("SNS"),
            sqs: of("SQS"),
        }
    }

    fn all(url: &str) -> Endpoints {
        let url = Some(url.to_owned());
        Endpoints {
            cloudwatch_logs: url.clone(),
            dynamodb: url.clone(),
            s3: url.clone(),
            secretsmanager: url.clone(),
            sns: url.clone(),
            sqs: url,
        }
    }
}

impl Aws {
    /// Reads region, credentials and endpoints from the variables that Lambda sets. The SDK's usual chain would bring STS
    /// and SSO along.
    pub fn from_env(env: &mut Env) -> Aws {
        let access_key_id = env.required("AWS_ACCESS_KEY_ID");
        let secret_access_key = env.required("AWS_SECRET_ACCESS_KEY");
        let session_token = env.optional("AWS_SESSION_TOKEN");
        let credentials = Credentials::new(access_key_id, secret_access_key, session_token, None, "environment");
        let endpoints = Endpoints::from_env(env);
        let region = env.required("AWS_REGION");
        Aws::assemble(env, region, credentials, endpoints)
    }

    /// For the program of an operator, who has signed in by other means. With `endpoint`, all services are there.
    pub fn signed_in(env: &mut Env, sign_in: SignIn, endpoint: Option<&str>) -> Aws {
        let SignIn { region, access_key_id, secret_access_key, session_token } = sign_in;
        let credentials = Credentials::new(access_key_id, secret_access_key, session_token, None, "the operator");
        let endpoints = endpoint.map_or_else(|| Endpoints::from_env(env), Endpoints::all);
        Aws::assemble(env, region, credentials, endpoints)
    }

    fn assemble(env: &mut Env, region: String, credentials: Credentials, endpoints: Endpoints) -> Aws {
        // The name that the other AWS SDKs know.
        let roots = env.parsed("AWS_CA_BUNDLE", Roots::of(&region), Roots::bundle);
        // One connector for all clients. The SDK's own HTTP client makes one for each client and each connect time-out, and
        // each of them parses the roots anew, before the first call and during it.
        // This one is made when it is first used, which in ingest is hardly ever.
        let trusted = roots.trust_store();
        let connector = LazyLock::new(move || {
            let tls_context = TlsContext::builder().with_trust_store(trusted).build().expect("it has no way to fail");
            let connector = Connector::builder()
                .pool_idle_timeout(POOL_IDLE)
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(tls_context)
                .build();
            SharedHttpConnector::new(connector)
        });
        let http_client = http_client_fn(move |_, _| connector.clone());
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
            .http_client(http_client)
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            // It measures every body on its way; the limits of time say the same.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        let tls = tls().with_root_certificates(roots.store()).with_no_client_auth();
        let (clock, network) = (Arc::default(), Arc::default());
        Aws { shared: shared.build(), endpoints, region, credentials, clock, network, tls: Arc::new(tls) }
    }

    /// What all connections have in common.
    pub(crate) fn network(&self) -> Arc<Network> {
        Arc::clone(&self.network)
    }

    pub(crate) fn secretsmanager(&self, limits: Limits) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.limited(limits, &self.endpoints.secretsmanager))
    }

    pub(crate) fn sqs(&self, limits: Limits) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.limited(limits, &self.endpoints.sqs))
    }

    pub(crate) fn sns(&self, limits: Limits) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.limited(limits, &self.endpoints.sns))
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

    /// A service that is spoken to without the SDK.
    pub(crate) fn service(&self, kind: AwsJsonService, limits: Limits) -> Service {
        let endpoint = match kind {
            AwsJsonService::CloudWatchLogs => &self.endpoints.cloudwatch_logs,
            AwsJsonService::DynamoDb => &self.endpoints.dynamodb,
            AwsJsonService::SecretsManager => &self.endpoints.secretsmanager,
            AwsJsonService::Sqs => &self.endpoints.sqs,
        };
        let url = endpoint.clone().or_else(|| self.url_of(kind.name()));
        let clock = Arc::clone(&self.clock);
        let signer = Signer::new(self.credentials.clone(), self.region.clone(), kind.name(), clock);
        let endpoint = url.and_then(|url| Endpoint::new(&url, &self.tls));
        Service::new(endpoint, self.network(), kind, signer, limits)
    }

    /// Where a service is at AWS. The SDK knows in which domain each region is; in it, only the first name differs.
    fn url_of(&self, service: &str) -> Option<String> {
        use aws_sdk_sqs::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
        let place = Params::builder().region(&*self.region).build().ok()?;
        let sqs = DefaultResolver::new().resolve_endpoint(&place).now_or_never()?.ok()?;
        Some(sqs.url().replacen("//sqs.", &format!("//{service}."), 1))
    }

    fn limited(&self, limits: Limits, endpoint: &Option<String>) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(limits.operation)
            // It covers connecting.
            .operation_attempt_timeout(limits.attempt)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(limits.attempts)
            .with_initial_backoff(FIRST_BACKOFF)
            .with_max_backoff(limits.attempt);
        let mut limited = self.shared.to_builder().timeout_config(timeouts).retry_config(retries);
        limited.set_endpoint_url(endpoint.clone());
        limited.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lookup: fn(&str) -> Option<String>, expected: [&str; 3]) {
        let aws = Aws::from_env(&mut Env::of(lookup));
        let services = [AwsJsonService::DynamoDb, AwsJsonService::SecretsManager, AwsJsonService::Sqs];
        let hosts = services.map(|service| aws.service(service, Limits::PATIENT).host());
        assert_eq!(hosts, expected);
    }

    /// Where the SDK's own clients would look for them.
    fn hosts_of_the_sdk(region: &str) -> [String; 3] {
        use aws_sdk_dynamodb::config::endpoint::{self as dynamodb, ResolveEndpoint as _};
        use aws_sdk_secretsmanager::config::endpoint::{self as secretsmanager, ResolveEndpoint as _};
        use aws_sdk_sqs::config::endpoint::{self as sqs, ResolveEndpoint as _};
        let at_dynamodb = dynamodb::Params::builder().region(region).build().unwrap();
        let at_secretsmanager = secretsmanager::Params::builder().region(region).build().unwrap();
        let at_sqs = sqs::Params::builder().region(region).build().unwrap();
        [
            dynamodb::DefaultResolver::new().resolve_endpoint(&at_dynamodb).now_or_never().unwrap(),
            secretsmanager::DefaultResolver::new().resolve_endpoint(&at_secretsmanager).now_or_never().unwrap(),
            sqs::DefaultResolver::new().resolve_endpoint(&at_sqs).now_or_never().unwrap(),
        ]
        .map(|endpoint| endpoint.unwrap().url().trim_start_matches("https://").to_owned())
    }

    #[test]
    fn services_are_where_their_partition_has_them() {
        /// A region of each partition.
        const REGIONS: [(&str, &str); 8] = [
            ("eu-central-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("us-gov-west-1", "amazonaws.com"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("eu-isoe-west-1", "cloud.adc-e.uk"),
            ("us-isof-south-1", "csp.hci.ic.gov"),
            ("eusc-de-east-1", "amazonaws.eu"),
        ];
        for (region, domain) in REGIONS {
            let aws = Aws { region: region.to_owned(), ..Aws::from_env(&mut Env::of(|_| None)) };
            let services = [AwsJsonService::DynamoDb, AwsJsonService::SecretsManager, AwsJsonService::Sqs];
            let hosts = services.map(|service| aws.service(service, Limits::PATIENT).host());
            assert_eq!(hosts, hosts_of_the_sdk(region).each_ref().map(String::as_str), "{region}");
            assert_eq!(hosts[2], format!("sqs.{region}.{domain}"));
        }
    }

    #[test]
    fn services_are_where_a_variable_says() {
        let lookup = |name: &str| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ENDPOINT_URL" => Some("http://127.0.0.1:4566".to_owned()),
            "AWS_ENDPOINT_URL_SQS" => Some("https://vpce-1.sqs.us-east-1.vpce.amazonaws.com".to_owned()),
            _ => None,
        };
        check(lookup, ["127.0.0.1:4566", "127.0.0.1:4566", "vpce-1.sqs.us-east-1.vpce.amazonaws.com"]);
    }
}
