//! Waiting for what only says by being asked that it is done.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(3);

/// The waits between two questions, each longer than the one before.
#[derive(Debug)]
pub(crate) struct Poll(Duration);

impl Poll {
    pub(crate) fn begin() -> Poll {
        Poll(FIRST)
    }

    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 3 / 2).min(LONGEST);
    }
}
