//! What a region and an account do not offer: checked before anything is created.

use std::collections::BTreeMap;

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
/// The template's `MaximumConcurrency` of `ProcessExpectations`.
const ASKING_MAX: i32 = 5;

/// The regions without function URLs, each with the name of its source.
#[derive(Deserialize)]
struct FunctionUrls {
    sources: BTreeMap<String, Source>,
    regions_without: BTreeMap<String, String>,
}

/// Where and when it was read.
#[derive(Deserialize)]
struct Source {
    title: String,
    read: String,
}

impl FunctionUrls {
    fn known() -> FunctionUrls {
        let text = include_str!("../../../deploy/function_urls.json");
        serde_json::from_str(text).expect("a test reads it")
    }

    /// `None` if there are function URLs, as far as is known.
    fn why_without(&self, region: &str) -> Option<&Source> {
        self.regions_without.get(region).and_then(|source| self.sources.get(source))
    }
}

/// Proposes an HTTP API where there are no function URLs.
pub(crate) async fn settle_front(context: &Context, parameters: &mut Parameters) -> Result<()> {
    let region = context.session.region().await?;
    let known = FunctionUrls::known();
    let Some(Source { title, read }) = known.why_without(region).filter(|_| !parameters.contains_key("Front")) else {
        return Ok(());
    };
    context.output.words(&format!("{region} has no function URLs ({title}; read {read})."));
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
    if let Some(ceiling) = parameters.get("ProcessConcurrency") {
        is_ceiling(ceiling).map_err(|problem| Error::Usage(format!("ProcessConcurrency={ceiling}: {problem}")))?;
    }
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
         few.\nRequests above that are answered {}. Request more now: Service Quotas, Lambda, L-B99A9384.",
        throttled_status(parameter(parameters, deployed, "Front"))
    ));
    if parameter(parameters, deployed, "Expectations") == Some("on") {
        context.output.words(&format!(
            "Expectations=on takes up to {ASKING_MAX} of them for questions to senders, beside those of ProcessConcurrency."
        ));
    }
    if deployed.is_none() && !parameters.contains_key("ProcessConcurrency") {
        let default = PROCESSING_MIN.to_string();
        let question =
            Question { what: "ProcessConcurrency", why: "batches at once; the rest is ingest's", default: &default };
        parameters.insert("ProcessConcurrency".into(), context.prompt.ask(&question, None, is_ceiling)?);
    }
    Ok(())
}

/// What senders are answered where Lambda has no concurrency left (docs/runbook.md, Throttled).
pub(crate) fn throttled_status(front: Option<&str>) -> &'static str {
    if front == Some("http-api") { "500 or 503" } else { "429" }
}

/// The value that a parameter will have: what is given, or what the stack has; `None` if it is the template's default.
pub(crate) fn parameter<'a>(given: &'a Parameters, deployed: Option<&'a Stack>, name: &str) -> Option<&'a str> {
    let former = || deployed.and_then(|stack| stack.parameters.get(name));
    given.get(name).or_else(former).map(String::as_str)
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
    is_ceiling
        .then_some(())
        .ok_or_else(|| "0 for none, or 2 to 1000, as Lambda takes no lower ceiling than 2".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{ASKING_MAX, FunctionUrls};

    #[test]
    fn questions_take_as_many_executions_as_the_template_says() {
        let template = include_str!("../../../template.yaml");
        assert!(template.contains(&format!("ScalingConfig: {{ MaximumConcurrency: {ASKING_MAX} }}")));
    }

    #[test]
    fn the_regions_without_function_urls_can_be_read() {
        let known = FunctionUrls::known();
        let regions: Vec<&str> = known.regions_without.keys().map(String::as_str).collect();
        assert!(regions.len() > 10 && regions.iter().all(|region| known.why_without(region).is_some()), "{regions:?}");
    }
}
