//! Hashes that a secret is a part of, where a sender has no HMAC.

use ring::digest::{Algorithm, Context, Digest, SHA1_FOR_LEGACY_USE_ONLY as SHA1, SHA256, SHA384, SHA512};

use crate::description::Hash;

/// A secret that is hashed with what it proves. It has to be there as it is, and is never shown.
#[derive(Clone)]
pub(super) struct PlainHash {
    secret: Vec<u8>,
    algorithm: &'static Algorithm,
    is_sorted: bool,
}

impl PlainHash {
    pub(super) fn new(secret: Vec<u8>, hash: Hash, is_sorted: bool) -> PlainHash {
        let algorithm = match hash {
            Hash::Sha256 => &SHA256,
            Hash::Sha384 => &SHA384,
            Hash::Sha512 => &SHA512,
            Hash::Sha1 => &SHA1,
        };
        PlainHash { secret, algorithm, is_sorted }
    }

    /// The hash of the pieces and the secret: which is the last of them, unless all are sorted first.
    pub(super) fn code<'m>(&self, message: impl Iterator<Item = &'m [u8]>) -> Digest {
        let mut context = Context::new(self.algorithm);
        let mut pieces: Vec<&[u8]> = Vec::new();
        message.for_each(|piece| pieces.push(piece));
        pieces.push(&self.secret);
        if self.is_sorted {
            pieces.sort_unstable();
        }
        pieces.into_iter().for_each(|piece| context.update(piece));
        context.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that the hash of `message` and `secret` is the plain one of `whole`.
    fn check(secret: &str, message: &[&str], is_sorted: bool, whole: &str) {
        for hash in Hash::ALL {
            let keys = PlainHash::new(secret.as_bytes().to_vec(), hash, is_sorted);
            let code = keys.code(message.iter().map(|piece| piece.as_bytes()));
            let expected = ring::digest::digest(keys.algorithm, whole.as_bytes());
            assert_eq!(code.as_ref(), expected.as_ref(), "{message:?}, {hash:?}");
            assert_eq!(code.as_ref().len(), hash.code_bytes(), "{hash:?}");
        }
    }

    #[test]
    fn the_secret_is_the_last_part() {
        check("a-secret", &["{\"b\":1}", "1368881627"], false, "{\"b\":1}1368881627a-secret");
    }

    #[test]
    fn the_secret_is_sorted_with_the_other_parts() {
        check("b-secret", &["c", "", "a"], true, "ab-secretc");
        // By bytes, as texts: a shorter number may come after a longer one.
        check("9", &["10", "2"], true, "1029");
    }
}
