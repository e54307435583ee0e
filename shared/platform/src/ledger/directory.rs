//! The directory of sources.

use domain::ledger::item::Item;
use domain::ledger::source_directory::{DIRECTORY_ID, SourceDirectory};

use super::request::GetRequest;
use super::{Ledger, PUT_ITEM, WriteOutcome, member};
use crate::service_error::ServiceError;

impl Ledger {
    /// Reads the directory; `None` if there is none yet.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn source_directory(&self) -> Result<Option<SourceDirectory>, ServiceError> {
        Ok(self.item(DIRECTORY_ID).await?.map(|item| SourceDirectory::of_item(&item)))
    }

    /// Reads an item as it is now; `None` if there is none.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn item(&self, id: &str) -> Result<Option<Item<'static>>, ServiceError> {
        let answer = self.call("DynamoDB_20120810.GetItem", &GetRequest { table: &self.table, id }).await;
        let answer = answer.map_err(|error| ServiceError::with("dynamodb:GetItem", error))?;
        Ok(member(&answer, "Item"))
    }

    /// Puts the directory; `false` if somebody else has written it since it was read.
    ///
    /// # Errors
    /// If the table could not be reached or refused; it may be written all the same.
    pub async fn put_source_directory(&self, directory: &SourceDirectory) -> Result<bool, ServiceError> {
        let outcome = self.send(PUT_ITEM, "dynamodb:PutItem (directory)", &directory.put()).await?;
        Ok(matches!(outcome, WriteOutcome::Written(_)))
    }
}
