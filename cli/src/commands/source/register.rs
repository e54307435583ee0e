//! `landfall source register`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use platform::clock;
use serde_json::{Map, Value, json};

use crate::commands::source::name_argument::NameArgument;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::registration::{GLOSSI, RegistrationApi};
use crate::source_store::{SourceStore, Version};

/// The options of `landfall source register`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    source: NameArgument,
    /// Show what is registered instead, and how the sender's last delivery went
    #[arg(long, conflicts_with = "delete")]
    show: bool,
    /// Take back what is registered instead
    #[arg(long)]
    delete: bool,
    /// Holds the sender's API key, which is asked for without it; - is standard input
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Where the sender's API is
    #[arg(long, hide = true, default_value = GLOSSI)]
    api_url: String,
}

/// Registers a source with its sender, and stores the secret that the sender makes.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = &arguments.source.name;
    let store = SourceStore::of(&context.session).await?;
    let known = store.read(name, Version::Current).await?;
    let content: Map<String, Value> = match &known {
        Some(text) => serde_json::from_str(text).unwrap_or_default(),
        // Only one sender has such an API.
        None => Map::from_iter([("provider".to_owned(), json!(Provider::Glossi.as_str()))]),
    };
    let provider = content.get("provider").and_then(Value::as_str).and_then(|name| name.parse().ok());
    let key = api_key(arguments.api_key_file.as_deref(), context)?;
    let api = RegistrationApi::of(provider.unwrap_or(Provider::Custom), arguments.api_url.clone(), key)?;
    if arguments.show {
        let registered = api.get().await?;
        return context.output.item(&registered.ok_or_else(|| Error::NotFound("no webhook is registered".into()))?);
    }
    if arguments.delete {
        context.prompt.agree("The sender delivers nothing more, to whatever URL is registered. Take it back?")?;
        return api.delete().await;
    }
    register(name, content, known.is_none(), &api, &store, context).await
}

async fn register(
    name: &SourceName,
    mut content: Map<String, Value>,
    is_new: bool,
    api: &RegistrationApi,
    store: &SourceStore,
    context: &Context,
) -> Result<()> {
    let hook = context.session.stack().await?.hook_url(name.as_str())?;
    if let Some(registered) = api.get().await? {
        let url = registered.url.as_deref().unwrap_or("nowhere");
        context
            .prompt
            .agree(&format!("{url} is registered, and its secret may change. Register {hook} in its place?"))?;
    }
    let (registration, secret) = api.put(&hook, &format!("Landfall: {name}")).await?;
    // The former secret stays: deliveries that are under way are signed with it.
    let secrets = content.entry("secrets").or_insert_with(|| json!([]));
    if let Value::Array(secrets) = secrets {
        secrets.retain(|known| known.as_str() != Some(&secret));
        secrets.insert(0, json!(secret));
    }
    let stored = if is_new { store.create(name, &content).await } else { store.replace(name, &content).await };
    if let Err(error) = stored {
        context
            .output
            .words("The sender has a new secret, and it is not stored: run this again, which makes another one.");
        return Err(error);
    }
    if is_new && let Err(error) = store.enter_in_directory(name, clock::now()).await {
        context.output.words(&format!("Landfall knows the source in six minutes at the latest: {error}"));
    }
    context.output.words(&format!("The secret {} has what the sender showed.", store.secret_name(name)));
    context.output.item(&registration)
}

fn api_key(file: Option<&Path>, context: &Context) -> Result<String> {
    let key = match file {
        Some(file) if file == Path::new("-") => io::read_to_string(io::stdin())?,
        Some(file) => fs::read_to_string(file)
            .map_err(|error| Error::Usage(format!("--api-key-file {}: {error}", file.display())))?,
        None => context
            .prompt
            .secret("The API key of the sender")
            .map_err(|_| Error::NotAgreed("nobody can be asked for the sender's API key: use --api-key-file".into()))?,
    };
    match key.trim() {
        "" => Err(Error::Usage("the sender's API key is needed".into())),
        key => Ok(key.to_owned()),
    }
}
