//! Which sources there are: the names of the secrets under a prefix.

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};
use domain::source::source_name::SourceName;

use crate::aws::{Aws, Limits};
use crate::service_error::ServiceError;

/// The secrets whose names begin with a prefix. Their contents are not read.
#[derive(Clone, Debug)]
pub struct SourceListing {
    client: aws_sdk_secretsmanager::Client,
    name_prefix: String,
}

impl SourceListing {
    /// The sources whose secrets are named `{prefix}/source/{name}`.
    #[must_use]
    pub fn new(aws: &Aws, prefix: &str, limits: Limits) -> SourceListing {
        SourceListing { client: aws.secretsmanager(limits), name_prefix: format!("{prefix}/source/") }
    }

    /// Lists the names of all sources. Secrets that wait for their deletion are not listed, and one that was made in the
    /// last five minutes may not be listed yet.
    ///
    /// # Errors
    /// If Secrets Manager could not be reached or refused.
    pub async fn names(&self) -> Result<Vec<SourceName>, ServiceError> {
        let of_sources = Filter::builder().key(FilterNameStringType::Name).values(&self.name_prefix).build();
        let mut pages = self.client.list_secrets().filters(of_sources).into_paginator().page_size(100).send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ServiceError::of("secretsmanager:ListSecrets", &error))?;
            let secrets = page.secret_list().iter().filter_map(|secret| secret.name());
            names.extend(secrets.filter_map(|name| self.source_of(name)));
        }
        Ok(names)
    }

    fn source_of(&self, secret: &str) -> Option<SourceName> {
        SourceName::parse(secret.strip_prefix(&self.name_prefix)?).ok()
    }
}
