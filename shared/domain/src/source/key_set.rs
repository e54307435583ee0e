//! Where a sender publishes its keys.

use std::fmt;
use std::time::Duration;

use crate::description::SignatureAlgorithm;
use crate::download::FetchRefusal;
use crate::download::target::{Loopback, Target};

/// Where a sender publishes its keys, and how long they may be kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeySetAddress {
    algorithm: SignatureAlgorithm,
    url: String,
    hosts: Vec<String>,
    ttl: Duration,
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
        let address = KeySetAddress { algorithm, url: url.to_owned(), hosts, ttl };
        address.target(Loopback::AllowedForTests).map(|_| address)
    }

    /// What may be asked for.
    ///
    /// # Errors
    /// If the address is that of a test's own server, and this is no test.
    pub fn target(&self, loopback: Loopback) -> Result<Target, FetchRefusal> {
        Target::at(&self.url, loopback, |host| self.hosts.iter().any(|known| known == host))
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
        write!(f, "the key set at one of {:?}", self.hosts)
    }
}
