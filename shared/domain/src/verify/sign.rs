//! What a sender adds to a request so that it proves itself, for tests and trials, which play that sender.

mod list;

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::content::form;
use crate::delivery::Delivery;
use crate::delivery::headers::RepeatedHeader;
use crate::description::{
    Encoding, FieldPath, HeaderName, Pointer, SignaturePlace, Syntax, Timestamp as Rule, TimestampLocation,
    TimestampUnit,
};
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::source::{Keys, MacKeys, Proof, SignatureScheme, Source, SourceError, configured_secrets};
use crate::time::Timestamp;
use crate::verify::batch::items_with_proofs;
use crate::verify::signature_header::Pair;
use crate::verify::signed_content::SignedContent;
use crate::verify::signed_timestamp::SignedTimestamp;
use crate::verify::{Refusal, header, jwt, with_body};

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
    /// What proves it stands where nothing is added for it.
    #[error("{0} puts what proves a delivery into the URL's query, to which nothing is added for it")]
    InQuery(Provider),
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

    /// The headers to add to `delivery`, which is sent at its `received_at`; none for a sender whose proof stands in the
    /// URL or, where [`Signer::complete_body`] puts it, in the body. Where an id is signed and none is there, `id` is.
    ///
    /// # Errors
    /// If only the sender itself can sign, its proof stands in the URL's query, or what is signed is missing.
    pub fn headers(&self, delivery: &Delivery, id: &str) -> Result<Vec<(String, String)>, SignError> {
        let secret = self.secret.as_deref().unwrap_or_default();
        match self.source.credentials.proof() {
            None => Ok(Vec::new()),
            Some(Proof::StaticToken { header: HeaderName(header), prefix, .. }) => {
                Ok(vec![(header.clone(), format!("{prefix}{secret}"))])
            }
            Some(Proof::TokenAt { at: FieldPath::Query(_), .. }) => Err(SignError::InQuery(self.source.provider)),
            Some(Proof::TokenAt { .. }) => Ok(Vec::new()),
            Some(Proof::Basic(_)) => {
                Ok(vec![("authorization".to_owned(), format!("Basic {}", BASE64_STANDARD.encode(secret)))])
            }
            Some(Proof::Signature { signing, keys: Keys::Mac(keys) }) => {
                let signed = match &signing.place {
                    SignaturePlace::At(FieldPath::Query(_)) => return Err(SignError::InQuery(self.source.provider)),
                    SignaturePlace::At(_) => return Ok(Vec::new()),
                    SignaturePlace::FirstOf(_) | SignaturePlace::AnyOf(_) => sign(delivery, signing, keys, id),
                };
                signed.map_err(|refusal| self.incomplete(refusal))
            }
            Some(Proof::Jwt { scheme, keys: Keys::Mac(keys) }) => Ok(jwt::sign(delivery, scheme, keys)),
            Some(
                Proof::Signature { keys: Keys::Public(_) | Keys::Published(_) | Keys::Certificate(_), .. }
                | Proof::Jwt { keys: Keys::Public(_) | Keys::Published(_) | Keys::Certificate(_), .. },
            ) => Err(SignError::PrivateKey(self.source.provider)),
        }
    }

    /// Whether [`Signer::headers`] sets the header `name`, so that one of an earlier delivery is of no use.
    #[must_use]
    pub fn sets(&self, name: &str) -> bool {
        let is_it = |HeaderName(known): &HeaderName| known.eq_ignore_ascii_case(name);
        match self.source.credentials.proof() {
            None => false,
            Some(Proof::StaticToken { header, .. }) => is_it(header),
            Some(Proof::TokenAt { .. }) => false,
            Some(Proof::Basic(_)) => name.eq_ignore_ascii_case("authorization"),
            Some(Proof::Jwt { scheme, .. }) => scheme.jwt.header.iter().any(is_it),
            Some(Proof::Signature { signing, .. }) => {
                let of_time = match signing.timestamp.as_ref().map(|rule| &rule.at) {
                    Some(TimestampLocation::Header(names)) => names.as_slice(),
                    Some(TimestampLocation::Pair(_) | TimestampLocation::Json(_)) | None => &[],
                };
                signing.place.headers().iter().chain(&signing.id).chain(of_time).any(is_it)
            }
        }
    }

    /// `delivery` with what its sender writes into a body that is JSON: when it was made, and what proves it, if either
    /// has its place there. Of a list of events that prove themselves, each is completed.
    ///
    /// # Errors
    /// If what is signed is missing.
    pub fn complete_body(&self, mut delivery: Delivery) -> Result<Delivery, SignError> {
        let items = items_with_proofs(&delivery, &self.source).ok().flatten();
        let batch = self.source.sender.description().batch.as_ref();
        if let (Some(items), Some(batch)) = (items, batch) {
            let complete = |item| Ok(self.complete_event(with_body(&delivery, item))?.body);
            let items: Vec<Vec<u8>> = items.into_iter().map(complete).collect::<Result<_, SignError>>()?;
            if let Some(body) = list::with_items(&delivery.body, batch, &items) {
                delivery.body = body;
            }
            return Ok(delivery);
        }
        self.complete_event(delivery)
    }

    fn complete_event(&self, mut delivery: Delivery) -> Result<Delivery, SignError> {
        if let Some(Rule { at: TimestampLocation::Json(pointer), unit, .. }) =
            self.source.sender.description().scheme.timestamp()
        {
            put(&mut delivery.body, pointer, &timestamp_text(delivery.received_at, *unit));
        }
        match self.source.credentials.proof() {
            Some(Proof::TokenAt { at: FieldPath::Body(pointer), prefix, .. }) => {
                let secret = self.secret.as_deref().unwrap_or_default();
                put(&mut delivery.body, pointer, &format!("{prefix}{secret}"));
            }
            Some(Proof::Signature { signing, keys: Keys::Mac(keys) }) => {
                if let SignaturePlace::At(FieldPath::Body(pointer)) = &signing.place {
                    let signature = sign_body(&delivery, signing, keys).map_err(|refusal| self.incomplete(refusal))?;
                    put(&mut delivery.body, pointer, &signature);
                }
            }
            _ => {}
        }
        Ok(delivery)
    }

    const fn incomplete(&self, refusal: Refusal) -> SignError {
        SignError::Incomplete { provider: self.source.provider, refusal }
    }
}

/// The signature that stands in the body of `delivery`.
fn sign_body(delivery: &Delivery, signing: &SignatureScheme, keys: &MacKeys) -> Result<String, Refusal> {
    let readable = form::readable(&signing.forms, &delivery.body);
    let rule = signing.timestamp.as_ref();
    let timestamp = rule.map(|rule| SignedTimestamp::read(delivery, &readable, rule, &[])).transpose()?;
    let content = SignedContent::of(delivery, signing, &readable, timestamp.as_ref())?;
    let signature = signature(&content, signing, keys);
    Ok(match &signing.syntax {
        Syntax::Prefix { prefix } => format!("{prefix}{signature}"),
        Syntax::Plain | Syntax::Pairs { .. } | Syntax::List { .. } | Syntax::Json { .. } | Syntax::Versions { .. } => {
            signature
        }
    })
}

/// The headers that make `delivery` one signed with the first of `keys`.
fn sign(
    delivery: &Delivery,
    signing: &SignatureScheme,
    keys: &MacKeys,
    id: &str,
) -> Result<Vec<(String, String)>, Refusal> {
    let mut added: Vec<(String, String)> = Vec::new();
    let is_missing = |names: &[HeaderName]| match header::first(&delivery.headers, names) {
        Ok(found) => found.is_none(),
        Err(RepeatedHeader) => false,
    };
    if let Some(HeaderName(name)) = signing.id.first().filter(|_| is_missing(&signing.id)) {
        added.push((name.clone(), id.to_owned()));
    }
    let rule = signing.timestamp.as_ref();
    let time = rule.map(|rule| timestamp_text(delivery.received_at, rule.unit)).unwrap_or_default();
    let mut pairs: Vec<Pair<'_>> = Vec::new();
    match rule.map(|rule| &rule.at) {
        Some(TimestampLocation::Header(names)) if is_missing(names) => {
            added.extend(names.first().map(|HeaderName(name)| (name.clone(), time.clone())));
        }
        Some(TimestampLocation::Pair(key)) => pairs.push((key.into(), (&time).into())),
        Some(TimestampLocation::Header(_) | TimestampLocation::Json(_)) | None => {}
    }
    let readable = form::readable(&signing.forms, &delivery.body);
    let sent = Delivery { headers: delivery.headers.with(&added), ..delivery.clone() };
    let timestamp = rule.map(|rule| SignedTimestamp::read(&sent, &readable, rule, &pairs)).transpose()?;
    let content = SignedContent::of(&sent, signing, &readable, timestamp.as_ref())?;
    let signature = signature(&content, signing, keys);
    let value = match &signing.syntax {
        Syntax::Plain => signature,
        Syntax::Prefix { prefix } => format!("{prefix}{signature}"),
        Syntax::Pairs { key, separator, .. } => {
            let before: String = pairs.iter().map(|(key, text)| format!("{key}={text}{separator}")).collect();
            format!("{before}{key}={signature}")
        }
        Syntax::List { separator, first } => {
            let at = |position: usize| pairs.iter().find(|(key, _)| *key == position.to_string());
            let before = (1..*first).map(|position| at(position).map(|(_, text)| &**text).unwrap_or_default());
            let before: String = before.flat_map(|text| [text.to_owned(), separator.to_string()]).collect();
            format!("{before}{signature}")
        }
        Syntax::Json { key } => {
            let pairs = pairs.iter().map(|(key, text)| (key.to_string(), json_value(text)));
            Value::Object(pairs.chain([(key.clone(), signature.into())]).collect()).to_string()
        }
        Syntax::Versions { version } => format!("{version},{signature}"),
    };
    added.extend(signing.place.headers().first().map(|HeaderName(name)| (name.clone(), value)));
    Ok(added)
}

/// The signature by the first of `keys`, as it is written.
fn signature(content: &SignedContent<'_>, signing: &SignatureScheme, keys: &MacKeys) -> String {
    let code = keys.code(0, content.pieces()).unwrap_or_default();
    match signing.encoding {
        Encoding::Hex => base16ct::lower::encode_string(&code),
        Encoding::Base64 => BASE64_STANDARD.encode(code),
    }
}

/// Writes `value` at a place of a body that is JSON; another body stays as it is. What was a number stays one.
fn put(body: &mut Vec<u8>, pointer: &Pointer, value: &str) {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else { return };
    let Some(place) = json.pointer_mut(&pointer.to_string()) else { return };
    *place = if place.is_number() { json_value(value) } else { value.into() };
    *body = json.to_string().into_bytes();
}

/// A count as a number, and any other text as it is.
fn json_value(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
}

fn timestamp_text(at: Timestamp, unit: TimestampUnit) -> String {
    match unit {
        TimestampUnit::Seconds => at.as_millis().div_euclid(1000).to_string(),
        TimestampUnit::Milliseconds => at.as_millis().to_string(),
        TimestampUnit::Rfc3339 => at.to_string(),
        TimestampUnit::HttpDate => at.to_http_date().unwrap_or_default(),
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sender of {}", self.source.name)
    }
}

#[cfg(test)]
mod tests;
