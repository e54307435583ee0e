//! The hosts where senders keep their assets, played by a server on this machine. Landfall reaches it because the local
//! stack says that it may, as nothing deployed does.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

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
    pub async fn start() -> AssetServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let shelf = Arc::<Mutex<HashMap<String, Entry>>>::default();
        let shared = Arc::clone(&shelf);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shelf = Arc::clone(&shared);
                // A client that hangs up in the middle may do so.
                tokio::spawn(async move { answer(stream, &shelf).await });
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

async fn answer(stream: TcpStream, shelf: &Mutex<HashMap<String, Entry>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut request, mut line) = (String::new(), String::new());
    stream.read_line(&mut request).await?;
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let target = request.split(' ').nth(1).unwrap_or_default();
    let reply = take(shelf, target.split('?').next().unwrap_or_default());
    let (status, media_type, bytes) = match reply {
        Reply::Content { media_type, bytes } => (200, media_type, bytes),
        Reply::Status(status) => (status, "text/plain", Arc::default()),
        Reply::Nothing => {
            // Until the client hangs up.
            stream.read_line(&mut line).await?;
            return Ok(());
        }
    };
    let length = bytes.len();
    let head = format!("HTTP/1.1 {status} Status\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&bytes).await?;
    stream.shutdown().await
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
