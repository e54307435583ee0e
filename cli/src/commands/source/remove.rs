//! `landfall source remove`.

use std::time::Duration;

use clap::Args;
use domain::metric::{FUNCTION, Metric, NAMESPACE};
use platform::clock;
use serde_json::{Map, Value};

use crate::commands::source::name_argument::NameArgument;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::metrics::{MetricQuestion, Metrics, Statistic};
use crate::sender::ProofField;
use crate::session::Session;
use crate::source_store::SourceStore;

/// Senders deliver at least so often, or it does not matter.
const LOOKED_BACK: Duration = Duration::from_secs(24 * 3600);

/// The options of `landfall source remove`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    source: NameArgument,
    /// Keep the source; remove all of its secrets, keys and tokens but the newest
    #[arg(long)]
    previous: bool,
    /// For how many days the secret can be restored
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(i64).range(7..=30))]
    recovery_days: i64,
}

/// Removes a source, or what it no longer needs.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let store = SourceStore::of(&context.session).await?;
    if arguments.previous {
        remove_previous(arguments, context, &store).await
    } else {
        remove(arguments, context, &store).await
    }
}

async fn remove(arguments: &Arguments, context: &Context, store: &SourceStore) -> Result<()> {
    let name = &arguments.source.name;
    store.existing(name).await?;
    context.output.words(
        "Its sender will be answered 401 within five minutes, and events that are not finished lose its settings.",
    );
    context.prompt.agree(&format!("Remove the source {name}?"))?;
    let at = store.delete(name, arguments.recovery_days).await?;
    let secret = store.secret_name(name);
    context.output.words(&format!(
        "The secret {secret} will be deleted at {at}. Until then: aws secretsmanager restore-secret --secret-id {secret}"
    ));
    Ok(())
}

/// How many deliveries were verified by another secret or token than the first of their source.
async fn former_secrets_used(session: &Session) -> Result<Option<f64>> {
    let question = MetricQuestion {
        namespace: NAMESPACE,
        name: Metric::PreviousSecret.as_str().to_owned(),
        dimensions: vec![(FUNCTION, session.stack().await?.output("IngestFunction")?.to_owned())],
        statistic: Statistic::Sum,
    };
    let answers = Metrics::of(session).await?.ask(&[question], LOOKED_BACK, clock::now()).await?;
    Ok(answers.into_iter().next().flatten().filter(|count| *count > 0.0))
}

async fn remove_previous(arguments: &Arguments, context: &Context, store: &SourceStore) -> Result<()> {
    let name = &arguments.source.name;
    let text = store.existing(name).await?;
    let mut content: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    let mut removed = 0;
    for field in [ProofField::TokenSha256, ProofField::Secrets, ProofField::PublicKeys] {
        if let Some(Value::Array(entries)) = content.get_mut(field.as_str()) {
            removed += entries.len().saturating_sub(1);
            entries.truncate(1);
        }
    }
    if removed == 0 {
        return Err(Error::Conflict(format!("the source {name} has no previous secret or token")));
    }
    context.output.words("Deliveries that still use one will be refused within five minutes.");
    context.output.words(&match former_secrets_used(&context.session).await {
        Ok(Some(count)) => format!(
            "In the last 24 hours {count} deliveries to all sources were verified by another secret or token than the \
             first: a query in docs/logs.md says to which. Wait until there are none to {name}."
        ),
        Ok(None) => {
            "In the last 24 hours no delivery was verified by another secret or token than the first.".to_owned()
        }
        // Who may remove one may not be allowed to look at figures.
        Err(error) => format!("Whether one is still in use could not be asked: {error}"),
    });
    context.prompt.agree(&format!("Remove {removed} of its secrets and tokens, and keep the newest?"))?;
    store.replace(name, &content).await?;
    context.output.words(&format!("The secret {} was changed.", store.secret_name(name)));
    Ok(())
}
