//! What the account leaves to the functions.

use crate::aws_error::OrError as _;
use crate::deployment::limits::throttled_status;
use crate::doctor::finding::Finding;
use crate::error::Result;
use crate::session::Session;

/// New accounts have so many, which all functions share.
const FEW: i32 = 100;

/// Whether ingest finds concurrency.
pub(super) async fn concurrency(session: &Session) -> Result<Vec<Finding>> {
    const POINT: &str = "concurrency";
    let client = aws_sdk_lambda::Client::new(session.config().await?);
    let answer = client.get_account_settings().send().await.or_error("lambda:GetAccountSettings")?;
    let limit = answer.account_limit();
    let all = limit.map(aws_sdk_lambda::types::AccountLimit::concurrent_executions).unwrap_or_default();
    let unreserved =
        limit.and_then(aws_sdk_lambda::types::AccountLimit::unreserved_concurrent_executions).unwrap_or_default();
    let found = format!("of the account's {all} concurrent executions {unreserved} are unreserved");
    let status = throttled_status(session.stack().await?.parameters.get("Front").map(String::as_str));
    Ok(vec![match all > FEW && unreserved >= FEW {
        true => Finding::well(POINT, found),
        false => Finding::warning(
            POINT,
            found,
            format!("request more: Service Quotas, Lambda, L-B99A9384. Above it, senders are answered with {status}"),
        ),
    }])
}
