//! `landfall trigger`.

use clap::Args;
use domain::source::source_name::SourceName;
use serde::Serialize;

use crate::context::Context;
use crate::deliveries;
use crate::edit;
use crate::error::{Error, Result};
use crate::output::Row;
use crate::played_sender::{Flaw, PlayedSender, headers_of, judge};
use crate::sender_options::SenderOptions;

/// The options of `landfall trigger`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The sender, as the catalogue names it
    #[arg(value_name = "PROVIDER", required_unless_present = "list")]
    provider: Option<String>,
    /// Which of its recorded deliveries
    #[arg(value_name = "CASE", required_unless_present = "list")]
    case: Option<String>,
    /// List the recorded deliveries instead
    #[arg(long)]
    list: bool,
    /// The source of the stack to send it to; without it, the one that has the provider's name
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Send it to this URL instead, signed with the secret of --secret-stdin
    #[arg(long, value_name = "URL", requires = "secret_stdin", conflicts_with = "source")]
    url: Option<String>,
    /// Change the body: a JSON pointer and a value, as JSON or as a text
    #[arg(long = "set", value_name = "POINTER=VALUE")]
    set: Vec<String>,
    /// Change the body in an editor
    #[arg(long)]
    edit: bool,
    /// The editor
    #[arg(long, hide = true, env = "EDITOR", default_value = "vi")]
    editor: String,
    /// This many events, each with an id of its own
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    times: u32,
    /// Send each twice, as a sender that tries again does
    #[arg(long)]
    duplicate: bool,
    /// Sign it with a wrong secret, or give a wrong token: it must be refused
    #[arg(long)]
    forge: bool,
    /// Sign it for a time that is too long ago: it must be refused
    #[arg(long, conflicts_with = "forge")]
    late: bool,
    /// Wait for the answer as long as the sender does, and try again when it would
    #[arg(long, conflicts_with_all = ["duplicate", "forge", "late"])]
    like_sender: bool,
    /// Read the token of the source's URL from standard input instead of asking for it
    #[arg(long, conflicts_with = "secret_stdin")]
    token_stdin: bool,
    #[command(flatten)]
    sender: SenderOptions,
}

/// A recorded delivery.
#[derive(Serialize)]
struct RecordedCase {
    provider: String,
    case: String,
}

impl Row for RecordedCase {
    const COLUMNS: &'static [&'static str] = &["provider", "case"];
}

/// Sends a recorded delivery, correctly signed.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let (provider, case) = match (&arguments.provider, &arguments.case, arguments.list) {
        (Some(provider), Some(case), false) => (provider, case),
        (provider, _, _) => return list(provider.as_deref(), context),
    };
    let recorded = deliveries::find(provider, case)?;
    let flaw = arguments.flaw();
    let player = player(arguments, provider, context).await?;
    let mut body = recorded.body();
    for change in &arguments.set {
        body = edit::set(&body, change)?;
    }
    if arguments.edit {
        body = edit::in_editor(&body, &arguments.editor)?;
    }
    let headers = headers_of(recorded, &body);
    let mut sent = Vec::new();
    for _ in 0..arguments.times {
        let request = player.request(headers.clone(), body.clone(), flaw)?;
        if arguments.like_sender {
            let attempts = request.send_like(&player.source().sender.description().retries, &context.output).await?;
            sent.extend(attempts);
            continue;
        }
        for _ in 0..=u32::from(arguments.duplicate) {
            sent.push(request.send().await?);
        }
    }
    context.output.rows(&sent)?;
    if arguments.like_sender {
        let retries = &player.source().sender.description().retries;
        let is_taken = sent.last().and_then(|sent| sent.status).is_some_and(|status| retries.is_success(status));
        return if is_taken { Ok(()) } else { Err(Error::Failed("the sender would have given up".into())) };
    }
    judge(&sent, flaw)
}

impl Arguments {
    fn flaw(&self) -> Flaw {
        match (self.forge, self.late) {
            (true, _) => Flaw::Forged,
            (false, true) => Flaw::Late,
            (false, false) => Flaw::None,
        }
    }
}

async fn player(arguments: &Arguments, provider: &str, context: &Context) -> Result<PlayedSender> {
    let name = arguments.source.as_deref().unwrap_or(provider);
    let name = SourceName::parse(name).map_err(|error| Error::Usage(format!("--source: {error}")))?;
    let secret = arguments.sender.source_secret(context, &name, Some(provider)).await?;
    if let Some(url) = &arguments.url {
        return PlayedSender::new(&name, &secret, url);
    }
    if arguments.sender.secret_stdin {
        return Err(Error::Usage(
            "--secret-stdin needs the --url to send to; a source of the stack has its secret there".into(),
        ));
    }
    let player = PlayedSender::new(&name, &secret, "")?;
    let own = player.source().provider;
    if own.as_str() != provider && arguments.sender.description.is_none() {
        return Err(Error::Usage(format!("the source {name} is of {own}, and not of {provider}")));
    }
    player.aim_at_stack(context, arguments.flaw(), arguments.token_stdin).await
}

fn list(provider: Option<&str>, context: &Context) -> Result<()> {
    let mut rows = Vec::new();
    for sender in deliveries::senders().filter(|sender| provider.is_none_or(|provider| provider == *sender)) {
        let cases = deliveries::of(sender)?.into_iter();
        rows.extend(cases.map(|delivery| RecordedCase { provider: sender.to_owned(), case: delivery.name }));
    }
    match provider {
        Some(provider) if rows.is_empty() => Err(Error::NotFound(format!("nothing of {provider} is recorded"))),
        _ => context.output.rows(&rows),
    }
}
