//! The keys of message authentication codes, and secrets of plain hashes.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::{Choice, ConstantTimeEq};

use super::plain_hash::PlainHash;
use super::{SourceError, secret_length};
use crate::description::{Construction, Hash, SecretEncoding, SecretForm};
use crate::text::base64_text;

/// Keys that are valid now. Each is kept as far towards a code as the key alone leads, and no secret's text is, but that of a
/// plain hash.
#[derive(Clone)]
pub struct MacKeys(CodeKeys);

#[derive(Clone)]
enum CodeKeys {
    Sha256(Vec<Hmac<Sha256>>),
    Sha384(Vec<Hmac<Sha384>>),
    Sha512(Vec<Hmac<Sha512>>),
    Sha1(Vec<Hmac<Sha1>>),
    Plain(Vec<PlainHash>, Hash),
}

impl MacKeys {
    /// Makes keys of secrets; `None` without any.
    pub(super) fn read(
        secrets: &[String],
        form: &SecretForm,
        construction: Construction,
        hash: Hash,
        warnings: &mut Vec<String>,
    ) -> Result<Option<MacKeys>, SourceError> {
        let keys = secrets.iter().map(|secret| key(secret, form)).collect::<Result<Vec<_>, _>>()?;
        secret_length::check(keys.iter().map(Vec::len), warnings)?;
        if keys.is_empty() {
            return Ok(None);
        }
        Ok(Some(MacKeys::made(&keys, construction, hash)))
    }

    /// These keys, as `construction` takes them.
    pub(crate) fn made(keys: &[Vec<u8>], construction: Construction, hash: Hash) -> MacKeys {
        let is_sorted = construction == Construction::HashOfSorted;
        match construction {
            Construction::Hmac => MacKeys::of(keys, hash),
            Construction::Hash | Construction::HashOfSorted => {
                let hashes = keys.iter().map(|key| PlainHash::new(key.clone(), hash, is_sorted));
                MacKeys(CodeKeys::Plain(hashes.collect(), hash))
            }
        }
    }

    /// These keys of an HMAC.
    pub(crate) fn of(keys: &[Vec<u8>], hash: Hash) -> MacKeys {
        MacKeys(match hash {
            Hash::Sha256 => CodeKeys::Sha256(keys.iter().map(|key| keyed(key)).collect()),
            Hash::Sha384 => CodeKeys::Sha384(keys.iter().map(|key| keyed(key)).collect()),
            Hash::Sha512 => CodeKeys::Sha512(keys.iter().map(|key| keyed(key)).collect()),
            Hash::Sha1 => CodeKeys::Sha1(keys.iter().map(|key| keyed(key)).collect()),
        })
    }

    /// How many bytes a code has.
    pub(crate) const fn code_bytes(&self) -> usize {
        match self.0 {
            CodeKeys::Sha256(_) => 32,
            CodeKeys::Sha384(_) => 48,
            CodeKeys::Sha512(_) => 64,
            CodeKeys::Sha1(_) => 20,
            CodeKeys::Plain(_, hash) => hash.code_bytes(),
        }
    }

    /// Which of the keys makes any of `codes` that of the message whose pieces `message` gives. Every key and every code
    /// is tried, and each comparison takes the same time wherever they differ.
    pub(crate) fn matching<'m>(
        &self,
        message: impl Iterator<Item = &'m [u8]> + Clone,
        codes: &[Vec<u8>],
    ) -> Option<usize> {
        match &self.0 {
            CodeKeys::Sha256(keys) => matching(keys, message, codes),
            CodeKeys::Sha384(keys) => matching(keys, message, codes),
            CodeKeys::Sha512(keys) => matching(keys, message, codes),
            CodeKeys::Sha1(keys) => matching(keys, message, codes),
            CodeKeys::Plain(keys, _) => {
                matching_code(keys.iter().map(|key| key.code(message.clone()).as_ref().to_vec()), codes)
            }
        }
    }

    /// The code that the key at this place makes of the message whose pieces `message` gives.
    pub(crate) fn code<'m>(&self, key: usize, message: impl Iterator<Item = &'m [u8]>) -> Option<Vec<u8>> {
        match &self.0 {
            CodeKeys::Sha256(keys) => keys.get(key).map(|key| code(key, message)),
            CodeKeys::Sha384(keys) => keys.get(key).map(|key| code(key, message)),
            CodeKeys::Sha512(keys) => keys.get(key).map(|key| code(key, message)),
            CodeKeys::Sha1(keys) => keys.get(key).map(|key| code(key, message)),
            CodeKeys::Plain(keys, _) => keys.get(key).map(|key| key.code(message).as_ref().to_vec()),
        }
    }

    fn count(&self) -> usize {
        match &self.0 {
            CodeKeys::Sha256(keys) => keys.len(),
            CodeKeys::Sha384(keys) => keys.len(),
            CodeKeys::Sha512(keys) => keys.len(),
            CodeKeys::Sha1(keys) => keys.len(),
            CodeKeys::Plain(keys, _) => keys.len(),
        }
    }
}

/// The key that `secret` stands for, as this sender writes its secrets.
pub(crate) fn key(secret: &str, SecretForm { strip_prefix, encoding }: &SecretForm) -> Result<Vec<u8>, SourceError> {
    // White space around a secret comes from copying it, never from the sender.
    let secret = secret.trim();
    let prefix = strip_prefix.as_deref().unwrap_or_default();
    // Some senders show the version of their signatures before it: `v1,whsec_...`.
    let bare = secret.strip_prefix("v1,").filter(|bare| !prefix.is_empty() && bare.starts_with(prefix));
    let secret = bare.unwrap_or(secret);
    let secret = secret.strip_prefix(prefix).unwrap_or(secret);
    match encoding {
        SecretEncoding::Text => Ok(secret.as_bytes().to_vec()),
        SecretEncoding::Base64 => base64_text::decode(secret).ok_or(SourceError::SecretNotEncoded("base64")),
        SecretEncoding::Hex => base16ct::mixed::decode_vec(secret).map_err(|_| SourceError::SecretNotEncoded("hex")),
    }
}

fn keyed<M: KeyInit>(key: &[u8]) -> M {
    M::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn code<'m, M: Mac + Clone>(key: &M, message: impl Iterator<Item = &'m [u8]>) -> Vec<u8> {
    let mut mac = key.clone();
    message.for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}

fn matching<'m, M: Mac + Clone>(
    keys: &[M],
    message: impl Iterator<Item = &'m [u8]> + Clone,
    codes: &[Vec<u8>],
) -> Option<usize> {
    let genuine = keys.iter().map(|key| {
        let mut mac = key.clone();
        message.clone().for_each(|piece| mac.update(piece));
        mac.finalize().into_bytes()
    });
    matching_code(genuine, codes)
}

fn matching_code(genuine: impl Iterator<Item: AsRef<[u8]>>, codes: &[Vec<u8>]) -> Option<usize> {
    let mut matched = None;
    for (index, genuine) in genuine.enumerate() {
        let is_it = codes.iter().fold(Choice::from(0), |is_it, code| is_it | genuine.as_ref().ct_eq(code));
        matched = matched.or(bool::from(is_it).then_some(index));
    }
    matched
}

impl fmt::Debug for MacKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.count())
    }
}
