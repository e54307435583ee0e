//! What an operator who sets a source up must know of its sender.

use std::borrow::Cow;

use domain::description::{
    AccountRule, Confidence, Description, FieldPath, HeaderName, KeySource, Scheme, StaticToken,
};
use domain::provider::Provider;
use domain::source::own_description;
use serde_json::{Map, Value, json};

/// A sender of the catalogue, or one that the operator describes.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Its name in the catalogue.
    pub provider: Provider,
    /// What is known of it.
    pub description: Cow<'static, Description>,
    /// The field of a source's secret that says so.
    in_secret: (&'static str, Value),
}

/// The field of a source's secret that holds what deliveries are verified with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofField {
    /// Digests of tokens in the URL.
    TokenSha256,
    /// What the sender shares.
    Secrets,
    /// The sender's public keys.
    PublicKeys,
}

impl ProofField {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ProofField::TokenSha256 => "token_sha256",
            ProofField::Secrets => "secrets",
            ProofField::PublicKeys => "public_keys",
        }
    }
}

impl Sender {
    /// The sender of that kind; `None` for an operator's own description.
    #[must_use]
    pub fn of(provider: Provider) -> Option<Sender> {
        provider.description().map(|description| Sender {
            provider,
            description: Cow::Borrowed(description),
            in_secret: ("provider", json!(provider.as_str())),
        })
    }

    /// The sender that an operator describes.
    ///
    /// # Errors
    /// If the description makes no sense.
    pub fn described(written: Map<String, Value>) -> Result<Sender, String> {
        let description = own_description(written.clone()).map_err(|error| error.to_string())?;
        Ok(Sender {
            provider: Provider::Custom,
            description: Cow::Owned(description),
            in_secret: ("scheme", Value::Object(written)),
        })
    }

    /// The sender of a source whose secret says `content`; `None` if it says neither who it is nor what it is like.
    #[must_use]
    pub fn of_source(content: &Map<String, Value>) -> Option<Sender> {
        match (content.get("provider").and_then(Value::as_str), content.get("scheme")) {
            (None | Some("custom"), Some(Value::Object(written))) => Sender::described(written.clone()).ok(),
            (provider, _) => Sender::parse(provider?).ok(),
        }
    }

    /// What the secret of a new source says before anything else.
    #[must_use]
    pub fn first_content(&self) -> Map<String, Value> {
        let (field, value) = &self.in_secret;
        Map::from_iter([((*field).to_owned(), value.clone())])
    }

    /// All names of the catalogue.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        Provider::ALL.iter().map(|provider| provider.as_str()).collect()
    }

    /// The sender of that name.
    ///
    /// # Errors
    /// If there is none; the text names those that are spelled much like it.
    pub fn parse(name: &str) -> Result<Sender, String> {
        let sender = name.parse::<Provider>().ok().and_then(Sender::of);
        sender.ok_or_else(|| {
            let near: Vec<&str> = Sender::names().into_iter().filter(|known| strsim::jaro(name, known) > 0.7).collect();
            let hint = if near.is_empty() { String::new() } else { format!("; {}?", near.join(" or ")) };
            format!("unknown sender, see docs/providers/README.md{hint}")
        })
    }

    /// Its name as it writes it itself.
    #[must_use]
    pub fn title(&self) -> &str {
        match &*self.description.about.title {
            "" => "the sender",
            title => title,
        }
    }

    /// Where the documentation says how it is set up.
    #[must_use]
    pub fn page(&self) -> Option<String> {
        (self.provider != Provider::Custom).then(|| format!("docs/providers/{}.md", self.provider))
    }

    /// What is to be agreed on with the sender beside the URL, if anything.
    #[must_use]
    pub fn shared(&self) -> Option<ProofField> {
        match self.description.scheme.keys() {
            None if self.description.scheme == Scheme::UrlToken => None,
            None => Some(ProofField::Secrets),
            Some(KeySource::Operator { .. }) => Some(ProofField::PublicKeys),
            Some(KeySource::Sender { .. } | KeySource::Jwks { .. } | KeySource::Certificate(_)) => None,
        }
    }

    /// Whether nothing else in a source's secret tells its deliveries from those of anybody.
    #[must_use]
    pub fn needs_url_token(&self, content: &Map<String, Value>) -> bool {
        match self.description.scheme.account() {
            Some(_) => !content.contains_key("account"),
            None => self.description.scheme == Scheme::UrlToken,
        }
    }

    /// The field of a source with this content that a new entry goes into; none if the sender publishes its keys.
    #[must_use]
    pub fn proof_field(&self, content: &Map<String, Value>) -> Option<ProofField> {
        if self.needs_url_token(content) { Some(ProofField::TokenSha256) } else { self.shared() }
    }

    /// Where deliveries name the customer's account, of a sender that signs for all of them with the same keys.
    #[must_use]
    pub fn account_place(&self) -> Option<&str> {
        match self.description.scheme.account()? {
            AccountRule::At(FieldPath::Header(HeaderName(name))) => Some(name),
            AccountRule::At(FieldPath::Body(_) | FieldPath::Query(_) | FieldPath::Id) => Some("their bodies"),
            AccountRule::Claim(_) => Some("their tokens"),
            AccountRule::InMessage => Some("their signatures"),
            AccountRule::TokenOnly => None,
        }
    }

    /// Whether it sends the same token each time.
    #[must_use]
    pub fn has_static_token(&self) -> bool {
        matches!(self.description.scheme, Scheme::StaticToken(_))
    }

    /// Whether its token is in a header of the operator's choice.
    #[must_use]
    pub fn leaves_header_out(&self) -> bool {
        matches!(self.description.scheme, Scheme::StaticToken(StaticToken { header: None, .. }))
    }

    /// Whether only a token vouches for what it says, and its API can be asked.
    #[must_use]
    pub fn can_confirm_what_a_token_vouches_for(&self) -> bool {
        !self.description.scheme.covers_body() && !self.description.polls.is_empty()
    }

    /// What could not be established, in sentences. Operators know what is sure of their own descriptions.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let about = &self.description.about;
        if self.provider == Provider::Custom {
            return Vec::new();
        }
        let doubt = match about.confidence {
            Confidence::Proven | Confidence::Documented => None,
            Confidence::ThirdParty => Some("comes from others' public code, not from its own documentation"),
            Confidence::Guessed => Some("is inferred in part"),
        };
        let doubt = doubt.map(|doubt| format!("this integration of {} {doubt}; send a test delivery", self.title()));
        doubt.into_iter().chain(about.unknown.iter().map(|unknown| format!("not known: {unknown}"))).collect()
    }

    /// How its secret is asked for.
    #[must_use]
    pub fn secret_question(&self) -> String {
        let title = self.title();
        match self.description.scheme {
            Scheme::StaticToken(_) => {
                format!("The token that {title} sends in a header (not shown; empty: one is made)")
            }
            Scheme::Basic => format!("What {title} signs in with, as name:password (not shown; empty: later)"),
            _ if self.description.scheme.keys().is_some() => {
                format!("The public key that {title} signs with (not shown; empty: later)")
            }
            Scheme::UrlToken | Scheme::Hmac(_) | Scheme::PublicKey(_) | Scheme::Jwt(_) => {
                format!("The secret that {title} signs with (not shown; empty: later)")
            }
        }
    }
}

/// All names in columns.
#[must_use]
pub fn list_of_senders() -> String {
    const LINE_MAX: usize = 110;
    let names = Sender::names();
    let width = names.iter().map(|name| name.len()).max().unwrap_or_default() + 2;
    let rows = names.chunks(LINE_MAX / width).map(|row| {
        let row: String = row.iter().map(|name| format!("{name:width$}")).collect();
        format!("\n  {}", row.trim_end())
    });
    format!("Senders (details in docs/providers/README.md):{}", rows.collect::<String>())
}
