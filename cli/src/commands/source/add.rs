//! `landfall source add`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::commands::source::from_sample;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::new_source::{NewSource, ask_sender};
use crate::sender::Sender;
use crate::sender_options::description;
use crate::source_options::SourceOptions;
use crate::source_store::{SourceStore, Version};

/// The options of `landfall source add`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The sender, one of the catalogue; asked for if it is left out
    #[arg(value_parser = PossibleValuesParser::new(Sender::names()), hide_possible_values = false)]
    sender: Option<String>,
    /// A description of a sender that is not in the catalogue, in TOML or JSON
    #[arg(long, value_name = "FILE", conflicts_with = "sender")]
    description: Option<PathBuf>,
    /// Its name, which becomes part of its URL; default: {sender}-prod
    #[arg(long)]
    name: Option<String>,
    /// Add nothing: find out by recorded deliveries how an unknown sender proves them, and write the beginning of a
    /// description. Files in the format of the conformance vectors (tests/vectors/README.md), or HTTP requests as text
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["sender", "description", "name"])]
    from_sample: Vec<PathBuf>,
    /// Only the deliveries of these names in the files of --from-sample
    #[arg(long = "case", value_name = "NAME", requires = "from_sample")]
    cases: Vec<String>,
    #[command(flatten)]
    options: SourceOptions,
}

/// Sets a new source up.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    if !arguments.from_sample.is_empty() {
        return from_sample::run(&arguments.from_sample, &arguments.cases, &arguments.options, context);
    }
    let described = |file| description(file).and_then(|written| Sender::described(written).map_err(Error::Usage));
    let sender = match (&arguments.sender, &arguments.description) {
        (Some(name), _) => Some(Sender::parse(name).map_err(Error::Usage)?),
        (None, Some(file)) => Some(described(file)?),
        (None, None) if context.prompt.assumes_yes() => None,
        (None, None) => ask_sender(context)?,
    };
    let sender = sender.ok_or_else(|| Error::Usage("name the sender to set up".into()))?;
    arguments.options.check(&sender)?;
    let store = SourceStore::of(&context.session).await?;
    let source = NewSource::ask(context, sender, arguments.name.as_deref(), &arguments.options)?;
    if store.read(&source.name, Version::Current).await?.is_some() {
        let name = &source.name;
        let [show, rotate] = ["show", "rotate"].map(|it| context.session.command(&format!("source {it} {name}")));
        return Err(Error::Conflict(format!("the source {name} exists already and was left alone: {show}; {rotate}")));
    }
    source.set_up(context, &store, &arguments.options.files, true).await
}
