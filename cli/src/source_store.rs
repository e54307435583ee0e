//! The secrets of the sources, and the directory of their names.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};
use aws_smithy_types::date_time::Format;
use domain::ledger::source_directory::DIRECTORY_ID;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use serde_json::{Map, Value};

use crate::aws_error::{OrError as _, code};
use crate::error::{Error, Result};
use crate::session::Session;

/// The secrets of the sources, and the directory of their names.
#[derive(Debug)]
pub struct SourceStore {
    secrets: aws_sdk_secretsmanager::Client,
    ledger: aws_sdk_dynamodb::Client,
    prefix: String,
    table: String,
    region: String,
}

/// Which of a secret's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The one that counts.
    Current,
    /// The one before.
    Previous,
}

/// A source as the list of secrets has it.
#[derive(Debug)]
pub struct ListedSource {
    /// Its name.
    pub name: SourceName,
    /// When its secret last changed.
    pub changed_at: Option<Timestamp>,
    /// When it was last read, by the day.
    pub read_on: Option<String>,
}

impl SourceStore {
    /// Those of the stack.
    ///
    /// # Errors
    /// If the stack cannot be found.
    pub async fn of(session: &Session) -> Result<SourceStore> {
        let (config, stack) = (session.config().await?, session.stack().await?);
        Ok(SourceStore {
            secrets: aws_sdk_secretsmanager::Client::new(config),
            ledger: aws_sdk_dynamodb::Client::new(config),
            prefix: stack.output("SourcesPrefix")?.to_owned(),
            table: stack.output("LedgerTable")?.to_owned(),
            region: session.region().await?.to_owned(),
        })
    }

    /// The name of a source's secret.
    #[must_use]
    pub fn secret_name(&self, source: &SourceName) -> String {
        secret_name(&self.prefix, source)
    }

    /// What a version of the secret says; `None` if there is none.
    ///
    /// # Errors
    /// If it is being deleted, or could not be read.
    pub async fn read(&self, source: &SourceName, version: Version) -> Result<Option<String>> {
        read(&self.secrets, &self.secret_name(source), version, &self.region).await
    }

    /// Whether a stack with this prefix, which need not be there yet, can have the source: its secret is there or can be made.
    ///
    /// # Errors
    /// If it is being deleted, or could not be read.
    pub async fn check_name(session: &Session, prefix: &str, source: &SourceName) -> Result<()> {
        let secrets = aws_sdk_secretsmanager::Client::new(session.config().await?);
        let name = secret_name(prefix, source);
        read(&secrets, &name, Version::Current, session.region().await?).await.map(drop)
    }

    /// What the secret of an existing source says.
    ///
    /// # Errors
    /// As for [`SourceStore::read`], and if there is none.
    pub async fn existing(&self, source: &SourceName) -> Result<String> {
        let missing = || {
            let name = self.secret_name(source);
            Error::NotFound(format!("there is no source {source}: there is no secret {name} in {}", self.region))
        };
        self.read(source, Version::Current).await?.ok_or_else(missing)
    }

    /// Makes the secret.
    ///
    /// # Errors
    /// If Secrets Manager refuses.
    pub async fn create(&self, source: &SourceName, content: &Map<String, Value>) -> Result<()> {
        let create = self.secrets.create_secret().name(self.secret_name(source)).secret_string(text(content));
        create.send().await.or_error("secretsmanager:CreateSecret").map(drop)
    }

    /// Gives the secret a new version.
    ///
    /// # Errors
    /// If Secrets Manager refuses.
    pub async fn replace(&self, source: &SourceName, content: &Map<String, Value>) -> Result<()> {
        let put = self.secrets.put_secret_value().secret_id(self.secret_name(source)).secret_string(text(content));
        put.send().await.or_error("secretsmanager:PutSecretValue").map(drop)
    }

    /// Has the secret deleted after so many days. Returns when that will be.
    ///
    /// # Errors
    /// If Secrets Manager refuses.
    pub async fn delete(&self, source: &SourceName, recovery_days: i64) -> Result<String> {
        let delete = self.secrets.delete_secret().secret_id(self.secret_name(source));
        let deleted = delete.recovery_window_in_days(recovery_days).send().await;
        let deleted = deleted.or_error("secretsmanager:DeleteSecret")?;
        let at = deleted.deletion_date().and_then(|at| at.fmt(Format::DateTime).ok());
        Ok(at.unwrap_or_else(|| format!("in {recovery_days} days")))
    }

    /// All sources. One that was made in the last five minutes may be missing.
    ///
    /// # Errors
    /// If Secrets Manager refuses.
    pub async fn list(&self) -> Result<Vec<ListedSource>> {
        let prefix = format!("{}/source/", self.prefix);
        let filter = Filter::builder().key(FilterNameStringType::Name).values(&prefix).build();
        let mut pages = self.secrets.list_secrets().filters(filter).into_paginator().page_size(100).send();
        let mut sources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.or_error("secretsmanager:ListSecrets")?;
            sources.extend(page.secret_list().iter().filter_map(|secret| {
                let name = SourceName::parse(secret.name()?.strip_prefix(&prefix)?).ok()?;
                let changed_at =
                    secret.last_changed_date().and_then(|at| at.to_millis().ok()).map(Timestamp::from_millis);
                let read_on = secret.last_accessed_date().and_then(|at| at.fmt(Format::DateTime).ok());
                let read_on = read_on.map(|at| at.split('T').next().unwrap_or_default().to_owned());
                Some(ListedSource { name, changed_at, read_on })
            }));
        }
        sources.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
        Ok(sources)
    }

    /// Writes the name of a new source into the directory by which ingest knows sources: the sweep lists it only after a
    /// minute, and Secrets Manager shows it after five at the latest. Without a directory nothing is missed: the first
    /// sweep writes it with all names, and one with this name alone would hide the others.
    ///
    /// # Errors
    /// If DynamoDB refuses. The source works all the same, but later.
    pub async fn enter_in_directory(&self, source: &SourceName, now: Timestamp) -> Result<()> {
        let written = self
            .ledger
            .update_item()
            .table_name(&self.table)
            .key("id", AttributeValue::S(DIRECTORY_ID.to_owned()))
            .update_expression("SET #names.#name = :now ADD revision :one")
            .condition_expression("attribute_exists(#names)")
            .expression_attribute_names("#names", "names")
            .expression_attribute_names("#name", source.as_str())
            .expression_attribute_values(":now", AttributeValue::N(now.as_millis().to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .send()
            .await;
        match written {
            Err(error) if code(&error) == Some("ConditionalCheckFailedException") => Ok(()),
            written => written.or_error("dynamodb:UpdateItem").map(drop),
        }
    }

    /// The table of the directory.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }
}

fn secret_name(prefix: &str, source: &SourceName) -> String {
    format!("{prefix}/source/{source}")
}

async fn read(
    secrets: &aws_sdk_secretsmanager::Client,
    name: &str,
    version: Version,
    region: &str,
) -> Result<Option<String>> {
    let stage = match version {
        Version::Current => "AWSCURRENT",
        Version::Previous => "AWSPREVIOUS",
    };
    match secrets.get_secret_value().secret_id(name).version_stage(stage).send().await {
        Ok(secret) => Ok(Some(secret.secret_string.unwrap_or_default())),
        Err(error) => match error.as_service_error() {
            Some(GetSecretValueError::ResourceNotFoundException(_)) => Ok(None),
            Some(GetSecretValueError::InvalidRequestException(_)) => Err(Error::Conflict(format!(
                "The secret {name} is being deleted, and its name is taken until then. Restore it, or choose another \
                 name:\n  aws secretsmanager restore-secret --secret-id {name} --region {region}"
            ))),
            _ => Err(error).or_error("secretsmanager:GetSecretValue"),
        },
    }
}

fn text(content: &Map<String, Value>) -> String {
    serde_json::to_string(content).expect("JSON is always written")
}
