//! A sender that is played: what it delivers is signed as it signs.

use std::io;
use std::time::Duration;

use domain::delivery::Delivery;
use domain::description::Retries;
use domain::source::source_name::SourceName;
use domain::verify::sign::{SignError, Signer};
use platform::{clock, random};
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::deliveries::RecordedDelivery;
use crate::error::{Error, Result};
use crate::fresh_ids;
use crate::http::{ANSWER_WITHIN, HttpAnswer, request};
use crate::output::{Output, Row};
use crate::sender_options::SourceSecret;
use crate::signing::{request_url, signer};

/// A late delivery is so much older than it may be.
const LATE_BY: Duration = Duration::from_secs(60);

/// What was sent, and how it was answered.
#[derive(Debug, Serialize)]
pub struct Sent {
    /// The sender's id of the thing that it is about.
    pub subject: Option<String>,
    /// The status; none if no answer came.
    pub status: Option<u16>,
    /// The answer's body, or why there is none.
    pub answer: String,
}

impl Row for Sent {
    const COLUMNS: &'static [&'static str] = &["subject", "status", "answer"];
}

/// What is wrong with a delivery on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// It is signed with a wrong secret, or has a wrong token.
    Forged,
    /// It is signed for a time that is too long ago.
    Late,
}

/// Where deliveries go, and who plays their sender.
#[derive(Debug)]
pub struct PlayedSender {
    url: String,
    token: Option<String>,
    signer: Signer,
    /// The same with a secret that is not the source's.
    forger: Signer,
}

/// A request to send, any number of times.
#[derive(Debug)]
pub struct PlayedRequest {
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    subject: Option<String>,
}

impl PlayedSender {
    /// The sender of the source `name`, whose secret says this.
    ///
    /// # Errors
    /// If nobody can be played with it.
    pub fn new(name: &SourceName, secret: &SourceSecret, url: &str) -> Result<PlayedSender> {
        let (signer, forger) = (signer(name.clone(), &secret.json)?, signer(name.clone(), &forged(&secret.json))?);
        Ok(PlayedSender { url: url.trim_end_matches('/').to_owned(), token: secret.token.clone(), signer, forger })
    }

    /// The source that it delivers to.
    #[must_use]
    pub fn source(&self) -> &domain::source::Source {
        self.signer.source()
    }

    /// Makes it deliver to the stack's source, after the caller has agreed.
    ///
    /// # Errors
    /// If the source would ask the sender's API, nobody agrees, or the token of its URL is not known.
    pub async fn aim_at_stack(mut self, context: &Context, flaw: Flaw, token_stdin: bool) -> Result<PlayedSender> {
        let source = self.signer.source();
        let name = source.name.clone();
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
        if self.signer.needs_url_token() && flaw != Flaw::Forged {
            self.token = Some(url_token(token_stdin, context)?);
        }
        self.url = stack.hook_url(name.as_str())?;
        Ok(self)
    }

    /// The request that delivers `body` as an event of its own.
    ///
    /// # Errors
    /// If nobody but the sender can make it.
    pub fn request(&self, mut headers: Vec<(String, String)>, mut body: Vec<u8>, flaw: Flaw) -> Result<PlayedRequest> {
        let sender = &self.signer.source().sender;
        let digits = [random::token(), random::token()].concat();
        headers.retain(|(name, _)| !self.signer.sets(name));
        fresh_ids::renew(sender, &mut headers, &mut body, digits.get(..16).unwrap_or(&digits));
        let at = if flaw == Flaw::Late { self.long_ago()? } else { clock::now() };
        let token = match (&self.token, flaw) {
            (_, Flaw::Forged) if self.signer.needs_url_token() => Some(digits.as_str()),
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
        let refused = |error: SignError| Error::Conflict(format!("{error}: its deliveries cannot be sent for it"));
        let signer = if flaw == Flaw::Forged { &self.forger } else { &self.signer };
        let delivery = signer.complete_body(delivery).map_err(refused)?;
        let added = signer.headers(&delivery, &format!("{}{digits}", fresh_ids::TEST_PREFIX)).map_err(refused)?;
        headers.extend(added);
        let kept = sender.kept(&headers.iter().cloned().collect());
        let subject = sender.heads(&kept, &delivery.body).into_iter().find_map(|head| head.subject);
        Ok(PlayedRequest { url, headers, body: delivery.body, subject })
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

impl PlayedRequest {
    /// Sends it once.
    ///
    /// # Errors
    /// If no answer comes.
    pub async fn send(&self) -> Result<Sent> {
        let HttpAnswer { status, body, .. } = self.post(ANSWER_WITHIN).await?;
        Ok(Sent { subject: self.subject.clone(), status: Some(status), answer: body })
    }

    /// Sends it as often, and waits as long, as the sender itself does. Tells of each wait.
    ///
    /// # Errors
    /// If no request can be made of it.
    pub async fn send_like(&self, retries: &Retries, output: &Output) -> Result<Vec<Sent>> {
        let within = retries.timeout_seconds.map_or(ANSWER_WITHIN, Duration::from_secs_f64);
        let mut sent = Vec::new();
        let pauses = retries.after_seconds.iter().flatten().map(Some).chain([None]);
        for pause in pauses {
            let (status, answer) = match self.post(within).await {
                Ok(answer) => (Some(answer.status), answer.body),
                Err(Error::Unavailable(reason)) => (None, reason),
                Err(error) => return Err(error),
            };
            sent.push(Sent { subject: self.subject.clone(), status, answer });
            if status.is_some_and(|status| retries.is_success(status)) {
                break;
            }
            if let Some(seconds) = pause {
                output.words(&format!("not successful; the sender tries again after {seconds} s"));
                tokio::time::sleep(Duration::from_secs_f64(*seconds)).await;
            }
        }
        Ok(sent)
    }

    async fn post(&self, within: Duration) -> Result<HttpAnswer> {
        request("POST", &self.url, &self.headers, &self.body, within).await
    }
}

/// Whether all was answered as it must be.
///
/// # Errors
/// If it was not.
pub fn judge(sent: &[Sent], flaw: Flaw) -> Result<()> {
    let as_expected = |sent: &&Sent| match flaw {
        Flaw::None => sent.status.is_some_and(|status| (200..300).contains(&status)),
        Flaw::Forged | Flaw::Late => sent.status == Some(401),
    };
    let wrong = sent.iter().filter(|sent| !as_expected(sent)).count();
    let expected = if flaw == Flaw::None { "accepted" } else { "refused" };
    match wrong {
        0 => Ok(()),
        wrong => Err(Error::Failed(format!("{wrong} of {} deliveries were not {expected}", sent.len()))),
    }
}

/// The headers of a recorded delivery, with what says of which kind its `body` is.
#[must_use]
pub fn headers_of(recorded: RecordedDelivery, body: &[u8]) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = recorded.headers.into_iter().collect();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("content-type".to_owned(), media_type(body).to_owned()));
    }
    headers
}

/// What senders of such a body say of it.
pub(crate) fn media_type(body: &[u8]) -> &'static str {
    match str::from_utf8(body) {
        Ok(text) if text.contains('=') && !text.trim_start().starts_with(['{', '[']) => {
            "application/x-www-form-urlencoded"
        }
        Ok(_) => "application/json",
        Err(_) => "application/octet-stream",
    }
}

/// The token of the source's URL, which is stored nowhere.
fn url_token(token_stdin: bool, context: &Context) -> Result<String> {
    let token = if token_stdin {
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
