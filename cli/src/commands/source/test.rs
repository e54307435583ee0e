//! `landfall source test`.

use clap::Args;
use domain::event::event_type::EventType;
use domain::source::source_name::SourceName;

use crate::commands::source::name_argument::NameArgument;
use crate::context::Context;
use crate::deliveries::{self, RecordedDelivery};
use crate::error::{Error, Result};
use crate::played_sender::{Flaw, PlayedSender, headers_of, judge};
use crate::sender_options::SourceSecret;
use crate::source_store::SourceStore;

/// The options of `landfall source test`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    source: NameArgument,
    /// Read the token of the source's URL from standard input instead of asking for it
    #[arg(long)]
    token_stdin: bool,
}

/// Sends one recorded delivery to the source, as its sender would.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = &arguments.source.name;
    let json = SourceStore::of(&context.session).await?.existing(name).await?;
    let player = PlayedSender::new(name, &SourceSecret { json, token: None }, "")?;
    let provider = player.source().provider;
    let recorded = deliveries::of(provider.as_str()).unwrap_or_default();
    // One that consumers recognize.
    let is_known = |recorded: &RecordedDelivery| {
        let sender = &player.source().sender;
        let kept = sender.kept(&recorded.headers.clone().into_iter().collect());
        sender.heads(&kept, &recorded.body()).iter().any(|head| head.event_type != EventType::Unrecognized)
    };
    let recorded = recorded.into_iter().find(is_known);
    let (headers, body) = match recorded {
        Some(recorded) => {
            context.output.words(&format!("It plays {provider}: {}", recorded.name));
            let body = recorded.body();
            (headers_of(recorded, &body), body)
        }
        None => {
            context.output.words("Nothing of this sender is recorded: consumers see landfall.unrecognized.");
            (vec![("content-type".to_owned(), "application/json".to_owned())], br#"{"test": true}"#.to_vec())
        }
    };
    // Before anybody is asked for anything.
    player.request(headers.clone(), body.clone(), Flaw::None).map_err(|error| with_what_to_do(error, name))?;
    let player = player.aim_at_stack(context, Flaw::None, arguments.token_stdin).await?;
    let sent = vec![player.request(headers, body, Flaw::None)?.send().await?];
    context.output.rows(&sent)?;
    judge(&sent, Flaw::None)
}

fn with_what_to_do(error: Error, name: &SourceName) -> Error {
    match error {
        Error::Conflict(reason) => Error::Conflict(format!(
            "{reason}.\nHave the sender send a test from its own console, and look for it: landfall status; the log lines \
             of the source {name}: docs/logs.md"
        )),
        error => error,
    }
}
