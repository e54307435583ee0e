//! What the secrets of the stack's sources say.

use aws_sdk_secretsmanager::Client;
use domain::source::source_name::SourceName;

use crate::aws_error::{OrError as _, code};
use crate::context::Context;
use crate::error::Result;

/// Which of a secret's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The one that counts.
    Current,
    /// The one before.
    Previous,
}

/// What the secret of the source `name` says; `None` if there is no such source, or no such version.
///
/// # Errors
/// If there is no stack, or Secrets Manager does not answer.
pub async fn read(context: &Context, name: &SourceName, version: Version) -> Result<Option<String>> {
    let prefix = context.session.stack().await?.output("SourcesPrefix")?.to_owned();
    let client = Client::new(context.session.config().await?);
    let stage = match version {
        Version::Current => "AWSCURRENT",
        Version::Previous => "AWSPREVIOUS",
    };
    let id = format!("{prefix}/source/{name}");
    match client.get_secret_value().secret_id(id).version_stage(stage).send().await {
        Err(error) if code(&error) == Some("ResourceNotFoundException") => Ok(None),
        answer => Ok(answer.or_error("secretsmanager:GetSecretValue")?.secret_string),
    }
}
