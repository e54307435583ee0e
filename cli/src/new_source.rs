//! A source that is being set up.

use domain::description::HeaderName;
use domain::digest::Digest;
use domain::source::Source;
use domain::source::source_name::SourceName;
use platform::{clock, random};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::handover::Handover;
use crate::output::Row;
use crate::prompt::Question;
use crate::sender::{ProofField, Sender, list_of_senders};
use crate::source_options::{SecretFiles, SourceOptions};
use crate::source_store::SourceStore;
use crate::test_delivery;

/// A source that is being set up, or gets a new secret or token.
#[derive(Debug)]
pub struct NewSource {
    /// Who delivers to it.
    pub sender: Sender,
    /// Its name.
    pub name: SourceName,
    /// What its secret says; a new entry is missing yet.
    pub content: Map<String, Value>,
}

/// What the operator needs at the sender.
#[derive(Serialize)]
struct SourceAccess {
    source: String,
    provider: &'static str,
    secret_name: String,
    url: Option<String>,
    url_file: Option<String>,
    token: Option<String>,
    token_file: Option<String>,
}

impl Row for SourceAccess {
    const COLUMNS: &'static [&'static str] =
        &["source", "provider", "secret_name", "url", "url_file", "token", "token_file"];
}

impl NewSource {
    /// Asks for what the options do not say.
    ///
    /// # Errors
    /// If the options make no sense, or nobody answers.
    pub fn ask(context: &Context, sender: Sender, name: Option<&str>, options: &SourceOptions) -> Result<NewSource> {
        let (prompt, provider) = (&context.prompt, sender.provider);
        options.check(&sender)?;
        for doubt in sender.doubts() {
            context.output.words(&format!("  Warning: {doubt}"));
        }
        let question = Question {
            what: "Its name",
            why: "part of its URL and of each event's id",
            default: &format!("{provider}-prod"),
        };
        let is_name =
            |name: &str| SourceName::parse(name).map(drop).map_err(|_| "small letters, digits and hyphens".to_owned());
        let name = prompt.ask(&question, name, is_name)?;
        let name = SourceName::parse(&name).expect("it was checked");
        let mut content = sender.first_content();
        let question = Question {
            what: "Archive its outputs",
            why: "yes: they are copied into your bucket, and stay until you delete them",
            default: "no",
        };
        let is_yes_or_no = |answer: &str| matches!(answer, "yes" | "no").then_some(()).ok_or("yes or no".to_owned());
        if prompt.ask(&question, options.archive.as_deref(), is_yes_or_no)? == "yes" {
            content.insert("archive".to_owned(), json!(true));
        }
        if sender.leaves_header_out() {
            let question = Question {
                what: "Header of its token",
                why: "the sender must send the token in it",
                default: "x-webhook-token",
            };
            let is_header = |name: &str| HeaderName::parse(name).map(drop).map_err(|error| error.to_string());
            let header = prompt.ask(&question, options.token_header.as_deref(), is_header)?;
            content.insert("token_header".to_owned(), json!(header));
        }
        if let Some(place) = sender.account_place() {
            let why = format!(
                "as its deliveries name it in {place}; empty: a token in the URL says which deliveries are yours"
            );
            let question = Question { what: "Your account there", why: &why, default: "" };
            let account = prompt.ask(&question, options.account.as_deref(), |_| Ok(()))?;
            if !account.is_empty() {
                content.insert("account".to_owned(), json!(account));
            }
        }
        let source = NewSource { sender, name, content };
        source.check_files(context, &options.files)?;
        Ok(source)
    }

    /// # Errors
    /// If a secret would have to be shown where nobody looks.
    pub fn check_files(&self, context: &Context, files: &SecretFiles) -> Result<()> {
        if context.output.is_terminal() {
            return Ok(());
        }
        if self.sender.needs_url_token(&self.content) && files.url_file.is_none() {
            let text = "its URL holds a token, and the output is no terminal: say with --url-file where to write it";
            return Err(Error::Usage(text.into()));
        }
        if self.sender.has_static_token() && files.secret_file.is_none() && files.token_file.is_none() {
            let text = "a token is made, and the output is no terminal: say with --token-file where to write it, or give \
                one with --secret-file";
            return Err(Error::Usage(text.into()));
        }
        Ok(())
    }

    /// Makes or asks for a token or secret, puts it before the others, and stores the content. Then it says what the operator
    /// must do at the sender. `is_new` tells a new secret from another version.
    ///
    /// # Errors
    /// If the secret cannot be used or stored.
    pub async fn set_up(
        mut self,
        context: &Context,
        store: &SourceStore,
        files: &SecretFiles,
        is_new: bool,
    ) -> Result<()> {
        let hook_url = context.session.stack().await?.hook_url(self.name.as_str())?;
        let output = &context.output;
        let (mut url, mut token) = (Handover::public(&hook_url), None);
        match self.sender.proof_field(&self.content) {
            Some(ProofField::TokenSha256) => {
                let made = random::secret();
                url = Handover::secret("url", &format!("{hook_url}/{made}"), files.url_file.as_deref())?;
                self.put_first(ProofField::TokenSha256, Digest::of(made.as_bytes()).to_string());
            }
            Some(field) => {
                // Some senders show their secret only after they have the URL.
                self.introduce(context, &url);
                let Some(secret) = self.obtain(context, files, field)? else {
                    let text = "No secret yet: follow the steps above, then run this again with what the sender shows.";
                    return Err(Error::NotAgreed(text.into()));
                };
                if let NewCredential::Made(made) = &secret {
                    token = Some(Handover::secret("token", made, files.token_file.as_deref())?);
                }
                let (NewCredential::Given(text) | NewCredential::Made(text)) = secret;
                self.put_first(field, text);
            }
            None => {}
        }
        self.parsed().map_err(|problem| Error::Usage(format!("That cannot be used: {problem}.")))?;
        self.store(context, store, is_new).await?;
        if self.sender.shared().is_none() || self.sender.needs_url_token(&self.content) {
            self.introduce(context, &url);
        }
        if self.sender.can_confirm_what_a_token_vouches_for() {
            output.words(
                "Only a token vouches for its events. Have Landfall ask the sender, with `confirm` and `api_key` in the\n\
                 secret: docs/trust.md, Confirm with the sender.",
            );
        }
        output.item(&SourceAccess {
            source: self.name.to_string(),
            provider: self.sender.provider.as_str(),
            secret_name: store.secret_name(&self.name),
            url: url.shown.clone(),
            url_file: url.file.clone(),
            token: token.as_ref().and_then(|token| token.shown.clone()),
            token_file: token.as_ref().and_then(|token| token.file.clone()),
        })?;
        if token.is_some() {
            let rotate = context.session.command(&format!("source rotate {}", self.name));
            output.words(&format!("If the sender only uses a token that it made itself, run {rotate} and enter that."));
        }
        self.say_how_to_test(context, &url, token.as_ref());
        Ok(())
    }

    async fn store(&self, context: &Context, store: &SourceStore, is_new: bool) -> Result<()> {
        let output = &context.output;
        let secret = store.secret_name(&self.name);
        if !is_new {
            store.replace(&self.name, &self.content).await?;
            output.words(&format!("The secret {secret} was changed."));
            return Ok(());
        }
        store.create(&self.name, &self.content).await?;
        output.words(&format!("The secret {secret} was created."));
        if let Err(error) = store.enter_in_directory(&self.name, clock::now()).await {
            output.words(&format!(
                "Its name could not be written to {}: {error}\nLandfall knows it in six minutes at the latest; until then \
                 some of its deliveries may be answered with 503.",
                store.table()
            ));
        }
        Ok(())
    }

    /// What the sender proves itself with, from the file, the operator, or made. `None` if there is none yet.
    fn obtain(&self, context: &Context, files: &SecretFiles, field: ProofField) -> Result<Option<NewCredential>> {
        if let Some(given) = files.read()? {
            self.check_entry(field, &given)
                .map_err(|problem| Error::Usage(format!("That cannot be used: {problem}.")))?;
            return Ok(Some(NewCredential::Given(given)));
        }
        loop {
            let given = context.prompt.secret(&self.sender.secret_question())?;
            if given.is_empty() {
                return Ok(self.sender.has_static_token().then(|| NewCredential::Made(random::secret())));
            }
            match self.check_entry(field, &given) {
                Ok(()) => return Ok(Some(NewCredential::Given(given))),
                Err(problem) => context.output.words(&format!("That cannot be used: {problem}.")),
            }
        }
    }

    /// Whether ingest would take the source with this entry.
    fn check_entry(&self, field: ProofField, text: &str) -> std::result::Result<(), String> {
        if text.chars().any(char::is_control) {
            return Err("it is not one line of text".to_owned());
        }
        let NewSource { sender, name, content } = self;
        let mut candidate = NewSource { sender: sender.clone(), name: name.clone(), content: content.clone() };
        candidate.put_first(field, text.to_owned());
        candidate.parsed().map(drop)
    }

    fn parsed(&self) -> std::result::Result<Source, String> {
        let text = Value::Object(self.content.clone()).to_string();
        Source::parse(self.name.clone(), &text).map_err(|error| error.to_string())
    }

    fn put_first(&mut self, field: ProofField, text: String) {
        let entries = self.content.entry(field.as_str()).or_insert_with(|| json!([]));
        if let Value::Array(entries) = entries {
            entries.insert(0, text.into());
        }
    }

    fn introduce(&self, context: &Context, url: &Handover) {
        let (sender, output) = (&self.sender, &context.output);
        output.words(&format!("The URL to enter at the sender: {}", url.prose));
        if let Some(page) = sender.page() {
            let title = sender.title();
            output.words(&format!("Setup steps for {title} ({page}); this program stores its secret for Landfall:"));
        }
        for (number, step) in (1..).zip(&sender.description.about.set_up) {
            output.words(&format!("  {number}. {}", step.replace("{url}", &url.prose)));
        }
    }

    fn say_how_to_test(&self, context: &Context, url: &Handover, token: Option<&Handover>) {
        let text = match test_delivery::lines(&self.sender, &self.content, url, token) {
            Some(lines) => format!(
                "A test delivery; consumers see landfall.unrecognized unless it looks like an event of the sender:\n  {}",
                lines.join("\n  ")
            ),
            None => format!(
                "For a test, have {} send one: its signature takes more than a line of shell.",
                self.sender.title()
            ),
        };
        context.output.words(&text);
    }
}

/// What a sender proves itself with.
enum NewCredential {
    /// As the sender has it.
    Given(String),
    /// Made here; the sender must be told.
    Made(String),
}

/// Asks which sender to set up; none is an answer too.
///
/// # Errors
/// If nobody answers.
pub fn ask_sender(context: &Context) -> Result<Option<Sender>> {
    context.output.words(&format!("\n{}", list_of_senders()));
    let question = Question { what: "Sender to set up", why: "its name; empty: none yet", default: "" };
    let check = |name: &str| if name.is_empty() { Ok(()) } else { Sender::parse(name).map(drop) };
    let name = context.prompt.ask(&question, None, check)?;
    Ok(Sender::parse(&name).ok())
}
