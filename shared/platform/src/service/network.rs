//! The network between a function and the services.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::http_client::{Lookup, system_lookup};

/// What the connections to all services have in common.
pub(crate) struct Network {
    lookup: Arc<Lookup>,
    /// Connections of an earlier one are not used again.
    generation: AtomicU64,
}

impl Network {
    /// One whose names `lookup` looks up.
    pub(crate) fn new(lookup: Arc<Lookup>) -> Network {
        Network { lookup, generation: AtomicU64::new(0) }
    }

    /// The addresses of a host as they are now, in the order in which they are tried.
    pub(super) async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let mut addresses = (self.lookup)(host, port).await?;
        // AWS is everywhere at IPv4; where a network has no way to it, that shows at once, of IPv6 it may not.
        addresses.sort_by_key(SocketAddr::is_ipv6);
        Ok(addresses)
    }

    /// The generation of a connection that has just proved itself.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Gives up the idle connections to all services, because one that was open went silent. What forgets a connection
    /// and tells nobody, such as a NAT while the instance was frozen, has forgotten the others too, and to find that out
    /// one by one takes a time-out each.
    pub(crate) fn give_up_connections(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }
}

impl Default for Network {
    fn default() -> Network {
        Network::new(system_lookup())
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("generation", &self.generation).finish_non_exhaustive()
    }
}
