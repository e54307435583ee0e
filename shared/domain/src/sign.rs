//! What a sender adds to a request so that it proves itself, for whoever plays that sender.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::delivery::Delivery;
use crate::delivery::headers::Doubled;
use crate::description::{Encoding, HeaderName, Scheme, Syntax, TimestampLocation, TimestampUnit};
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::source::{Keys, MacKeys, Proof, Signing, Source, SourceError, configured_secrets};
use crate::time::Timestamp;
use crate::verify::signed_content::SignedContent;
use crate::verify::signed_timestamp::SignedTimestamp;
use crate::verify::{Refusal, header};

/// Plays the sender of a source, with the newest of its secrets.
pub struct Signer {
    source: Source,
    secret: Option<String>,
}

/// Why a request cannot be made to prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Nobody else can.
    #[error("{0} signs with a private key that only it has, so nobody else can make its signatures")]
    PrivateKey(Provider),
    /// Something that is signed is not there.
    #[error("the request lacks what {provider} signs: {refusal}")]
    Incomplete {
        /// The kind of sender.
        provider: Provider,
        /// What a receiver would say.
        refusal: Refusal,
    },
}

impl Signer {
    /// Plays the sender of the source `name`, whose secret says `json`.
    ///
    /// # Errors
    /// If that cannot be used.
    pub fn parse(name: SourceName, json: &str) -> Result<Signer, SourceError> {
        let source = Source::parse(name, json)?;
        Ok(Signer { source, secret: configured_secrets(json).into_iter().next() })
    }

    /// The source.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Whether a delivery needs a token in its URL, whatever its headers say.
    #[must_use]
    pub const fn needs_url_token(&self) -> bool {
        self.source.credentials.tokens().is_some()
    }

    /// The headers to add to `delivery`, which is sent at its `received_at`; none for a sender that only has a token in
    /// its URL. Where an id is signed and none is there, `id` is.
    ///
    /// # Errors
    /// If only the sender itself can sign, or what is signed is missing.
    pub fn headers(&self, delivery: &Delivery, id: &str) -> Result<Vec<(String, String)>, SignError> {
        let secret = self.secret.as_deref().unwrap_or_default();
        match self.source.credentials.proof() {
            None => Ok(Vec::new()),
            Some(Proof::StaticToken { header: HeaderName(header), prefix, .. }) => {
                Ok(vec![(header.clone(), format!("{prefix}{secret}"))])
            }
            Some(Proof::Basic(_)) => {
                Ok(vec![("authorization".to_owned(), format!("Basic {}", BASE64_STANDARD.encode(secret)))])
            }
            Some(Proof::Signature { signing, keys: Keys::Mac(keys) }) => {
                let provider = self.source.provider;
                let signed = sign(delivery, signing, keys, id);
                signed.map_err(|refusal| SignError::Incomplete { provider, refusal })
            }
            Some(Proof::Signature { keys: Keys::Public(_) | Keys::Published(_), .. }) => {
                Err(SignError::PrivateKey(self.source.provider))
            }
        }
    }

    /// Whether [`Signer::headers`] sets the header `name`, so that one of an earlier delivery is of no use.
    #[must_use]
    pub fn sets(&self, name: &str) -> bool {
        let is_it = |HeaderName(known): &HeaderName| known.eq_ignore_ascii_case(name);
        match self.source.credentials.proof() {
            None => false,
            Some(Proof::StaticToken { header, .. }) => is_it(header),
            Some(Proof::Basic(_)) => name.eq_ignore_ascii_case("authorization"),
            Some(Proof::Signature { signing, .. }) => {
                let of_time = match signing.timestamp.as_ref().map(|rule| &rule.at) {
                    Some(TimestampLocation::Header(names)) => names.as_slice(),
                    Some(TimestampLocation::Pair(_) | TimestampLocation::Json(_)) | None => &[],
                };
                signing.header.iter().chain(&signing.id).chain(of_time).any(is_it)
            }
        }
    }

    /// `body` as it is sent at `at`: some senders sign a time that stands in the body, and an old one would be refused.
    #[must_use]
    pub fn dated(&self, body: Vec<u8>, at: Timestamp) -> Vec<u8> {
        let Some(rule) = self.scheme().timestamp() else { return body };
        let TimestampLocation::Json(pointer) = &rule.at else { return body };
        let Ok(mut value) = serde_json::from_slice::<Value>(&body) else { return body };
        let place = pointer.0.iter().try_fold(&mut value, |place, name| place.get_mut(name.as_str()));
        let Some(place) = place else { return body };
        let text = timestamp_text(at, rule.unit);
        *place = match rule.unit {
            TimestampUnit::Seconds | TimestampUnit::Milliseconds if place.is_number() => {
                text.parse::<i64>().map_or(Value::Null, Value::from)
            }
            _ => Value::String(text),
        };
        value.to_string().into_bytes()
    }

    fn scheme(&self) -> &Scheme {
        &self.source.sender.description().scheme
    }
}

/// The headers that make `delivery` one signed with the first of `keys`.
fn sign(delivery: &Delivery, signing: &Signing, keys: &MacKeys, id: &str) -> Result<Vec<(String, String)>, Refusal> {
    let mut added: Vec<(String, String)> = Vec::new();
    let is_missing = |names: &[HeaderName]| match header::first(&delivery.headers, names) {
        Ok(found) => found.is_none(),
        Err(Doubled) => false,
    };
    if let Some(HeaderName(name)) = signing.id.first().filter(|_| is_missing(&signing.id)) {
        added.push((name.clone(), id.to_owned()));
    }
    let rule = signing.timestamp.as_ref();
    let time = rule.map(|rule| timestamp_text(delivery.received_at, rule.unit)).unwrap_or_default();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    match rule.map(|rule| &rule.at) {
        Some(TimestampLocation::Header(names)) if is_missing(names) => {
            added.extend(names.first().map(|HeaderName(name)| (name.clone(), time.clone())));
        }
        Some(TimestampLocation::Pair(key)) => pairs.push((key, &time)),
        Some(TimestampLocation::Header(_) | TimestampLocation::Json(_)) | None => {}
    }
    let sent = Delivery { headers: delivery.headers.with(&added), ..delivery.clone() };
    let timestamp = rule.map(|rule| SignedTimestamp::read(&sent, rule, &pairs)).transpose()?;
    let content = SignedContent::of(&sent, signing, timestamp.as_ref())?;
    let code = keys.code(content.pieces());
    let signature = match signing.encoding {
        Encoding::Hex => base16ct::lower::encode_string(&code),
        Encoding::Base64 => BASE64_STANDARD.encode(code),
    };
    let value = match &signing.syntax {
        Syntax::Plain => signature,
        Syntax::Prefix { prefix } => format!("{prefix}{signature}"),
        Syntax::Pairs { key, separator } => {
            let before: String = pairs.iter().map(|(key, text)| format!("{key}={text}{separator}")).collect();
            format!("{before}{key}={signature}")
        }
        Syntax::Versions { version } => format!("{version},{signature}"),
    };
    added.extend(signing.header.first().map(|HeaderName(name)| (name.clone(), value)));
    Ok(added)
}

fn timestamp_text(at: Timestamp, unit: TimestampUnit) -> String {
    match unit {
        TimestampUnit::Seconds => at.as_millis().div_euclid(1000).to_string(),
        TimestampUnit::Milliseconds => at.as_millis().to_string(),
        TimestampUnit::Rfc3339 => at.to_string(),
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sender of {}", self.source.name)
    }
}

#[cfg(test)]
mod tests;
