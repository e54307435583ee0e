//! What a region and an account do not offer: checked before anything is created.

use serde::Deserialize;

use crate::aws_error::OrError as _;
use crate::context::Context;
use crate::deployment_options::Parameters;
use crate::error::{Error, Result};
use crate::prompt::Question;
use crate::stack::Stack;

/// Lambda keeps so many for functions that reserve none ("Configuring reserved concurrency for a function").
const UNRESERVED_MIN: i32 = 100;
const PROCESSING_MIN: i32 = 2;

/// The regions without function URLs, with where and when that was read.
#[derive(Deserialize)]
struct FunctionUrls {
    source: String,
    read: String,
    regions_without: Vec<String>,
}

impl FunctionUrls {
    fn known() -> FunctionUrls {
        let text = include_str!("../../../deploy/function_urls.json");
        serde_json::from_str(text).expect("a test reads it")
    }
}

/// Proposes an HTTP API where there are no function URLs.
pub(crate) async fn settle_front(context: &Context, parameters: &mut Parameters) -> Result<()> {
    let region = context.session.region().await?;
    let FunctionUrls { source, read, regions_without } = FunctionUrls::known();
    if parameters.contains_key("Front") || !regions_without.iter().any(|without| without == region) {
        return Ok(());
    }
    context.output.words(&format!("{region} has no function URLs ({source}; read {read})."));
    let question =
        Question { what: "Front", why: "http-api, or url if AWS offers them there now", default: "http-api" };
    let check =
        |answer: &str| matches!(answer, "http-api" | "url").then_some(()).ok_or_else(|| "http-api or url".to_owned());
    parameters.insert("Front".into(), context.prompt.ask(&question, None, check)?);
    Ok(())
}

/// What an account has, and what this stack has reserved of it.
struct Concurrency {
    account: i32,
    unreserved: i32,
    own: i32,
}

/// Refuses a reservation that Lambda would refuse in the middle of the deployment, and keeps a small account's processor
/// from taking all that ingest needs.
pub(crate) async fn settle_concurrency(
    context: &Context,
    deployed: Option<&Stack>,
    parameters: &mut Parameters,
) -> Result<()> {
    let Concurrency { account, unreserved, own } = match concurrency(context, deployed).await {
        Ok(concurrency) => concurrency,
        // Who may not ask is not kept from deploying.
        Err(error) => {
            context.output.words(&format!("Could not check the account's concurrency: {error}"));
            return Ok(());
        }
    };
    let wanted = parameters.get("ReservedConcurrency").map_or(Ok(0), |wanted| wanted.parse::<i32>());
    let wanted = wanted.map_err(|_| Error::Usage("--parameter ReservedConcurrency is not a number".into()))?;
    let spare = (unreserved + own - UNRESERVED_MIN.min(account)).max(0);
    if wanted > spare {
        return Err(Error::Usage(format!(
            "ReservedConcurrency={wanted} is too much: of the account's {account} concurrent executions {spare} can be \
             reserved.\nRequest more (Service Quotas, Lambda, L-B99A9384), or reserve less."
        )));
    }
    if account > UNRESERVED_MIN {
        return Ok(());
    }
    let region = context.session.region().await?;
    context.output.words(&format!(
        "This account has {account} concurrent executions in {region}, which all functions share; new accounts have \
         few.\nRequests above that are answered 429. Request more now: Service Quotas, Lambda, L-B99A9384."
    ));
    if deployed.is_none() && !parameters.contains_key("ProcessConcurrency") {
        let default = PROCESSING_MIN.to_string();
        let question =
            Question { what: "ProcessConcurrency", why: "batches at once; the rest is ingest's", default: &default };
        parameters.insert("ProcessConcurrency".into(), context.prompt.ask(&question, None, is_ceiling)?);
    }
    Ok(())
}

async fn concurrency(context: &Context, deployed: Option<&Stack>) -> Result<Concurrency> {
    let client = aws_sdk_lambda::Client::new(context.session.config().await?);
    let settings = client.get_account_settings().send().await.or_error("lambda:GetAccountSettings")?;
    let limit = settings.account_limit();
    let own = match deployed {
        None => 0,
        Some(stack) => {
            let function = stack.output("IngestFunction")?;
            let reserved = client.get_function_concurrency().function_name(function).send().await;
            reserved.or_error("lambda:GetFunctionConcurrency")?.reserved_concurrent_executions().unwrap_or(0)
        }
    };
    Ok(Concurrency {
        account: limit.map_or(0, |limit| limit.concurrent_executions()),
        unreserved: limit.and_then(|limit| limit.unreserved_concurrent_executions()).unwrap_or(0),
        own,
    })
}

fn is_ceiling(answer: &str) -> std::result::Result<(), String> {
    let is_ceiling = answer.parse().is_ok_and(|count: i32| count == 0 || (PROCESSING_MIN..=1000).contains(&count));
    is_ceiling.then_some(()).ok_or_else(|| "0 for none, or 2 to 1000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::FunctionUrls;

    #[test]
    fn the_regions_without_function_urls_can_be_read() {
        assert!(FunctionUrls::known().regions_without.len() > 5);
    }
}
