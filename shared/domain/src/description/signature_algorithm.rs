//! Algorithms of signatures that public keys verify.

use std::fmt;

/// The lengths that an RSA key may have: of 2048, 3072 and 4096 bits. A signature is as long as its key.
pub(crate) const RSA_BYTES: [usize; 3] = [256, 384, 512];

/// The algorithm of a signature that a public key verifies, and how its bytes are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// Ed25519 (RFC 8032).
    #[default]
    Ed25519,
    /// ECDSA over P-256 with SHA-256; the signature is the DER that OpenSSL, Java and Go write.
    EcdsaP256,
    /// The same; the signature is its two numbers of 32 bytes each, as WebCrypto and JWTs write it.
    EcdsaP256Raw,
    /// RSA by PKCS #1 v1.5 with SHA-256.
    RsaSha256,
    /// The same with SHA-1, of which two messages with one hash can be made: for senders that know no other.
    RsaSha1,
}

impl SignatureAlgorithm {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SignatureAlgorithm::Ed25519 => "Ed25519",
            SignatureAlgorithm::EcdsaP256 | SignatureAlgorithm::EcdsaP256Raw => "ECDSA over P-256",
            SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha1 => "RSA",
        }
    }

    /// Whether these bytes can be a signature at all: others are refused before a message is put together.
    pub(crate) fn has_form(self, signature: &[u8]) -> bool {
        /// Both numbers in DER, each with as few bytes as it needs.
        const DER_BYTES: std::ops::RangeInclusive<usize> = 8..=72;
        let bytes = signature.len();
        match self {
            SignatureAlgorithm::Ed25519 | SignatureAlgorithm::EcdsaP256Raw => bytes == 64,
            SignatureAlgorithm::EcdsaP256 => {
                let is_sequence = matches!(signature, [0x30, length, ..] if usize::from(*length) + 2 == bytes);
                DER_BYTES.contains(&bytes) && is_sequence
            }
            SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha1 => RSA_BYTES.contains(&bytes),
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
