//! The ledger's table.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{IndexStatus, TimeToLiveStatus};

use crate::aws_error::OrError as _;
use crate::doctor::finding::Finding;
use crate::error::Result;
use crate::session::Session;

const DEPLOY: &str = "deploy the stack again";
const INDEXES: [&str; 2] = ["due", "arrived"];

/// Whether finished records go after their time.
pub(super) async fn expiry(session: &Session) -> Result<Vec<Finding>> {
    const POINT: &str = "ledger expiry";
    let client = Client::new(session.config().await?);
    let table = session.stack().await?.output("LedgerTable")?;
    let answer =
        client.describe_time_to_live().table_name(table).send().await.or_error("dynamodb:DescribeTimeToLive")?;
    let expiry = answer.time_to_live_description();
    let is_on = expiry.is_some_and(|expiry| {
        let is_enabled =
            matches!(expiry.time_to_live_status(), Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
        is_enabled && expiry.attribute_name() == Some("expires_at")
    });
    Ok(vec![match is_on {
        true => Finding::well(POINT, "records go 30 days after their end"),
        false => Finding::bad(POINT, "DynamoDB deletes no finished record, so the table only grows", DEPLOY),
    }])
}

/// Whether both indexes can be asked.
pub(super) async fn indexes(session: &Session) -> Result<Vec<Finding>> {
    const POINT: &str = "ledger indexes";
    let client = Client::new(session.config().await?);
    let table = session.stack().await?.output("LedgerTable")?;
    let answer = client.describe_table().table_name(table).send().await.or_error("dynamodb:DescribeTable")?;
    let indexes = answer.table().map(|table| table.global_secondary_indexes()).unwrap_or_default();
    let findings = INDEXES.map(|name| {
        let status =
            indexes.iter().find(|index| index.index_name() == Some(name)).and_then(|index| index.index_status());
        match status {
            Some(IndexStatus::Active) => Finding::well(POINT, format!("{name} is there")),
            Some(status) => {
                Finding::warning(POINT, format!("{name} is {status}"), "wait: DynamoDB looks through the table")
            }
            None => Finding::bad(POINT, format!("there is no index {name}"), DEPLOY),
        }
    });
    Ok(findings.into())
}
