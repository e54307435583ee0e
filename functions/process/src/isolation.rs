//! Who works beside whom.
//!
//! A processor that dies takes the whole batch with it, and nobody can tell which event it died of. So an event whose
//! last claim was never settled is processed alone, and those that may be like it are claimed one after another: should
//! it kill the processor again, it alone has used up an attempt.

use tokio::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Who works beside whom in an instance.
#[derive(Default)]
pub(crate) struct Isolation {
    /// Held while a message that came again is claimed, and while one is processed alone.
    returned: Mutex<()>,
    work: RwLock<()>,
}

/// The right to work, beside others or alone.
pub(crate) struct WorkPermit<'a> {
    isolation: &'a Isolation,
    returned: Option<MutexGuard<'a, ()>>,
    shared: Option<RwLockReadGuard<'a, ()>>,
    alone: Option<RwLockWriteGuard<'a, ()>>,
}

impl Isolation {
    /// Waits until an event may be claimed. One of which somebody may have died waits for others of that kind as well.
    pub(crate) async fn enter(&self, may_be_abandoned: bool) -> WorkPermit<'_> {
        let returned = if may_be_abandoned { Some(self.returned.lock().await) } else { None };
        WorkPermit { isolation: self, returned, shared: Some(self.work.read().await), alone: None }
    }
}

impl WorkPermit<'_> {
    /// Works beside others.
    pub(crate) fn share(&mut self) {
        self.returned = None;
    }

    /// Waits until nobody else works, and lets nobody begin.
    pub(crate) async fn isolate(&mut self) {
        self.shared = None;
        self.alone = Some(self.isolation.work.write().await);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::task::yield_now;

    use super::*;

    /// Handles a batch of messages: one that came again (`r..`) whose event turns out to be abandoned if it is written
    /// in capitals. Tells what began and ended in which order.
    async fn order(messages: &[&'static str]) -> String {
        let (isolation, log) = (Arc::new(Isolation::default()), Arc::new(Mutex::new(Vec::new())));
        let tasks = messages.iter().map(|message| {
            let (isolation, log, message) = (Arc::clone(&isolation), Arc::clone(&log), *message);
            tokio::spawn(async move {
                let say = |what: &str| log.lock().unwrap().push(format!("{what}{message}"));
                let mut permit = isolation.enter(message.to_lowercase().starts_with('r')).await;
                say("?");
                yield_now().await;
                if message.chars().all(char::is_uppercase) {
                    permit.isolate().await
                } else {
                    permit.share()
                }
                say("+");
                yield_now().await;
                say("-");
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        log.lock().unwrap().join(" ")
    }

    #[tokio::test]
    async fn what_came_for_the_first_time_is_processed_side_by_side() {
        assert_eq!(order(&["a", "b"]).await, "?a ?b +b +a -a -b");
    }

    #[tokio::test]
    async fn what_came_again_is_claimed_one_after_another_and_processed_side_by_side() {
        assert_eq!(order(&["ra", "rb"]).await, "?ra +ra ?rb +rb -ra -rb");
    }

    #[tokio::test]
    async fn what_was_abandoned_is_processed_alone_and_nobody_else_is_claimed_meanwhile() {
        assert_eq!(order(&["RA", "RB", "a"]).await, "?RA ?a +a -a +RA -RA ?RB +RB -RB");
        assert_eq!(order(&["a", "R", "b", "rc"]).await, "?a ?R ?b +b +a -a -b +R -R ?rc +rc -rc");
    }
}
