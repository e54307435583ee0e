//! A configured sender: what its secret says.

mod api_access;
mod configuration;
mod credentials;
mod dedupe;
mod error;
mod expect_form;
mod expect_options;
mod job_waits;
mod jwt_scheme;
mod key_scope;
pub mod key_set;
pub mod lookup_limiter;
pub(crate) mod mac_keys;
mod options;
mod options_error;
mod plain_hash;
pub mod public_keys;
mod public_url;
mod quarantine;
pub mod ration;
mod secret_length;
mod signature_scheme;
pub mod source_name;
mod token_digests;
mod unquoted;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use self::configuration::Configuration;
use self::unquoted::fault;
use crate::description::{Confidence, Description, HeaderName, Template};
use crate::digest::Digest;
use crate::provider::Provider;
use crate::provider::compiled_provider::CompiledProvider;
use crate::source::source_name::SourceName;

pub use self::api_access::{ApiAccess, ApiKey, LoopbackUrl};
pub use self::credentials::{Credentials, Keys, Proof};
pub use self::dedupe::Dedupe;
pub use self::error::SourceError;
pub use self::expect_form::Order;
pub use self::expect_options::ExpectOptions;
pub use self::job_waits::{BadJobWaits, JobWaits};
pub use self::jwt_scheme::JwtScheme;
pub use self::key_scope::KeyScope;
pub use self::mac_keys::MacKeys;
pub use self::options::{ASSET_MAX_BYTES, Options};
pub use self::options_error::OptionsError;
pub use self::public_url::PublicUrl;
pub use self::quarantine::Quarantine;
pub use self::signature_scheme::SignatureScheme;
pub use self::token_digests::TokenDigests;

/// One configured sender: its provider, what proves that a delivery is its own, and what is done with its events.
#[derive(Clone, Debug)]
pub struct Source {
    /// The operator's name for it.
    pub name: SourceName,
    /// The kind of sender.
    pub provider: Provider,
    /// All that is known of that kind: of the catalogue, or the operator's own.
    pub sender: Arc<CompiledProvider>,
    /// What a genuine delivery must carry.
    pub credentials: Credentials,
    /// What must stand in a challenge that the sender does not sign, if it sends one of the operator's choice.
    pub verify_tokens: Option<TokenDigests>,
    /// How repeats are told from new events.
    pub dedupe: Dedupe,
    /// Whether its sender's retries come with other bytes, so that of two bodies under one key the first counts.
    pub retries_differ: bool,
    /// Whether its sender's API is to confirm what only a token vouches for.
    pub confirm: bool,
    /// Whether and how its refused deliveries are stored, where the stack has a table for them.
    pub quarantine: Option<Quarantine>,
    /// What the processor does with its events. Faults here do not stop deliveries: they would be lost.
    pub options: Result<Options, OptionsError>,
    /// What the operator should know, in sentences; holds no secret.
    pub warnings: Vec<String>,
}

/// What is told of a source whose events would all fail.
const NOBODY_TO_ASK: &str = "`confirm` cannot work, since no way to ask this sender's API is known: the end of a job will be given up as unconfirmable; leave `confirm` out";

/// What is told of a source whose sender's handshake will fail.
const NO_VERIFY_TOKEN: &str = "`verify_token` is missing, so the sender's question about the URL is not answered: choose a text and give it to both, the sender and this source";

/// The same where only the URL could say who asks.
const NO_CODE_FOR_STRANGERS: &str = "`token_sha256` is missing, so the sender's question about the URL is not answered: the answer is made with the secret, and a stranger must not have any text signed; put a token into the URL";

/// What is told of a description that leaves open what another body under a known key is.
const NAMES_NOTHING: &str = "a `shape` with a `key` does not say what the key names, so another body under it is an event of its own: say `\"names\": \"event\"` if the key holds the event's own id, else `\"names\": \"state\"`";

impl Source {
    /// Reads what the secret of the source `name` says.
    ///
    /// # Errors
    /// If it cannot be used as it stands; nothing of such a source is accepted until it is mended.
    pub fn parse(name: SourceName, json: &str) -> Result<Source, SourceError> {
        let mut configuration = Configuration::parse(json)?;
        let (provider, sender) = described(&mut configuration)?;
        let mut warnings = doubts(provider, sender.description());
        let options = Options::read(sender.description(), &configuration);
        if let Err(error) = &options {
            warnings.push(error.to_string());
        }
        let credentials = Credentials::read(provider, sender.description(), &configuration, &mut warnings)?;
        let verify_tokens = verify_tokens(provider, sender.description(), &configuration, &credentials, &mut warnings)?;
        if credentials.cover_body() && configuration.confirm && options.is_ok() {
            warnings.push("every delivery of this source is signed, so `confirm` has no effect".to_owned());
        }
        if matches!(credentials, Credentials::Proof(_)) {
            warnings.extend(copies(sender.description()));
        }
        if !credentials.cover_body() && configuration.confirm && sender.description().polls.is_empty() {
            warnings.push(NOBODY_TO_ASK.to_owned());
        }
        if provider == Provider::Custom && sender.description().shapes_without_names().next().is_some() {
            warnings.push(NAMES_NOTHING.to_owned());
        }
        let quarantine = configuration.quarantine.map(Quarantine::check).transpose();
        let quarantine = quarantine.unwrap_or_else(|error| {
            warnings.push(error.to_string());
            None
        });
        let retries_differ = configuration.retries_differ.unwrap_or(sender.description().retries_differ);
        let (dedupe, confirm) = (configuration.dedupe, configuration.confirm);
        Ok(Source {
            name,
            provider,
            sender,
            credentials,
            verify_tokens,
            dedupe,
            retries_differ,
            confirm,
            quarantine,
            options,
            warnings,
        })
    }

    /// What is warned of beyond what nobody could establish about the sender: the operator can do something about it.
    #[must_use]
    pub fn own_warnings(&self) -> Vec<String> {
        let unknown = &self.sender.description().about.unknown;
        self.warnings.iter().filter(|warning| !unknown.iter().any(|known| known == *warning)).cloned().collect()
    }
}

/// The texts in `secrets` of a source's secret, from the newest: what a [`Source`] keeps is only made of them.
pub(crate) fn configured_secrets(json: &str) -> Vec<String> {
    let configuration = Configuration::parse(json);
    configuration.map(|it| it.secrets.iter().map(|secret| secret.trim().to_owned()).collect()).unwrap_or_default()
}

/// What must stand in an unsigned challenge, if the sender says what the operator chose.
fn verify_tokens(
    provider: Provider,
    description: &Description,
    configuration: &Configuration,
    credentials: &Credentials,
    warnings: &mut Vec<String>,
) -> Result<Option<TokenDigests>, SourceError> {
    let asked = description.challenges.iter().any(|challenge| challenge.token.is_some());
    let tokens: Vec<&str> = configuration.verify_token.iter().map(|token| token.trim()).collect();
    if !asked && !tokens.is_empty() {
        let instead = "none of its challenges has one, so leave it out";
        return Err(SourceError::Unfit { field: "verify_token", provider, instead });
    }
    if tokens.iter().any(|token| token.len() < error::SECRET_MIN_BYTES) {
        return Err(SourceError::VerifyTokenTooShort);
    }
    if asked && tokens.is_empty() {
        warnings.push(NO_VERIFY_TOKEN.to_owned());
    }
    let makes_codes =
        description.challenges.iter().any(|challenge| challenge.unsigned && challenge.answer.makes_code());
    if makes_codes && matches!(credentials, Credentials::Proof(_)) {
        warnings.push(NO_CODE_FOR_STRANGERS.to_owned());
    }
    Ok(TokenDigests::of(tokens.iter().map(|token| Digest::of(token.as_bytes())).collect()))
}

/// What is known of the sender that the configuration names, or describes itself.
fn described(configuration: &mut Configuration) -> Result<(Provider, Arc<CompiledProvider>), SourceError> {
    let known: Option<Provider> = match configuration.provider.as_deref() {
        None | Some("custom") => None,
        Some(name) => Some(name.parse().map_err(SourceError::UnknownProvider)?),
    };
    let known = known.and_then(|provider| Some((provider, provider.sender()?)));
    match (known, configuration.scheme.take()) {
        (Some((provider, sender)), None) => Ok((provider, Arc::clone(sender))),
        (Some((provider, _)), Some(_)) => Err(SourceError::SchemeBesideProvider(provider)),
        (None, Some(scheme)) => Ok((Provider::Custom, Arc::new(CompiledProvider::of(own_description(scheme)?)))),
        (None, None) => Err(SourceError::NoProvider),
    }
}

/// What is told of a description that has the members of its scheme in the place of its own.
const ONE_LEVEL_TOO_FLAT: &str = r#"it describes a sender, and has a `scheme` of its own for how that sender proves itself: write `"scheme": {"scheme": {"kind": ..}, "shape": [..]}`"#;

/// An operator's own description, as a source's secret has it in `scheme`.
///
/// # Errors
/// If it makes no sense; the text says what to write.
pub fn own_description(mut written: Map<String, Value>) -> Result<Description, SourceError> {
    let name = Provider::Custom.as_str();
    if written.contains_key("kind") && !written.contains_key("scheme") {
        return Err(SourceError::Scheme(ONE_LEVEL_TOO_FLAT.to_owned()));
    }
    if let Some(extended) = written.remove("extends") {
        written = extend(&extended, written)?;
    }
    if written.insert("name".to_owned(), name.into()).is_some() {
        return Err(SourceError::Scheme(format!("leave `name` out: it is always `{name}`")));
    }
    let read = serde_path_to_error::deserialize::<_, Description>(Value::Object(written));
    let description = read.map_err(|error| SourceError::Scheme(fault(&error)))?;
    description.check().map_err(|fault| SourceError::Scheme(fault.to_string()))?;
    Ok(description)
}

/// A description of the catalogue with the fields of `changes` in the place of its own; of its scheme, each field alone.
fn extend(extended: &Value, mut changes: Map<String, Value>) -> Result<Map<String, Value>, SourceError> {
    let fault =
        || SourceError::Scheme("`extends` names no sender of the catalogue, which is in docs/providers".to_owned());
    let known: Provider = extended.as_str().and_then(|name| name.parse().ok()).ok_or_else(fault)?;
    let mut written = known.written().ok_or_else(fault)?;
    for field in ["name", "about"] {
        written.remove(field);
    }
    let scheme = changes.remove("scheme");
    written.extend(changes);
    match (written.get_mut("scheme").and_then(Value::as_object_mut), scheme) {
        (_, None) => {}
        (Some(of_known), Some(Value::Object(scheme))) => {
            // A signature has one place, so another one takes its stead.
            let places = ["header", "any_header", "at"];
            if places.iter().any(|place| scheme.contains_key(*place)) {
                places.iter().for_each(|place| drop(of_known.remove(*place)));
            }
            of_known.extend(scheme);
        }
        (_, Some(other)) => drop(written.insert("scheme".to_owned(), other)),
    }
    Ok(written)
}

/// How a copy of a genuine delivery, which proves itself as well, would come in as another event.
fn copies(description: &Description) -> impl Iterator<Item = String> {
    /// A token in the URL is nothing that a delivery shows.
    const INSTEAD: &str = "anybody who has a delivery can send it again with another one; use a token in the URL beside the signature (`token_sha256`)";
    let in_keys: BTreeSet<&str> = description.unsigned_key_headers().map(|HeaderName(name)| &**name).collect();
    let in_keys =
        in_keys.into_iter().map(|name| format!("the header `{name}` tells events apart and is not signed: {INSTEAD}"));
    let has_checksum = description.scheme.message().is_some_and(Template::has_checksum);
    let of_checksum = has_checksum.then(|| {
        format!("a checksum is signed in place of the body, and anybody can write another body that has it: {INSTEAD}")
    });
    let is_unsigned = description.scheme.timestamp().is_some_and(|timestamp| timestamp.unsigned);
    in_keys.chain(of_checksum).chain(is_unsigned.then(|| format!("the time of a delivery is not signed: {INSTEAD}")))
}

/// What could not be established about a sender of the catalogue. An operator knows what is sure of their own.
fn doubts(provider: Provider, description: &Description) -> Vec<String> {
    if provider == Provider::Custom {
        return Vec::new();
    }
    let doubt = match description.about.confidence {
        Confidence::Proven | Confidence::Documented => None,
        Confidence::ThirdParty => Some("is known from others' public code, not from its documentation"),
        Confidence::Guessed => Some("is inferred in part"),
    };
    let told = doubt.map(|doubt| format!("the integration of {provider} {doubt}: send a test delivery"));
    told.into_iter().chain(description.about.unknown.iter().map(|unknown| unknown.to_string())).collect()
}

#[cfg(test)]
mod tests;
