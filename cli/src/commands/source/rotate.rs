//! `landfall source rotate`.

use clap::Args;
use domain::source::source_name::SourceName;
use serde_json::{Map, Value};

use crate::commands::source::name_argument::NameArgument;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::new_source::NewSource;
use crate::sender::Sender;
use crate::source_options::SecretFiles;
use crate::source_store::SourceStore;

/// The options of `landfall source rotate`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    source: NameArgument,
    #[command(flatten)]
    files: SecretFiles,
}

/// Puts a new secret or token before the others.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = &arguments.source.name;
    let store = SourceStore::of(&context.session).await?;
    let source = existing(name, &store).await?;
    arguments.files.check(&source.sender)?;
    if source.sender.proof_field(&source.content).is_none() {
        return Err(Error::Conflict(format!(
            "{} publishes its keys: there is nothing to rotate",
            source.sender.provider
        )));
    }
    source.check_files(context, &arguments.files)?;
    source.set_up(context, &store, &arguments.files, false).await?;
    let remove = context.session.command(&format!("source remove {name} --previous"));
    context.output.words(&format!(
        "All of its secrets and tokens count. When the sender uses the new one: {remove}, which says whether an earlier one \
         is still in use."
    ));
    Ok(())
}

/// A source as its secret has it.
async fn existing(name: &SourceName, store: &SourceStore) -> Result<NewSource> {
    let text = store.existing(name).await?;
    let content: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    let by_hand = || {
        let secret = store.secret_name(name);
        Error::Conflict(format!(
            "the secret {secret} neither names a sender of the catalogue nor describes one: change it by hand"
        ))
    };
    Ok(NewSource { sender: Sender::of_source(&content).ok_or_else(by_hand)?, name: name.clone(), content })
}
