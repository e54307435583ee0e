//! A proxy between the functions and the services behind them that fails on demand.
//!
//! The functions are told that the services are here. Each call goes through unless a [`Rule`] or a [`Storm`] speaks of
//! it; then it meets a [`Fault`], as it may at any time on AWS: refused, late, cut off, done twice, or the function is
//! killed over it. Which calls meet one is decided by what they are and by a count or a seed, never by chance or time,
//! so that a run can be repeated.

mod call;
mod caller;
mod fault;
mod forward;
mod imposed;
mod uploads;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

pub use self::call::Call;
pub(crate) use self::call::object_action;
pub use self::caller::Caller;
pub use self::fault::Fault;
pub use self::forward::{ConnectionCut, forward};
pub use self::imposed::{ActiveFault, Rule, Storm};

use self::imposed::ActiveFaults;
use self::uploads::Uploads;

/// Longer than any function waits for one try of a call, so that it has given up before what is held back comes.
const HELD_BACK: Duration = Duration::from_secs(6);

/// The running proxy.
#[derive(Clone, Debug)]
pub struct Proxy {
    services: SocketAddr,
    imposed: Arc<ActiveFaults>,
    uploads: Arc<Uploads>,
}

impl Proxy {
    /// Takes the functions' calls on `listener` and passes them to the services at `services`, from now on.
    ///
    /// # Panics
    /// If the listener cannot be used.
    #[must_use]
    pub fn start(listener: std::net::TcpListener, services: SocketAddr) -> Proxy {
        listener.set_nonblocking(true).expect("a listener can be made non-blocking");
        let listener = TcpListener::from_std(listener).expect("a listener can be watched");
        let proxy = Proxy { services, imposed: Arc::default(), uploads: Arc::default() };
        let serving = proxy.clone();
        tokio::spawn(async move {
            loop {
                // A connection that is gone before it was taken is the caller's own affair.
                if let Ok((stream, peer)) = listener.accept().await {
                    tokio::spawn(serving.clone().serve(stream, peer));
                }
            }
        });
        proxy
    }

    /// Lets `rule` hold from now on, beside all that hold already.
    #[must_use]
    pub fn impose(&self, rule: Rule) -> ActiveFault {
        self.imposed.add(rule)
    }

    /// Lets `storm` rage until it is spent.
    #[must_use]
    pub fn let_rage(&self, storm: Storm) -> ActiveFault {
        self.imposed.add(storm)
    }

    /// How many uploads of objects whose key contains `text` were under way in functions that were killed.
    #[must_use]
    pub fn interrupted_uploads(&self, text: &str) -> usize {
        self.uploads.interrupted(text)
    }

    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        let Ok(here) = stream.local_addr() else { return };
        let caller = tokio::task::spawn_blocking(move || Caller::find(peer, here)).await.ok().flatten();
        let service = service_fn(|request| self.answer(request, caller.as_ref()));
        // How a connection ends is what the caller has to cope with, so nobody asks here.
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        caller: Option<&Caller>,
    ) -> Result<Response<Full<Bytes>>, ConnectionCut> {
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.collect().await.map_err(|_| ConnectionCut)?.to_bytes());
        let Some(caller) = caller else { return self.perform(&request, Duration::ZERO).await };
        let call = Call::of(&caller.function, &request);
        let fault = self.imposed.fault_of(&call);
        self.uploads.note(caller.process, &call, fault);
        match fault {
            None => self.perform(&request, Duration::ZERO).await,
            Some(Fault::Throttled) => Ok(fault::throttled(call.service())),
            Some(Fault::Failing) => Ok(fault::failing(call.service())),
            Some(Fault::Late) => self.perform(&request, HELD_BACK).await,
            Some(Fault::Unheard) => {
                let answer = self.perform(&request, Duration::ZERO).await;
                tokio::time::sleep(HELD_BACK).await;
                answer
            }
            Some(Fault::Slow(by)) => self.perform(&request, by).await,
            Some(Fault::CutBefore) => Err(ConnectionCut),
            Some(Fault::CutAfter) => {
                self.perform(&request, Duration::ZERO).await?;
                Err(ConnectionCut)
            }
            Some(Fault::Twice) => {
                self.perform(&request, Duration::ZERO).await?;
                self.perform(&request, Duration::ZERO).await
            }
            Some(Fault::KilledBefore) => {
                caller.kill().await;
                Err(ConnectionCut)
            }
            Some(Fault::KilledAfter) => {
                self.perform(&request, Duration::ZERO).await?;
                caller.kill().await;
                Err(ConnectionCut)
            }
        }
    }

    /// Lets the services do what is asked, after `wait`. It is done also when the caller gives up meanwhile, which ends
    /// the connection and whatever waits on it: so it happens on a task of its own.
    async fn perform(&self, request: &Request<Bytes>, wait: Duration) -> Result<Response<Full<Bytes>>, ConnectionCut> {
        let (request, services) = (request.clone(), self.services);
        let done = tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            forward(request, services).await
        });
        done.await.unwrap_or(Err(ConnectionCut))
    }
}
