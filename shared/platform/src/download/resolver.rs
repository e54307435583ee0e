//! Names into addresses. What this lets pass is what is dialled: nobody asks a second time, so a name that changes its
//! answer between the check and the connection gains nothing.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use domain::download::Refusal;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

type Failed = Box<dyn Error + Send + Sync>;
type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Failed>> + Send>>;

/// What asks the name servers.
pub(crate) type Lookup = dyn Fn(Name) -> Pending<Vec<SocketAddr>> + Send + Sync;

/// A resolver whose every answer has been checked.
#[derive(Clone)]
pub(crate) struct Resolver {
    lookup: Arc<Lookup>,
    check: fn(IpAddr) -> Result<(), Refusal>,
}

/// A name leads to an address that must not be dialled.
#[derive(Debug)]
pub(crate) struct AddressRefused(pub(crate) Refusal);

impl Resolver {
    pub(crate) fn new(lookup: Arc<Lookup>, check: fn(IpAddr) -> Result<(), Refusal>) -> Resolver {
        Resolver { lookup, check }
    }
}

/// Asks the system, as everybody else does.
pub(crate) fn system() -> Arc<Lookup> {
    Arc::new(|name| {
        Box::pin(async {
            let addresses = GaiResolver::new().call(name).await?;
            Ok(addresses.collect())
        })
    })
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Failed;
    type Future = Pending<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failed>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (found, check) = ((self.lookup)(name), self.check);
        Box::pin(async move {
            let addresses = found.await?;
            // One address that must not be dialled is enough: no honest name mixes them.
            for address in &addresses {
                check(address.ip()).map_err(AddressRefused)?;
            }
            Ok(addresses.into_iter())
        })
    }
}

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for AddressRefused {}
