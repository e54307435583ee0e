//! `landfall trigger`.

use std::io;
use std::time::Duration;

use clap::Args;
use domain::delivery::Delivery;
use domain::sign::Signer;
use domain::source::source_name::SourceName;
use platform::{clock, random};
use serde::Serialize;
use serde_json::Value;

use crate::commands::sign::{request_url, signer};
use crate::context::Context;
use crate::deliveries;
use crate::edit;
use crate::error::{Error, Result};
use crate::fresh_ids;
use crate::http::{HttpAnswer, post};
use crate::output::Row;
use crate::sender_options::{SenderOptions, SourceSecret};

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
    /// So many events, each with an id of its own
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
    /// Read the token of the source's URL from standard input instead of asking for it
    #[arg(long, conflicts_with = "secret_stdin")]
    token_stdin: bool,
    #[command(flatten)]
    sender: SenderOptions,
}

/// A recorded delivery.
#[derive(Serialize)]
struct Recorded {
    provider: String,
    case: String,
}

impl Row for Recorded {
    const COLUMNS: &'static [&'static str] = &["provider", "case"];
}

/// What was sent, and how it was answered.
#[derive(Serialize)]
struct Sent {
    subject: Option<String>,
    status: u16,
    answer: String,
}

impl Row for Sent {
    const COLUMNS: &'static [&'static str] = &["subject", "status", "answer"];
}

/// Where deliveries go, and who plays their sender.
struct Target {
    url: String,
    token: Option<String>,
    signer: Signer,
    /// The same with a secret that is not the source's.
    forger: Signer,
}

/// A late delivery is so much older than it may be.
const LATE_BY: Duration = Duration::from_secs(60);

/// Sends a recorded delivery, correctly signed.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let (provider, case) = match (&arguments.provider, &arguments.case, arguments.list) {
        (Some(provider), Some(case), false) => (provider, case),
        (provider, _, _) => return list(provider.as_deref(), context),
    };
    let recorded = deliveries::find(provider, case)?;
    let target = Target::find(arguments, provider, context).await?;
    let mut body = recorded.body();
    for change in &arguments.set {
        body = edit::set(&body, change)?;
    }
    if arguments.edit {
        body = edit::in_editor(&body, &arguments.editor)?;
    }
    let mut headers: Vec<(String, String)> = recorded.headers.into_iter().collect();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("content-type".to_owned(), media_type(&body).to_owned()));
    }
    let mut sent = Vec::new();
    for _ in 0..arguments.times {
        let request = target.request(headers.clone(), body.clone(), arguments)?;
        for _ in 0..=u32::from(arguments.duplicate) {
            sent.push(request.send().await?);
        }
    }
    context.output.rows(&sent)?;
    let must_be_refused = arguments.forge || arguments.late;
    let as_expected =
        |sent: &&Sent| if must_be_refused { sent.status == 401 } else { (200..300).contains(&sent.status) };
    let wrong = sent.iter().filter(|sent| !as_expected(sent)).count();
    match (wrong, must_be_refused) {
        (0, _) => Ok(()),
        (wrong, false) => Err(Error::Failed(format!("{wrong} of {} deliveries were not accepted", sent.len()))),
        (wrong, true) => Err(Error::Failed(format!("{wrong} of {} deliveries were not refused", sent.len()))),
    }
}

/// What senders of such a body say of it.
fn media_type(body: &[u8]) -> &'static str {
    match str::from_utf8(body) {
        Ok(text) if text.contains('=') && !text.trim_start().starts_with(['{', '[']) => {
            "application/x-www-form-urlencoded"
        }
        Ok(_) => "application/json",
        Err(_) => "application/octet-stream",
    }
}

fn list(provider: Option<&str>, context: &Context) -> Result<()> {
    let mut rows = Vec::new();
    for sender in deliveries::senders().filter(|sender| provider.is_none_or(|provider| provider == *sender)) {
        let cases = deliveries::of(sender)?.into_iter();
        rows.extend(cases.map(|delivery| Recorded { provider: sender.to_owned(), case: delivery.name }));
    }
    match provider {
        Some(provider) if rows.is_empty() => Err(Error::NotFound(format!("nothing of {provider} is recorded"))),
        _ => context.output.rows(&rows),
    }
}

impl Target {
    async fn find(arguments: &Arguments, provider: &str, context: &Context) -> Result<Target> {
        let name = arguments.source.as_deref().unwrap_or(provider);
        let name = SourceName::parse(name).map_err(|error| Error::Usage(format!("--source: {error}")))?;
        let SourceSecret { json, token } = arguments.sender.source_secret(context, &name, Some(provider)).await?;
        let (signer, forger) = (signer(name.clone(), &json)?, signer(name.clone(), &forged(&json))?);
        if let Some(url) = &arguments.url {
            return Ok(Target { url: url.trim_end_matches('/').to_owned(), token, signer, forger });
        }
        if arguments.sender.secret_stdin {
            return Err(Error::Usage(
                "--secret-stdin needs the --url to send to; a source of the stack has its secret there".into(),
            ));
        }
        let source = signer.source();
        if source.provider.as_str() != provider && arguments.sender.description.is_none() {
            let own = source.provider;
            return Err(Error::Usage(format!("the source {name} is of {own}, and not of {provider}")));
        }
        if source.confirm {
            return Err(Error::Conflict(format!(
                "the source {name} has `confirm`: Landfall would ask the sender's API about a job that it does not know, \
                 and the event would fail"
            )));
        }
        let stack = context.session.stack().await?;
        if stack.endpoint().is_none() {
            let question =
                format!("This sends test events to all consumers of {}. Go on?", context.session.stack_name());
            context.prompt.agree(&question)?;
        }
        let needs_token = signer.needs_url_token() && !arguments.forge;
        let token = if needs_token { Some(url_token(arguments, context)?) } else { None };
        Ok(Target { url: stack.hook_url(name.as_str())?, token, signer, forger })
    }

    /// The request that delivers `body` as an event of its own.
    fn request(&self, mut headers: Vec<(String, String)>, mut body: Vec<u8>, arguments: &Arguments) -> Result<Request> {
        let sender = &self.signer.source().sender;
        let digits = [random::token(), random::token()].concat();
        headers.retain(|(name, _)| !self.signer.sets(name));
        fresh_ids::renew(sender, &mut headers, &mut body, digits.get(..16).unwrap_or(&digits));
        let at = if arguments.late { self.long_ago()? } else { clock::now() };
        let token = match (&self.token, arguments.forge) {
            (_, true) if self.signer.needs_url_token() => Some(digits.as_str()),
            (token, _) => token.as_deref(),
        };
        let url = token.map_or_else(|| self.url.clone(), |token| format!("{}/{token}", self.url));
        let delivery = Delivery {
            url: request_url(&url),
            token: None,
            headers: headers.iter().cloned().collect(),
            body,
            received_at: at,
            request_id: String::new(),
        };
        let refused =
            |error: domain::sign::SignError| Error::Conflict(format!("{error}: its deliveries cannot be sent for it"));
        let signer = if arguments.forge { &self.forger } else { &self.signer };
        let delivery = signer.complete_body(delivery).map_err(refused)?;
        let added = signer.headers(&delivery, &format!("{}{digits}", fresh_ids::TEST_PREFIX)).map_err(refused)?;
        headers.extend(added);
        let kept = sender.kept(&headers.iter().cloned().collect());
        let subject = sender.head(&kept, &delivery.body).subject;
        Ok(Request { url, headers, body: delivery.body, subject })
    }

    /// A time that is too long ago for this sender.
    fn long_ago(&self) -> Result<domain::time::Timestamp> {
        let rule = self.signer.source().sender.description().scheme.timestamp();
        let past_seconds = rule.and_then(|rule| rule.past_seconds);
        let past_seconds =
            past_seconds.ok_or_else(|| Error::Usage("--late: this sender's deliveries may be of any age".into()))?;
        Ok(clock::now() - Duration::from_secs(u64::from(past_seconds)) - LATE_BY)
    }
}

/// The token of the source's URL, which is stored nowhere.
fn url_token(arguments: &Arguments, context: &Context) -> Result<String> {
    let token = if arguments.token_stdin {
        io::read_to_string(io::stdin())?.trim().to_owned()
    } else {
        let asked = context.prompt.secret("The token in the source's URL, of which only the digest is stored");
        asked.map_err(|_| {
            Error::NotAgreed("nobody can be asked for the token in the source's URL: use --token-stdin".into())
        })?
    };
    if token.is_empty() {
        return Err(Error::NotAgreed("the token in the source's URL is needed: it is stored nowhere".into()));
    }
    Ok(token)
}

/// What a source's secret would say if somebody guessed the secrets in it. The guess is text, hex and base64 at once.
fn forged(secret: &str) -> String {
    let guess = [random::token(), random::token()].concat();
    let mut configuration: Value = serde_json::from_str(secret).unwrap_or_default();
    if let Some(Value::Array(secrets)) = configuration.get_mut("secrets") {
        for secret in secrets {
            // A name before the password is no secret.
            let name = secret.as_str().and_then(|secret| secret.split_once(':')).map(|(name, _)| format!("{name}:"));
            *secret = Value::String(name.unwrap_or_default() + &guess);
        }
    }
    configuration.to_string()
}

/// A request to send, any number of times.
struct Request {
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    subject: Option<String>,
}

impl Request {
    async fn send(&self) -> Result<Sent> {
        let HttpAnswer { status, body } = post(&self.url, &self.headers, &self.body).await?;
        Ok(Sent { subject: self.subject.clone(), status, answer: body })
    }
}
