//! A scheme as it is written.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::description::one_or_many::OneOrMany;
use crate::description::{
    AccountRule, BodyHash, Construction, Encoding, FieldPath, Hash, HeaderName, Hmac, Jwt, JwtAlgorithm, JwtKey,
    KeySource, PublicKeySignature, Scheme, SecretForm, SignatureAlgorithm, SignaturePlace, StaticToken, Syntax,
    Template, Timestamp,
};

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
    sorted: Option<bool>,
    account: Option<AccountRule>,
    algorithm: Option<JwtAlgorithm>,
    issuer: Option<String>,
    audience: Option<String>,
    body_hash: Option<BodyHash>,
    past_seconds: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    UrlToken,
    StaticToken,
    Basic,
    Hmac,
    PlainHash,
    Ed25519,
    EcdsaP256,
    EcdsaP256Raw,
    RsaSha256,
    RsaSha1,
    Jwt,
}

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Scheme::try_from(SchemeForm::deserialize(deserializer)?).map_err(Error::custom)
    }
}

impl TryFrom<SchemeForm> for Scheme {
    type Error = String;

    fn try_from(form: SchemeForm) -> Result<Scheme, String> {
        const SIGNED: [&str; 8] = ["header", "any_header", "at", "syntax", "encoding", "id", "timestamp", "message"];
        match form.kind {
            Kind::UrlToken | Kind::Basic => form.refuse_all_but(&[])?,
            Kind::StaticToken => form.refuse_all_but(&["header", "at", "prefix"])?,
            Kind::Hmac => form.refuse_all_but(&[&SIGNED[..], &["hash", "secret"]].concat())?,
            Kind::PlainHash => form.refuse_all_but(&[&SIGNED[..], &["hash", "secret", "sorted"]].concat())?,
            Kind::Ed25519 | Kind::EcdsaP256 | Kind::EcdsaP256Raw | Kind::RsaSha256 | Kind::RsaSha1 => {
                form.refuse_all_but(&[&SIGNED[..], &["keys", "account"]].concat())?;
            }
            Kind::Jwt => form.refuse_all_but(&[
                "header",
                "prefix",
                "algorithm",
                "secret",
                "keys",
                "account",
                "issuer",
                "audience",
                "body_hash",
                "past_seconds",
            ])?,
        }
        let id = form.id.map(|OneOrMany(id)| id).unwrap_or_default();
        let syntax = form.syntax.unwrap_or_default();
        let signature_place = |header, any_header, at| match (header, any_header, at) {
            (Some(OneOrMany(header)), None, None) => Ok(SignaturePlace::FirstOf(header)),
            (None, Some(OneOrMany(headers)), None) => Ok(SignaturePlace::AnyOf(headers)),
            (None, None, Some(at @ (FieldPath::Body(_) | FieldPath::Query(_)))) => Ok(SignaturePlace::At(at)),
            (None, None, None) => Err(missing("header")),
            _ => Err(ONE_PLACE.to_owned()),
        };
        Ok(match form.kind {
            Kind::UrlToken => Scheme::UrlToken,
            Kind::Basic => Scheme::Basic,
            Kind::StaticToken => {
                let at = form.at;
                let header = match form.header.map(|OneOrMany(header)| header) {
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
                    prefix: form.prefix.unwrap_or_default(),
                })
            }
            Kind::Hmac | Kind::PlainHash => Scheme::Hmac(Hmac {
                construction: match (form.kind, form.sorted.unwrap_or_default()) {
                    (Kind::PlainHash, false) => Construction::Hash,
                    (Kind::PlainHash, true) => Construction::HashOfSorted,
                    _ => Construction::Hmac,
                },
                hash: form.hash.unwrap_or_default(),
                secret: form.secret.unwrap_or_default(),
                place: signature_place(form.header, form.any_header, form.at)?,
                syntax,
                encoding: form.encoding.ok_or_else(|| missing("encoding"))?,
                id,
                timestamp: form.timestamp,
                message: form.message.ok_or_else(|| missing("message"))?,
            }),
            Kind::Ed25519 | Kind::EcdsaP256 | Kind::EcdsaP256Raw | Kind::RsaSha256 | Kind::RsaSha1 => {
                Scheme::PublicKey(PublicKeySignature {
                    algorithm: match form.kind {
                        Kind::EcdsaP256 => SignatureAlgorithm::EcdsaP256,
                        Kind::EcdsaP256Raw => SignatureAlgorithm::EcdsaP256Raw,
                        Kind::RsaSha256 => SignatureAlgorithm::RsaSha256,
                        Kind::RsaSha1 => SignatureAlgorithm::RsaSha1,
                        _ => SignatureAlgorithm::Ed25519,
                    },
                    keys: form.keys.ok_or_else(|| missing("keys"))?,
                    account: form.account,
                    place: signature_place(form.header, form.any_header, form.at)?,
                    syntax,
                    encoding: form.encoding.ok_or_else(|| missing("encoding"))?,
                    id,
                    timestamp: form.timestamp,
                    message: form.message.ok_or_else(|| missing("message"))?,
                })
            }
            Kind::Jwt => Scheme::Jwt(Jwt {
                key: jwt_key(form.algorithm, form.secret, form.keys)?,
                header: form.header.map(|OneOrMany(header)| header).ok_or_else(|| missing("header"))?,
                prefix: form.prefix.unwrap_or_default(),
                issuer: form.issuer,
                audience: form.audience,
                body_hash: form.body_hash,
                past_seconds: form.past_seconds,
                account: form.account,
            }),
        })
    }
}

/// What a token is signed with.
fn jwt_key(
    algorithm: Option<JwtAlgorithm>,
    secret: Option<SecretForm>,
    keys: Option<KeySource>,
) -> Result<JwtKey, String> {
    let public = |algorithm, keys| Ok(JwtKey::Public { algorithm, keys });
    match (algorithm.ok_or_else(|| missing("algorithm"))?, secret, keys) {
        (JwtAlgorithm::Hs256, secret, None) => Ok(JwtKey::Secret(secret.unwrap_or_default())),
        (JwtAlgorithm::Es256, None, Some(keys)) => public(SignatureAlgorithm::EcdsaP256Raw, keys),
        (JwtAlgorithm::Rs256, None, Some(keys)) => public(SignatureAlgorithm::RsaSha256, keys),
        _ => Err("`HS256` is made with a `secret`, `ES256` and `RS256` with `keys`: give the one that fits".to_owned()),
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
            sorted,
            account,
            algorithm,
            issuer,
            audience,
            body_hash,
            past_seconds,
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
            ("sorted", sorted.is_some()),
            ("account", account.is_some()),
            ("algorithm", algorithm.is_some()),
            ("issuer", issuer.is_some()),
            ("audience", audience.is_some()),
            ("body_hash", body_hash.is_some()),
            ("past_seconds", past_seconds.is_some()),
        ];
        let unfit = are_there.into_iter().find(|(name, is_there)| *is_there && !fields.contains(name));
        unfit.map_or(Ok(()), |(name, _)| {
            Err(format!("`{name}` means nothing for this `kind`: leave it out, or take the kind that has it"))
        })
    }
}
