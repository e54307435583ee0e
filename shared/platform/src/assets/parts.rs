//! A download in parts.

use domain::archive::PART_BYTES;
use domain::digest::{Digest, Digester};
use domain::download::error::FetchError;
use hyper::body::{Buf as _, Bytes};

use crate::download::Download;

/// A download in parts.
pub(super) struct Parts {
    download: Download,
    /// What has come and belongs to the next part.
    rest: Bytes,
    digester: Digester,
    size: u64,
}

impl Parts {
    pub(super) fn of(download: Download) -> Parts {
        Parts { download, rest: Bytes::new(), digester: Digester::default(), size: 0 }
    }

    /// The next part: of full size, but for the last one, which may be empty.
    pub(super) async fn next(&mut self) -> Result<Vec<u8>, FetchError> {
        // All at once: a buffer that grows would hold its bytes twice while it does.
        let mut part = Vec::with_capacity(PART_BYTES);
        while part.len() < PART_BYTES {
            if self.rest.is_empty() {
                let Some(piece) = self.download.next().await? else { break };
                self.digester.add(&piece);
                self.size += piece.len() as u64;
                self.rest = piece;
            }
            let taken = self.rest.len().min(PART_BYTES - part.len());
            part.extend_from_slice(&self.rest[..taken]);
            self.rest.advance(taken);
        }
        Ok(part)
    }

    /// The digest and the size of all that came.
    pub(super) fn end(self) -> (Digest, u64) {
        (self.digester.finish(), self.size)
    }
}
