//! The configured sources, each a secret in Secrets Manager.

use std::sync::Arc;
use std::time::Duration;

use domain::source::source_name::SourceName;
use domain::source::{Source, SourceError};
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Limits};
use crate::service::{AwsJsonService, CallError, Service};
use crate::service_error::ServiceError;

/// An instance reads a source again after this long: so soon, what an operator takes away is gone everywhere.
pub const FRESH_FOR: Duration = Duration::from_secs(5 * 60);
/// An instance never reads a source twice within this time, whatever comes in.
pub const READS_APART: Duration = Duration::from_secs(5);

/// The secrets under a prefix.
#[derive(Clone, Debug)]
pub struct Sources {
    service: Arc<Service>,
    prefix: String,
}

/// What was found under a source's name.
#[derive(Debug)]
pub enum Lookup {
    /// A source.
    Known(Box<Source>),
    /// Nothing.
    Unknown,
    /// A secret that cannot be used; the operator must mend it.
    Broken(SourceError),
}

impl Sources {
    /// The sources whose secrets are named `{prefix}/source/{name}`.
    #[must_use]
    pub fn new(aws: &Aws, prefix: String, limits: Limits) -> Sources {
        Sources { service: Arc::new(aws.service(AwsJsonService::SecretsManager, limits)), prefix }
    }

    /// Opens the connection by which sources are read.
    pub async fn connect(&self) {
        self.service.connect().await;
    }

    /// Reads the source `name`.
    ///
    /// # Errors
    /// If Secrets Manager could not be reached or refused: then it is not known whether there is such a source.
    pub async fn read(&self, name: &SourceName) -> Result<Lookup, ServiceError> {
        const OPERATION: &str = "secretsmanager:GetSecretValue";
        let get = GetSecretValue { secret_id: format!("{}/source/{name}", self.prefix) };
        let body = serde_json::to_vec(&get).expect("strings are always JSON");
        let answer = match self.service.send(self.service.prepare("secretsmanager.GetSecretValue", body)).await {
            Ok(answer) => answer,
            Err(error) if is_absent(&error) => return Ok(Lookup::Unknown),
            Err(error) => return Err(ServiceError::with(OPERATION, error)),
        };
        let secret: Secret = serde_json::from_slice(&answer)
            .map_err(|_| ServiceError::retryable(OPERATION, "the answer could not be read"))?;
        Ok(match Source::parse(name.clone(), secret.secret_string.as_deref().unwrap_or_default()) {
            Ok(source) => Lookup::Known(Box::new(source)),
            Err(error) => Lookup::Broken(error),
        })
    }
}

/// What GetSecretValue is asked for.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
}

/// What it answers; a secret of bytes has no text.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secret {
    #[serde(default)]
    secret_string: Option<String>,
}

/// A secret that waits for its deletion is gone as far as senders are concerned.
fn is_absent(error: &CallError) -> bool {
    matches!(error, CallError::Response(response)
        if matches!(&*response.code, "ResourceNotFoundException" | "InvalidRequestException"))
}
