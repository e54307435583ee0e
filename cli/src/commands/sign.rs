//! `landfall sign`.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use domain::delivery::Delivery;
use domain::source::source_name::SourceName;
use platform::{clock, random};
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::options::Format;
use crate::output::Row;
use crate::sender_options::SenderOptions;
use crate::signing::{request_url, signer};

/// The options of `landfall sign`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The source whose sender is played
    #[arg(value_name = "SOURCE")]
    source: String,
    /// The body, byte for byte as it will be sent
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A header that will be sent too, where the sender signs headers or puts the delivery's id into one
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// The URL that the body will be sent to, where the sender signs it; without it, the source's
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// With --secret-stdin: the kind of sender
    #[arg(long, value_name = "NAME", requires = "secret_stdin")]
    provider: Option<String>,
    #[command(flatten)]
    sender: SenderOptions,
}

/// A header.
#[derive(Serialize)]
struct Header {
    name: String,
    value: String,
}

impl Row for Header {
    const COLUMNS: &'static [&'static str] = &["name", "value"];
}

/// Prints the headers that a sender would add to a body, as curl reads them: `curl --header @-`.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = SourceName::parse(&arguments.source).map_err(|error| Error::Usage(format!("SOURCE: {error}")))?;
    let body =
        fs::read(&arguments.file).map_err(|error| Error::NotFound(format!("{}: {error}", arguments.file.display())))?;
    let secret = arguments.sender.source_secret(context, &name, arguments.provider.as_deref()).await?;
    let signer = signer(name.clone(), &secret.json)?;
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None if arguments.sender.secret_stdin => String::new(),
        None => context.session.stack().await?.hook_url(name.as_str())?,
    };
    let delivery = Delivery {
        url: request_url(&url),
        token: None,
        headers: arguments.headers.iter().cloned().collect(),
        body,
        received_at: clock::now(),
        request_id: String::new(),
    };
    let id = format!("msg_{}", random::token());
    let headers = signer.headers(&delivery, &id).map_err(|error| Error::Conflict(error.to_string()))?;
    if headers.is_empty() {
        context.output.words("This sender adds no header: what proves a delivery stands in its URL or in its body.");
    }
    if context.output.format() == Format::Table {
        return context
            .output
            .text(&headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect::<String>());
    }
    let rows = headers.into_iter().map(|(name, value)| Header { name, value });
    context.output.rows(&rows.collect::<Vec<_>>())
}

fn header(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("a header is written `name: value`")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
