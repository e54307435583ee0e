//! AWS, played by stubs: each call takes the time that it is told to, and has the effect that the real one has.

mod state;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde::Serialize;

pub use self::state::{Counts, State};

use crate::Result;
use crate::http::Connection;

/// How long the stubs take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Delays {
    /// Each call to DynamoDB.
    pub dynamodb_millis: u64,
    /// Each call to S3.
    pub s3_millis: u64,
    /// Each call to any other service.
    pub other_millis: u64,
}

impl Delays {
    /// No more than what the stubs themselves need: what remains is the function's own.
    pub const NONE: Delays = Delays { dynamodb_millis: 0, s3_millis: 0, other_millis: 0 };
    /// What calls within a region usually take.
    pub const USUAL: Delays = Delays { dynamodb_millis: 4, s3_millis: 8, other_millis: 8 };

    /// Whether there is none.
    #[must_use]
    pub const fn are_none(self) -> bool {
        self.dynamodb_millis == 0 && self.s3_millis == 0 && self.other_millis == 0
    }

    const fn of(self, service: Service) -> Duration {
        Duration::from_millis(match service {
            Service::DynamoDb => self.dynamodb_millis,
            Service::S3 => self.s3_millis,
            Service::SecretsManager | Service::Sns | Service::Sqs => self.other_millis,
        })
    }
}

/// A service. Each has an address of its own, as at AWS, so that a client needs a connection to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The ledger, and Powertools' table.
    DynamoDb,
    /// The bucket.
    S3,
    /// The sources.
    SecretsManager,
    /// The topic.
    Sns,
    /// The queues.
    Sqs,
}

impl Service {
    const ALL: [Service; 5] = [Service::DynamoDb, Service::S3, Service::SecretsManager, Service::Sns, Service::Sqs];

    /// The variable in which every AWS SDK looks for the address of this service.
    const fn endpoint_variable(self) -> &'static str {
        match self {
            Service::DynamoDb => "AWS_ENDPOINT_URL_DYNAMODB",
            Service::S3 => "AWS_ENDPOINT_URL_S3",
            Service::SecretsManager => "AWS_ENDPOINT_URL_SECRETS_MANAGER",
            Service::Sns => "AWS_ENDPOINT_URL_SNS",
            Service::Sqs => "AWS_ENDPOINT_URL_SQS",
        }
    }
}

/// The stubs of one account.
pub struct Services {
    ports: Vec<(Service, u16)>,
    shared: Arc<ServerState>,
}

struct ServerState {
    state: Mutex<State>,
    delays: Delays,
    tls: Option<Arc<ServerConfig>>,
    connections: AtomicU64,
    /// The connections before this one are forgotten.
    forgotten: AtomicU64,
    open: Mutex<Vec<Weak<TcpStream>>>,
    is_over: AtomicBool,
}

impl Services {
    /// Starts them over `state`: with TLS if there is something to serve it with.
    ///
    /// # Errors
    /// If there is no free port.
    pub fn start(state: State, delays: Delays, tls: Option<Arc<ServerConfig>>) -> Result<Services> {
        let shared = Arc::new(ServerState {
            state: Mutex::new(state),
            delays,
            tls,
            connections: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            open: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let mut services = Services { ports: Vec::new(), shared };
        for service in Service::ALL {
            let listener = TcpListener::bind(("127.0.0.1", 0))?;
            services.ports.push((service, listener.local_addr()?.port()));
            let serving = Arc::clone(&services.shared);
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if serving.is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let number = serving.connections.fetch_add(1, Ordering::Relaxed);
                    let (Ok(stream), shared) = (stream.map(Arc::new), Arc::clone(&serving)) else { continue };
                    shared.open().push(Arc::downgrade(&stream));
                    thread::spawn(move || shared.serve(service, number, &stream));
                }
            });
        }
        Ok(services)
    }

    /// Where each is, for a function's environment.
    pub fn urls(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.ports.iter().map(|(service, port)| (service.endpoint_variable(), self.url_at(*port)))
    }

    /// Where one is.
    #[must_use]
    pub fn url(&self, service: Service) -> String {
        let port = self.ports.iter().find(|(found, _)| *found == service).map_or(0, |(_, port)| *port);
        self.url_at(port)
    }

    fn url_at(&self, port: u16) -> String {
        format!("{}://localhost:{port}", if self.shared.tls.is_some() { "https" } else { "http" })
    }

    /// How many connections were opened to them so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Closes all connections, as a service does with idle ones.
    ///
    /// # Errors
    /// If one cannot be closed.
    pub fn close_connections(&self) -> Result<()> {
        for stream in self.shared.open().drain(..).filter_map(|stream| stream.upgrade()) {
            stream.shutdown(Shutdown::Both)?;
        }
        Ok(())
    }

    /// Forgets all connections and tells nobody, as a network does: what comes over them goes nowhere.
    pub fn forget_connections(&self) {
        self.shared.forgotten.store(self.connections(), Ordering::SeqCst);
    }

    /// What they hold.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Ends them and gives what they held.
    #[must_use]
    pub fn into_state(self) -> State {
        std::mem::take(&mut *self.state())
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes the listeners, so that they see that it is over.
        for (_, port) in &self.ports {
            drop(TcpStream::connect(("127.0.0.1", *port)));
        }
    }
}

impl ServerState {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, Vec<Weak<TcpStream>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, service: Service, number: u64, stream: &TcpStream) {
        if stream.set_nodelay(true).is_err() {
            return;
        }
        match &self.tls {
            None => self.serve_over(service, number, stream),
            Some(config) => {
                if let Ok(connection) = ServerConnection::new(Arc::clone(config)) {
                    self.serve_over(service, number, StreamOwned::new(connection, stream));
                }
            }
        }
    }

    fn serve_over(&self, service: Service, number: u64, stream: impl Read + Write) {
        let mut connection = Connection::new(stream);
        loop {
            let request = match connection.read_request() {
                Ok(Some(request)) => request,
                Ok(None) => return,
                Err(error) => {
                    // Functions that end leave connections in any state.
                    if error.kind() == std::io::ErrorKind::InvalidData {
                        self.state().fail(format!("a request that the stubs cannot read: {error}"));
                    }
                    return;
                }
            };
            if number < self.forgotten.load(Ordering::SeqCst) {
                self.state().counts.unanswered += 1;
                continue;
            }
            let came_at = Instant::now();
            let answer = self.state().answer(&request);
            thread::sleep(self.delays.of(service).saturating_sub(came_at.elapsed()));
            self.state().counts.held += came_at.elapsed();
            let head = format!(
                "HTTP/1.1 {} stub\r\ncontent-type: {}\r\ncontent-length: {}\r\nx-amzn-requestid: \
                 4f2c1a7e-0000-4000-8000-000000000000\r\n\r\n",
                answer.status,
                answer.content_type,
                answer.body.len()
            );
            if connection.write(&[head.as_bytes(), &answer.body].concat()).is_err() {
                return;
            }
        }
    }
}
