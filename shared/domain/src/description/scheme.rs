//! What proves that a delivery is the sender's own.

use serde::Deserialize;

use crate::description::one_or_many::OneOrMany;
use crate::description::{
    AccountRule, Encoding, FieldPath, HeaderName, KeySource, SecretForm, Syntax, Template, Timestamp,
};

/// What proves that a delivery is the sender's own. A token in the URL can be asked for beside any of them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "SchemeForm")]
pub enum Scheme {
    /// Nothing does: the URL must hold a token that nobody else knows.
    UrlToken,
    /// A header with a text that nobody else knows, the same each time.
    StaticToken(StaticToken),
    /// `Authorization: Basic`, with a name and a password from the URL that the sender was given.
    Basic,
    /// A message authentication code made with a secret that both know.
    Hmac(Hmac),
    /// A signature made with a key of the sender's.
    Ed25519(Ed25519),
}

/// A header with a text that nobody else knows.
#[derive(Clone, Debug, PartialEq)]
pub struct StaticToken {
    /// The header; absent where the customer chooses it, as `token_header` of the source.
    pub header: Option<HeaderName>,
    /// Where it stands instead of in a header: in the body, or in the URL's query.
    pub at: Option<FieldPath>,
    /// What stands before the token, such as `Bearer `.
    pub prefix: String,
}

/// A message authentication code.
#[derive(Clone, Debug, PartialEq)]
pub struct Hmac {
    /// The hash.
    pub hash: Hash,
    /// How the key is made of the secret's text.
    pub secret: SecretForm,
    /// Where the signature stands.
    pub place: SignaturePlace,
    /// How the signature stands in it.
    pub syntax: Syntax,
    /// How its bytes are written.
    pub encoding: Encoding,
    /// The headers that may hold the delivery's id.
    pub id: Vec<HeaderName>,
    /// Where the delivery says when it was made, and how old it may be.
    pub timestamp: Option<Timestamp>,
    /// The bytes that are signed.
    pub message: Template,
}

/// A signature made with a key of the sender's.
#[derive(Clone, Debug, PartialEq)]
pub struct Ed25519 {
    /// Where the public keys are from.
    pub keys: KeySource,
    /// How one customer's deliveries are told from the others'; absent if the keys are the source's alone.
    pub account: Option<AccountRule>,
    /// As for [`Hmac`].
    pub place: SignaturePlace,
    /// As for [`Hmac`].
    pub syntax: Syntax,
    /// As for [`Hmac`].
    pub encoding: Encoding,
    /// As for [`Hmac`].
    pub id: Vec<HeaderName>,
    /// As for [`Hmac`].
    pub timestamp: Option<Timestamp>,
    /// As for [`Hmac`].
    pub message: Template,
}

/// Where a signature stands.
#[derive(Clone, Debug, PartialEq)]
pub enum SignaturePlace {
    /// In the first of these headers that is there.
    FirstOf(Vec<HeaderName>),
    /// In any of these headers: one signature that fits is enough.
    AnyOf(Vec<HeaderName>),
    /// In the body, or in the URL's query.
    At(FieldPath),
}

impl SignaturePlace {
    /// The headers that may hold it.
    #[must_use]
    pub fn headers(&self) -> &[HeaderName] {
        match self {
            SignaturePlace::FirstOf(names) | SignaturePlace::AnyOf(names) => names,
            SignaturePlace::At(_) => &[],
        }
    }
}

/// The hash of a message authentication code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hash {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-1, which is still sound for this.
    Sha1,
}

impl Hash {
    /// All of them.
    pub(crate) const ALL: [Hash; 4] = [Hash::Sha256, Hash::Sha384, Hash::Sha512, Hash::Sha1];

    /// How many bytes a code has that is made with it.
    pub(crate) const fn code_bytes(self) -> usize {
        match self {
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
            Hash::Sha1 => 20,
        }
    }
}

/// A scheme as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeForm {
    kind: Kind,
    header: Option<OneOrMany<HeaderName>>,
    any_header: Option<OneOrMany<HeaderName>>,
    at: Option<FieldPath>,
    prefix: Option<String>,
    hash: Option<Hash>,
    secret: Option<SecretForm>,
    keys: Option<KeySource>,
    syntax: Option<Syntax>,
    encoding: Option<Encoding>,
    id: Option<OneOrMany<HeaderName>>,
    timestamp: Option<Timestamp>,
    message: Option<Template>,
    account: Option<AccountRule>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    UrlToken,
    StaticToken,
    Basic,
    Hmac,
    Ed25519,
}

impl TryFrom<SchemeForm> for Scheme {
    type Error = String;

    fn try_from(form: SchemeForm) -> Result<Scheme, String> {
        const SIGNED: [&str; 8] = ["header", "any_header", "at", "syntax", "encoding", "id", "timestamp", "message"];
        match form.kind {
            Kind::UrlToken | Kind::Basic => form.refuse_all_but(&[])?,
            Kind::StaticToken => form.refuse_all_but(&["header", "at", "prefix"])?,
            Kind::Hmac => form.refuse_all_but(&[&SIGNED[..], &["hash", "secret"]].concat())?,
            Kind::Ed25519 => form.refuse_all_but(&[&SIGNED[..], &["keys", "account"]].concat())?,
        }
        let SchemeForm {
            kind,
            header,
            any_header,
            at,
            prefix,
            hash,
            secret,
            keys,
            syntax,
            encoding,
            id,
            timestamp,
            message,
            account,
        } = form;
        let id = id.map(|OneOrMany(id)| id).unwrap_or_default();
        let syntax = syntax.unwrap_or_default();
        let signature_place = |header, any_header, at| match (header, any_header, at) {
            (Some(OneOrMany(header)), None, None) => Ok(SignaturePlace::FirstOf(header)),
            (None, Some(OneOrMany(headers)), None) => Ok(SignaturePlace::AnyOf(headers)),
            (None, None, Some(at @ (FieldPath::Body(_) | FieldPath::Query(_)))) => Ok(SignaturePlace::At(at)),
            (None, None, None) => Err(missing("header")),
            _ => Err(ONE_PLACE.to_owned()),
        };
        Ok(match kind {
            Kind::UrlToken => Scheme::UrlToken,
            Kind::Basic => Scheme::Basic,
            Kind::StaticToken => {
                let header = match header.map(|OneOrMany(header)| header) {
                    None => None,
                    Some(header) => {
                        Some(<[_; 1]>::try_from(header).map_err(|_| "a token stands in one `header`: name that one")?)
                    }
                };
                match (&header, &at) {
                    (_, None) | (None, Some(FieldPath::Body(_) | FieldPath::Query(_))) => {}
                    (Some(_), Some(_)) | (None, Some(FieldPath::Header(_) | FieldPath::Id)) => {
                        return Err(ONE_PLACE.to_owned());
                    }
                }
                Scheme::StaticToken(StaticToken {
                    header: header.map(|[header]| header),
                    at,
                    prefix: prefix.unwrap_or_default(),
                })
            }
            Kind::Hmac => Scheme::Hmac(Hmac {
                hash: hash.unwrap_or_default(),
                secret: secret.unwrap_or_default(),
                place: signature_place(header, any_header, at)?,
                syntax,
                encoding: encoding.ok_or_else(|| missing("encoding"))?,
                id,
                timestamp,
                message: message.ok_or_else(|| missing("message"))?,
            }),
            Kind::Ed25519 => Scheme::Ed25519(Ed25519 {
                keys: keys.ok_or_else(|| missing("keys"))?,
                place: signature_place(header, any_header, at)?,
                syntax,
                encoding: encoding.ok_or_else(|| missing("encoding"))?,
                id,
                timestamp,
                message: message.ok_or_else(|| missing("message"))?,
                account,
            }),
        })
    }
}

/// What is told where a proof stands in two places, or nowhere that can be read.
const ONE_PLACE: &str = "the proof stands in one place: give `header`, or `any_header` if each of several may hold it, or `at` with a place of the body or `query:name`";

fn missing(field: &str) -> String {
    format!("missing field `{field}`")
}

impl SchemeForm {
    /// Refuses what is there beside `fields`: it would be thought to protect something.
    fn refuse_all_but(&self, fields: &[&str]) -> Result<(), String> {
        let SchemeForm {
            kind: _,
            header,
            any_header,
            at,
            prefix,
            hash,
            secret,
            keys,
            syntax,
            encoding,
            id,
            timestamp,
            message,
            account,
        } = self;
        let are_there = [
            ("header", header.is_some()),
            ("any_header", any_header.is_some()),
            ("at", at.is_some()),
            ("prefix", prefix.is_some()),
            ("hash", hash.is_some()),
            ("secret", secret.is_some()),
            ("keys", keys.is_some()),
            ("syntax", syntax.is_some()),
            ("encoding", encoding.is_some()),
            ("id", id.is_some()),
            ("timestamp", timestamp.is_some()),
            ("message", message.is_some()),
            ("account", account.is_some()),
        ];
        let unfit = are_there.into_iter().find(|(name, is_there)| *is_there && !fields.contains(name));
        unfit.map_or(Ok(()), |(name, _)| {
            Err(format!("`{name}` means nothing for this `kind`: leave it out, or take the kind that has it"))
        })
    }
}
