//! The hosts where senders keep their assets, played by a server on this machine. Landfall reaches it because the local
//! stack says that it may, as nothing deployed does.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tiny_http::{Header, Request, Response, Server};

use crate::confidential;

/// A server of a test's own.
#[derive(Debug)]
pub struct AssetServer {
    address: SocketAddr,
    shelf: Arc<Mutex<HashMap<String, Entry>>>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// This content.
    Content {
        /// Its media type.
        media_type: &'static str,
        /// Its bytes.
        bytes: Arc<[u8]>,
    },
    /// A status without content.
    Status(u16),
    /// Nothing, and the connection stays open.
    Nothing,
}

#[derive(Debug)]
struct Entry {
    replies: Vec<Reply>,
    requests: usize,
}

impl AssetServer {
    /// Starts it; it ends with the tests.
    ///
    /// # Panics
    /// If no port is free.
    #[must_use]
    pub fn start() -> AssetServer {
        let server = Server::http("127.0.0.1:0").expect("a port is free");
        let address = server.server_addr().to_ip().expect("it listens on an IP address");
        let shelf = Arc::<Mutex<HashMap<String, Entry>>>::default();
        let shared = Arc::clone(&shelf);
        thread::spawn(move || {
            let mut unanswered = Vec::new();
            for request in server.incoming_requests() {
                match take(&shared, request.url().split('?').next().unwrap_or_default()) {
                    // A request that is dropped is answered.
                    Reply::Nothing => unanswered.push(request),
                    // A large content must not hold up the others.
                    reply => drop(thread::spawn(move || answer(request, reply))),
                }
            }
        });
        AssetServer { address, shelf }
    }

    /// Answers requests for `path` with `replies`, one after the other and the last one from then on. Gives the URL, which
    /// is signed as those of senders are, so that it must not be found in any log.
    #[must_use]
    pub fn serve(&self, path: &str, replies: &[Reply]) -> String {
        let signature = confidential::random();
        confidential::keep_content("signature of a link", &signature);
        self.answer_with(path, replies);
        format!("http://{}{path}?sig={signature}", self.address)
    }

    /// Answers further requests for `path` with `replies` instead.
    pub fn answer_with(&self, path: &str, replies: &[Reply]) {
        lock(&self.shelf).insert(path.to_owned(), Entry { replies: replies.to_vec(), requests: 0 });
    }

    /// How often `path` was asked for.
    #[must_use]
    pub fn requests(&self, path: &str) -> usize {
        lock(&self.shelf).get(path).map_or(0, |entry| entry.requests)
    }
}

impl Reply {
    /// This content.
    #[must_use]
    pub fn content(media_type: &'static str, bytes: impl Into<Arc<[u8]>>) -> Reply {
        Reply::Content { media_type, bytes: bytes.into() }
    }
}

fn answer(request: Request, reply: Reply) {
    let (status, media_type, bytes) = match reply {
        Reply::Content { media_type, bytes } => (200, media_type, bytes.to_vec()),
        Reply::Status(status) => (status, "text/plain", Vec::new()),
        Reply::Nothing => return,
    };
    let media_type = Header::from_bytes("content-type", media_type).expect("a media type is a header's value");
    // A client that hangs up in the middle may do so.
    let _ = request.respond(Response::from_data(bytes).with_status_code(status).with_header(media_type));
}

/// The next reply for `path`; nothing is kept under a path that nobody has named.
fn take(shelf: &Mutex<HashMap<String, Entry>>, path: &str) -> Reply {
    let mut shelf = lock(shelf);
    let Some(entry) = shelf.get_mut(path) else { return Reply::Status(404) };
    entry.requests += 1;
    if entry.replies.len() > 1 { entry.replies.remove(0) } else { entry.replies[0].clone() }
}

fn lock(shelf: &Mutex<HashMap<String, Entry>>) -> MutexGuard<'_, HashMap<String, Entry>> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
