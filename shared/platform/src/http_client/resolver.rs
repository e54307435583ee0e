//! Names into addresses. What this lets pass is what is dialled: nobody asks a second time, so a name that changes its
//! answer between the check and the connection gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use domain::download::FetchRefusal;

use super::error::HttpError;

type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What asks the name servers for the addresses of a name, and puts a port to them.
pub(crate) type Lookup = dyn Fn(&str, u16) -> Pending<io::Result<Vec<SocketAddr>>> + Send + Sync;

/// Asks the system, as everybody else does.
pub(crate) fn system_lookup() -> Arc<Lookup> {
    Arc::new(|host, port| {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    })
}

/// The addresses of `host`, which have all been checked.
pub(crate) async fn resolve(
    lookup: &Lookup,
    host: &str,
    port: u16,
    check: fn(IpAddr) -> Result<(), FetchRefusal>,
) -> Result<Vec<SocketAddr>, HttpError> {
    let addresses = lookup(host, port).await.map_err(HttpError::exchange)?;
    // One address that must not be dialled is enough: no honest name mixes them.
    for address in &addresses {
        check(address.ip())?;
    }
    Ok(addresses)
}
