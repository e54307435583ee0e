//! The host where the sender keeps its asset, which is made up while it is sent: nobody has it in memory.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ring::digest::{Context, SHA256};
use tests::confidential;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::digest::hex;

const BLOCK_BYTES: u64 = 1024 * 1024;

/// A server of one asset.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) url: String,
    served: Arc<Mutex<Vec<String>>>,
}

impl Sender {
    /// Starts it; it ends with the process.
    pub(crate) async fn start(bytes: u64) -> std::io::Result<Sender> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address: SocketAddr = listener.local_addr()?;
        let served = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&served);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    // One that hangs up has not been served.
                    if let Ok(sha256) = serve(stream, bytes).await {
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(sha256);
                    }
                });
            }
        });
        Ok(Sender { url: format!("http://{address}/asset.png?sig={}", confidential::random()), served })
    }

    /// The SHA-256 of what was served, each time that it was served to its end.
    pub(crate) fn served(&self) -> Vec<String> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers the one request on `stream`, and gives the SHA-256 of the content.
async fn serve(stream: TcpStream, bytes: u64) -> std::io::Result<String> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {bytes}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut block = vec![0; usize::try_from(BLOCK_BYTES).expect("a block fits into memory")];
    fastrand::fill(&mut block);
    let (mut digest, mut sent) = (Context::new(&SHA256), 0);
    while sent < bytes {
        // No two blocks are the same, so that parts in another order are another asset.
        block[16..24].copy_from_slice(&sent.to_be_bytes());
        block[..16].copy_from_slice(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        let piece = &block[..usize::try_from(BLOCK_BYTES.min(bytes - sent)).expect("a block fits into memory")];
        digest.update(piece);
        stream.write_all(piece).await?;
        sent += piece.len() as u64;
    }
    stream.shutdown().await?;
    Ok(hex(digest))
}
