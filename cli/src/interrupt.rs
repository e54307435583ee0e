//! Ctrl-C, and the other ways in which a command is asked to end.

use std::future::Future;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use crate::error::Result;

/// What asks a command to end: the signals of this process, or somebody in it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Option<Arc<Notify>>);

impl Interrupt {
    /// One that [`Interrupt::request`] brings.
    #[must_use]
    pub fn of_caller() -> Interrupt {
        Interrupt(Some(Arc::default()))
    }

    /// Interrupts the command once.
    pub fn request(&self) {
        if let Some(notify) = &self.0 {
            notify.notify_one();
        }
    }

    /// Waits for one.
    pub async fn wait(&self) {
        match &self.0 {
            Some(notify) => notify.notified().await,
            None => signalled().await,
        }
    }

    /// Does `work` until it ends or is interrupted; `None` if it was.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn or<T>(&self, work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
        tokio::select! {
            result = work => result.map(Some),
            () = self.wait() => Ok(None),
        }
    }
}

/// Ctrl-C, and the signal by which other programs ask this one to end.
async fn signalled() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
