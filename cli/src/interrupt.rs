//! Ctrl-C, and the signal by which other programs ask this one to end.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

use crate::error::Result;

/// Waits for one.
pub async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Does `work` until it ends or is interrupted; `None` if it was.
///
/// # Errors
/// Those of `work`.
pub async fn until_interrupted<T>(work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    tokio::select! {
        result = work => result.map(Some),
        () = interrupted() => Ok(None),
    }
}
