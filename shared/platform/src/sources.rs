//! The configured sources, each a secret in Secrets Manager.

use std::time::Duration;

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use domain::source::{Source, SourceError};
use domain::source_name::SourceName;

use crate::aws::{Aws, Limits};
use crate::rehearsal::rehearsing;
use crate::trouble::Trouble;

/// An instance reads a source again after this long: so soon, what an operator takes away is gone everywhere.
pub const FRESH_FOR: Duration = Duration::from_secs(5 * 60);
/// An instance never reads a source twice within this time, whatever comes in.
pub const READS_APART: Duration = Duration::from_secs(5);

/// The secrets under a prefix.
#[derive(Clone, Debug)]
pub struct Sources {
    client: aws_sdk_secretsmanager::Client,
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
        Sources { client: aws.secretsmanager(limits), prefix }
    }

    /// Rehearses (see `rehearsal`) reading.
    pub async fn rehearse(&self) {
        let config = self.client.config();
        let rehearsing = config.to_builder().http_client(rehearsing(config.http_client())).build();
        let get = aws_sdk_secretsmanager::Client::from_conf(rehearsing).get_secret_value().secret_id(&self.prefix);
        // It always fails.
        let _ = Box::pin(get.send()).await;
    }

    /// Reads the source `name`.
    ///
    /// # Errors
    /// If Secrets Manager could not be reached or refused: then it is not known whether there is such a source.
    pub async fn read(&self, name: &SourceName) -> Result<Lookup, Trouble> {
        let get = self.client.get_secret_value().secret_id(format!("{}/source/{name}", self.prefix));
        match Box::pin(get.send()).await {
            Ok(secret) => Ok(match Source::parse(name.clone(), secret.secret_string().unwrap_or_default()) {
                Ok(source) => Lookup::Known(Box::new(source)),
                Err(error) => Lookup::Broken(error),
            }),
            Err(error) if is_absent(error.as_service_error()) => Ok(Lookup::Unknown),
            Err(error) => Err(Trouble::of("secretsmanager:GetSecretValue", &error)),
        }
    }
}

/// A secret that waits for its deletion is gone as far as senders are concerned.
fn is_absent(error: Option<&GetSecretValueError>) -> bool {
    error.is_some_and(|error| error.is_resource_not_found_exception() || error.is_invalid_request_exception())
}
