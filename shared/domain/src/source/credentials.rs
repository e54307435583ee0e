//! What a genuine delivery must carry.

mod unfit;

use std::time::Duration;

use self::unfit::refuse_unfit;
use super::configuration::Configuration;
use super::{JwtScheme, KeyScope, MacKeys, PublicUrl, SignatureScheme, SourceError, TokenDigests, secret_length};
use crate::description::{
    Construction, Description, Encoding, FieldPath, Forms, Hash, HeaderName, Hmac, JwtKey, KeySource,
    PublicKeySignature, Scheme, SignatureAlgorithm, SignaturePlace, StaticToken, Syntax, Template, Timestamp,
};
use crate::digest::Digest;
use crate::provider::Provider;
use crate::source::key_set::{KeySetAddress, NamedCertificate};
use crate::source::public_keys::PublicKeys;

/// What a genuine delivery must carry. A source without any cannot be expressed.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// One of these tokens in the URL.
    Token(TokenDigests),
    /// What the sender proves itself with.
    Proof(Proof),
    /// Both of them.
    Both {
        /// What the sender proves itself with.
        proof: Proof,
        /// The tokens that are valid now.
        tokens: TokenDigests,
    },
}

/// What a sender proves itself with.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A header with one of these tokens.
    StaticToken {
        /// The header.
        header: HeaderName,
        /// What stands before the token.
        prefix: String,
        /// The tokens that are valid now.
        tokens: TokenDigests,
    },
    /// A place of the body, or of the URL's query, with one of these tokens.
    TokenAt {
        /// The place.
        at: FieldPath,
        /// What stands before the token.
        prefix: String,
        /// How a body that is a form is read.
        forms: Forms,
        /// The tokens that are valid now.
        tokens: TokenDigests,
    },
    /// `Authorization: Basic` with one of these, each a name and a password.
    Basic(TokenDigests),
    /// A signature.
    Signature {
        /// Where it stands, and what it is over.
        signing: Box<SignatureScheme>,
        /// What it was made with.
        keys: Keys,
    },
    /// A JSON Web Token.
    Jwt {
        /// What it must say.
        scheme: Box<JwtScheme>,
        /// What it was signed with.
        keys: Keys,
    },
}

/// What signatures are verified with.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Secrets that both know.
    Mac(MacKeys),
    /// Public keys that the operator gave.
    Public(PublicKeys),
    /// Public keys that the sender publishes.
    Published(KeySetAddress),
    /// The key of the certificate that a delivery names.
    Certificate(NamedCertificate),
}

/// What both kinds of signatures say of where they stand and what they are over.
type Signed<'s> = (&'s SignaturePlace, &'s Syntax, Encoding, &'s Vec<HeaderName>, &'s Option<Timestamp>, &'s Template);

impl Credentials {
    pub(super) fn read(
        provider: Provider,
        sender: &Description,
        configuration: &Configuration,
        warnings: &mut Vec<String>,
    ) -> Result<Credentials, SourceError> {
        let scheme = &sender.scheme;
        let proof = Proof::read(provider, sender, configuration, warnings)?;
        // Any other header with a credential is named by the description, which was checked for this.
        if matches!(&proof, Some(Proof::StaticToken { header, .. }) if sender.keeps(header)) {
            return Err(SourceError::TokenHeaderKept);
        }
        let tokens = TokenDigests::parse(&configuration.token_sha256)?;
        match (proof, tokens) {
            (None, None) => Err(SourceError::NoCredentials(match scheme {
                Scheme::UrlToken => "`token_sha256`, the digest of a token in its URL",
                _ if scheme.keys().is_some() => "`public_keys`, or `token_sha256`, or both",
                _ => "`secrets`, or `token_sha256`, or both",
            })),
            (None, Some(tokens)) => Ok(Credentials::Token(tokens)),
            (Some(proof), None) => Ok(Credentials::Proof(proof)),
            (Some(proof), Some(tokens)) => Ok(Credentials::Both { proof, tokens }),
        }
    }

    /// What the sender must prove itself with, beside any token in the URL.
    pub(crate) const fn proof(&self) -> Option<&Proof> {
        match self {
            Credentials::Token(_) => None,
            Credentials::Proof(proof) | Credentials::Both { proof, .. } => Some(proof),
        }
    }

    /// The tokens of which one must stand in the URL, if one must.
    pub(crate) const fn tokens(&self) -> Option<&TokenDigests> {
        match self {
            Credentials::Proof(_) => None,
            Credentials::Token(tokens) | Credentials::Both { tokens, .. } => Some(tokens),
        }
    }

    /// Whether every byte of each delivery's body is signed by who may send it.
    pub(super) fn cover_body(&self) -> bool {
        match self.proof() {
            Some(Proof::Signature { signing, .. }) => signing.vouches_for_body(),
            Some(Proof::Jwt { scheme, .. }) => scheme.vouches_for_body(),
            _ => false,
        }
    }

    /// Where the sender's keys are published, if its signatures are verified with such, and it is the same for all.
    #[must_use]
    pub const fn key_set(&self) -> Option<&KeySetAddress> {
        match self.proof() {
            Some(
                Proof::Signature { keys: Keys::Published(address), .. }
                | Proof::Jwt { keys: Keys::Published(address), .. },
            ) => Some(address),
            _ => None,
        }
    }
}

impl Proof {
    /// `None` if the operator gave nothing to verify it with.
    fn read(
        provider: Provider,
        sender: &Description,
        configuration: &Configuration,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Proof>, SourceError> {
        let Description { scheme, forms, .. } = sender;
        refuse_unfit(provider, scheme, configuration)?;
        let secrets = &configuration.secrets;
        Ok(match scheme {
            Scheme::UrlToken => None,
            Scheme::StaticToken(StaticToken { header, at, prefix }) => {
                let Some(tokens) = tokens(secrets, |secret| Ok(secret.len()), warnings)? else {
                    return Ok(None);
                };
                if let Some(at) = at {
                    let (at, prefix, forms) = (at.clone(), prefix.clone(), forms.clone());
                    return Ok(Some(Proof::TokenAt { at, prefix, forms, tokens }));
                }
                let header = match (header, &configuration.token_header) {
                    (Some(header), _) => header.clone(),
                    (None, Some(name)) => HeaderName::parse(name.trim()).map_err(|_| SourceError::NotATokenHeader)?,
                    (None, None) => return Err(SourceError::NoTokenHeader),
                };
                Some(Proof::StaticToken { header, prefix: prefix.clone(), tokens })
            }
            Scheme::Basic => {
                let password_bytes = |secret: &str| match secret.split_once(':') {
                    Some((_, password)) => Ok(password.len()),
                    None => Err(SourceError::NotNameAndPassword),
                };
                tokens(secrets, password_bytes, warnings)?.map(Proof::Basic)
            }
            Scheme::Hmac(Hmac { construction, hash, secret, place, syntax, encoding, id, timestamp, message }) => {
                let keys = MacKeys::read(secrets, secret, *construction, *hash, warnings)?.map(Keys::Mac);
                let signed = (place, syntax, *encoding, id, timestamp, message);
                Proof::signature(keys, KeyScope::Source, signed, forms, configuration)?
            }
            Scheme::PublicKey(PublicKeySignature {
                algorithm,
                keys,
                account,
                place,
                syntax,
                encoding,
                id,
                timestamp,
                message,
            }) => {
                let keys = Keys::read(*algorithm, keys, configuration)?;
                let signed = (place, syntax, *encoding, id, timestamp, message);
                let scope = KeyScope::read(provider, account.as_ref(), configuration)?;
                Proof::signature(keys, scope, signed, forms, configuration)?
            }
            Scheme::Jwt(jwt) => {
                let keys = match &jwt.key {
                    JwtKey::Secret(form) => {
                        MacKeys::read(secrets, form, Construction::Hmac, Hash::Sha256, warnings)?.map(Keys::Mac)
                    }
                    JwtKey::Public { algorithm, keys } => Keys::read(*algorithm, keys, configuration)?,
                };
                let scope = KeyScope::read(provider, jwt.account.as_ref(), configuration)?;
                keys.map(|keys| Proof::Jwt { scheme: Box::new(JwtScheme { jwt: jwt.clone(), scope }), keys })
            }
        })
    }

    /// `None` without keys.
    fn signature(
        keys: Option<Keys>,
        scope: KeyScope,
        (place, syntax, encoding, id, timestamp, message): Signed<'_>,
        forms: &Forms,
        configuration: &Configuration,
    ) -> Result<Option<Proof>, SourceError> {
        let Some(keys) = keys else {
            return Ok(None);
        };
        let signing = SignatureScheme {
            place: place.clone(),
            forms: forms.clone(),
            syntax: syntax.clone(),
            encoding,
            id: id.clone(),
            timestamp: timestamp.clone(),
            message: message.clone(),
            public_url: configuration.public_url.as_deref().map(PublicUrl::parse).transpose()?,
            scope,
        };
        Ok(Some(Proof::Signature { signing: Box::new(signing), keys }))
    }
}

impl Keys {
    /// The algorithm of the signatures, if public keys verify them.
    pub(crate) const fn algorithm(&self) -> Option<SignatureAlgorithm> {
        match self {
            Keys::Mac(_) => None,
            Keys::Public(keys) => Some(keys.algorithm()),
            Keys::Published(address) => Some(address.algorithm()),
            Keys::Certificate(certificate) => Some(certificate.algorithm),
        }
    }

    fn read(
        algorithm: SignatureAlgorithm,
        source: &KeySource,
        configuration: &Configuration,
    ) -> Result<Option<Keys>, SourceError> {
        let public = |texts, prefix, encoding| {
            let keys = PublicKeys::parse(algorithm, texts, prefix, encoding).map_err(SourceError::NotPublicKeys)?;
            Ok((!keys.is_empty()).then_some(Keys::Public(keys)))
        };
        match source {
            KeySource::Operator { strip_prefix, encoding } => {
                public(&configuration.public_keys, strip_prefix.as_deref(), *encoding)
            }
            KeySource::Sender { public_keys, encoding } => public(public_keys, None, *encoding),
            KeySource::Jwks { url, hosts, ttl_seconds } => {
                let url = configuration.jwks_url.as_deref().map_or(&**url, str::trim);
                let hosts = hosts.iter().map(|host| host.to_string()).collect();
                let address = KeySetAddress::new(algorithm, url, hosts, Duration::from_secs(u64::from(*ttl_seconds)));
                address.map(|address| Some(Keys::Published(address))).map_err(SourceError::NotAKeySet)
            }
            KeySource::Certificate(rule) => {
                Ok(Some(Keys::Certificate(NamedCertificate { algorithm, rule: rule.clone() })))
            }
        }
    }
}

/// The digests of what stands in `secrets`, of which `secret_bytes` cannot be known without it.
fn tokens(
    secrets: &[String],
    secret_bytes: impl Fn(&str) -> Result<usize, SourceError>,
    warnings: &mut Vec<String>,
) -> Result<Option<TokenDigests>, SourceError> {
    let secrets: Vec<&str> = secrets.iter().map(|secret| secret.trim()).collect();
    let lengths = secrets.iter().map(|secret| secret_bytes(secret)).collect::<Result<Vec<_>, _>>()?;
    secret_length::check(lengths.into_iter(), warnings)?;
    Ok(TokenDigests::of(secrets.iter().map(|secret| Digest::of(secret.as_bytes())).collect()))
}
