//! Whom a command plays or judges: a source of the stack, or one whose secret is given.

use std::fs;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::source::source_name::SourceName;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::source_store::SourceStore;

/// How a sender is described that the stack has no source for.
#[derive(Debug, Args)]
pub struct SenderOptions {
    /// A description of the sender, in TOML or JSON, in place of the source's own
    #[arg(long, value_name = "FILE")]
    pub description: Option<PathBuf>,
    /// Read the sender's secret from standard input, in place of the source's own; on a second line, the token of
    /// its URL
    #[arg(long)]
    pub secret_stdin: bool,
}

/// What a source's secret says, and the token of its URL if that is known.
#[derive(Clone)]
pub struct SourceSecret {
    /// JSON, as it stands in Secrets Manager.
    pub json: String,
    /// The token itself: the secret has only its digest.
    pub token: Option<String>,
}

impl SenderOptions {
    /// The secret of the source `name`: of the stack's, unless another is given for a `provider` or a description.
    ///
    /// # Errors
    /// If there is none, or what is given cannot be read.
    pub async fn source_secret(
        &self,
        context: &Context,
        name: &SourceName,
        provider: Option<&str>,
    ) -> Result<SourceSecret> {
        if !self.secret_stdin {
            let json = SourceStore::of(&context.session).await?.existing(name).await?;
            let json = self.description.as_deref().map_or(Ok(json.clone()), |file| described(&json, file))?;
            return Ok(SourceSecret { json, token: None });
        }
        let mut lines = io::stdin().lock().lines();
        let mut line = || {
            Ok::<_, Error>(lines.next().transpose()?.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()))
        };
        let (secret, token) = (line()?, line()?);
        let mut configuration = Map::new();
        match (&self.description, provider) {
            (Some(file), _) => drop(configuration.insert("scheme".to_owned(), Value::Object(description(file)?))),
            (None, Some(provider)) => drop(configuration.insert("provider".to_owned(), json!(provider))),
            (None, None) => return Err(Error::Usage("--secret-stdin needs a provider or a --description".into())),
        }
        if let Some(secret) = secret {
            configuration.insert("secrets".to_owned(), json!([secret]));
        }
        if let Some(token) = &token {
            let digest = domain::digest::Digest::of(token.as_bytes()).to_string();
            configuration.insert("token_sha256".to_owned(), json!([digest]));
        }
        Ok(SourceSecret { json: Value::Object(configuration).to_string(), token })
    }
}

/// What a source's secret says, with another description.
fn described(json: &str, file: &Path) -> Result<String> {
    let fault = |_| Error::Conflict("the source's secret is not the JSON object it should be".into());
    let mut configuration: Map<String, Value> = serde_json::from_str(json).map_err(fault)?;
    configuration.remove("provider");
    configuration.insert("scheme".to_owned(), Value::Object(description(file)?));
    Ok(Value::Object(configuration).to_string())
}

/// A description, as it would stand in a source's secret.
///
/// # Errors
/// If there is none in the file.
pub fn description(file: &Path) -> Result<Map<String, Value>> {
    let text = fs::read_to_string(file).map_err(|error| Error::NotFound(format!("{}: {error}", file.display())))?;
    let is_json = file.extension().is_some_and(|ending| ending == "json");
    let read: std::result::Result<Map<String, Value>, String> = if is_json {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        toml::from_str(&text).map_err(|error| error.to_string())
    };
    let mut description = read.map_err(|fault| Error::Usage(format!("{}: {fault}", file.display())))?;
    // A description of the catalogue has the name that the operator's own must not have.
    description.remove("name");
    Ok(description)
}
