//! Where a sender publishes its keys: a key set, or the certificate that a delivery names.

use std::fmt;
use std::time::Duration;

use crate::description::{CertificateRule, SignatureAlgorithm};
use crate::download::FetchRefusal;
use crate::download::target::{Loopback, Target};

/// Where a sender publishes its keys, and how long they may be kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeySetAddress {
    document: KeyDocument,
    algorithm: SignatureAlgorithm,
    url: String,
    hosts: Vec<String>,
    ttl: Duration,
}

/// What is published there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyDocument {
    /// A JSON Web Key Set.
    KeySet,
    /// A certificate.
    Certificate,
}

/// The certificate that a delivery names, by the sender's rule.
#[derive(Clone, Debug)]
pub struct NamedCertificate {
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) rule: CertificateRule,
}

impl NamedCertificate {
    /// Where it is published, if nobody but the sender can publish at `url`.
    pub(crate) fn address(&self, url: &str) -> Option<KeySetAddress> {
        let host = self.rule.host(url)?;
        Some(KeySetAddress {
            document: KeyDocument::Certificate,
            algorithm: self.algorithm,
            url: url.to_owned(),
            hosts: vec![host.to_owned()],
            ttl: Duration::from_secs(u64::from(self.rule.ttl_seconds)),
        })
    }
}

impl KeySetAddress {
    /// The address `url`, at one of `hosts`. That of a test's own server passes here; [`KeySetAddress::target`] decides
    /// about it.
    pub(crate) fn new(
        algorithm: SignatureAlgorithm,
        url: &str,
        hosts: Vec<String>,
        ttl: Duration,
    ) -> Result<KeySetAddress, FetchRefusal> {
        let document = KeyDocument::KeySet;
        let address = KeySetAddress { document, algorithm, url: url.to_owned(), hosts, ttl };
        address.target(Loopback::AllowedForTests).map(|_| address)
    }

    /// What may be asked for.
    ///
    /// # Errors
    /// If the address is that of a test's own server, and this is no test.
    pub fn target(&self, loopback: Loopback) -> Result<Target, FetchRefusal> {
        Target::at(&self.url, loopback, |host| self.hosts.iter().any(|known| known == host))
    }

    /// What is published there.
    #[must_use]
    pub const fn document(&self) -> KeyDocument {
        self.document
    }

    /// The URL, as the sender wrote it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The algorithm of the keys that are wanted.
    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// For how long the keys may be kept.
    #[must_use]
    pub const fn ttl(&self) -> Duration {
        self.ttl
    }
}

impl fmt::Debug for KeySetAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.document {
            KeyDocument::KeySet => write!(f, "the key set at one of {:?}", self.hosts),
            KeyDocument::Certificate => write!(f, "the certificate at one of {:?}", self.hosts),
        }
    }
}
