//! Schemes as they are written: one table, whose `kind` says which of the fields mean something.

use serde::Deserialize;

use crate::description::one_or_many::OneOrMany;
use crate::description::{
    AccountRule, Ed25519, Encoding, Hash, HeaderName, Hmac, KeySource, Scheme, SecretForm, StaticToken, Syntax,
    Template, Timestamp,
};

/// A scheme as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SchemeForm {
    kind: Kind,
    header: Option<OneOrMany<HeaderName>>,
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
        const SIGNED: [&str; 6] = ["header", "syntax", "encoding", "id", "timestamp", "message"];
        match form.kind {
            Kind::UrlToken | Kind::Basic => form.refuse_all_but(&[])?,
            Kind::StaticToken => form.refuse_all_but(&["header", "prefix"])?,
            Kind::Hmac => form.refuse_all_but(&[&SIGNED[..], &["hash", "secret"]].concat())?,
            Kind::Ed25519 => form.refuse_all_but(&[&SIGNED[..], &["keys", "account"]].concat())?,
        }
        let SchemeForm { kind, header, prefix, hash, secret, keys, syntax, encoding, id, timestamp, message, account } =
            form;
        let id = id.map(|OneOrMany(id)| id).unwrap_or_default();
        let syntax = syntax.unwrap_or_default();
        let headers =
            |header: Option<OneOrMany<_>>| header.map(|OneOrMany(header)| header).ok_or_else(|| missing("header"));
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
                Scheme::StaticToken(StaticToken {
                    header: header.map(|[header]| header),
                    prefix: prefix.unwrap_or_default(),
                })
            }
            Kind::Hmac => Scheme::Hmac(Hmac {
                hash: hash.unwrap_or_default(),
                secret: secret.unwrap_or_default(),
                header: headers(header)?,
                syntax,
                encoding: encoding.ok_or_else(|| missing("encoding"))?,
                id,
                timestamp,
                message: message.ok_or_else(|| missing("message"))?,
            }),
            Kind::Ed25519 => Scheme::Ed25519(Ed25519 {
                keys: keys.ok_or_else(|| missing("keys"))?,
                header: headers(header)?,
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

fn missing(field: &str) -> String {
    format!("missing field `{field}`")
}

impl SchemeForm {
    /// Refuses what is there beside `fields`: it would be thought to protect something.
    fn refuse_all_but(&self, fields: &[&str]) -> Result<(), String> {
        let SchemeForm {
            kind: _,
            header,
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

/// A key source as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeySourceForm {
    from: KeysFrom,
    strip_prefix: Option<String>,
    url: Option<String>,
    hosts: Option<OneOrMany<String>>,
    ttl_seconds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KeysFrom {
    Operator,
    Jwks,
}

impl TryFrom<KeySourceForm> for KeySource {
    type Error = &'static str;

    fn try_from(form: KeySourceForm) -> Result<KeySource, &'static str> {
        match form {
            KeySourceForm { from: KeysFrom::Operator, strip_prefix, url: None, hosts: None, ttl_seconds: None } => {
                Ok(KeySource::Operator { strip_prefix })
            }
            KeySourceForm {
                from: KeysFrom::Jwks,
                strip_prefix: None,
                url: Some(url),
                hosts: Some(OneOrMany(hosts)),
                ttl_seconds: Some(ttl_seconds),
            } => Ok(KeySource::Jwks { url, hosts, ttl_seconds }),
            _ => Err(
                "keys `from = \"operator\"` have nothing but a `strip_prefix`, and those `from = \"jwks\"` have `url`, `hosts` and `ttl_seconds`",
            ),
        }
    }
}

/// A syntax as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SyntaxForm {
    form: Form,
    prefix: Option<String>,
    key: Option<String>,
    separator: Option<char>,
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    Plain,
    Prefix,
    Pairs,
    Versions,
}

impl TryFrom<SyntaxForm> for Syntax {
    type Error = &'static str;

    fn try_from(form: SyntaxForm) -> Result<Syntax, &'static str> {
        match form {
            SyntaxForm { form: Form::Plain, prefix: None, key: None, separator: None, version: None } => {
                Ok(Syntax::Plain)
            }
            SyntaxForm { form: Form::Prefix, prefix: Some(prefix), key: None, separator: None, version: None } => {
                Ok(Syntax::Prefix { prefix })
            }
            SyntaxForm {
                form: Form::Pairs,
                prefix: None,
                key: Some(key),
                separator: Some(separator),
                version: None,
            } => Ok(Syntax::Pairs { key, separator }),
            SyntaxForm { form: Form::Versions, prefix: None, key: None, separator: None, version: Some(version) } => {
                Ok(Syntax::Versions { version })
            }
            _ => Err(
                "each `form` has its own fields: `plain` none, `prefix` a `prefix`, `pairs` a `key` and a `separator`, `versions` a `version`",
            ),
        }
    }
}
