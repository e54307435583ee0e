//! Freezing a function between two events, as Lambda does.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Instant;

use super::{ANSWER_WITHIN, Instance, Outcome};
use crate::Result;

impl Instance {
    /// Stops its process, as Lambda freezes an instance that has nothing to do.
    ///
    /// # Errors
    /// If it is not waiting for an event, or goes on.
    pub fn freeze(&mut self) -> Result<()> {
        drop(self.wait(|work| work.is_waiting)?);
        self.signal("STOP")?;
        let gives_up_at = Instant::now() + ANSWER_WITHIN;
        while !self.is_stopped()? {
            if Instant::now() > gives_up_at {
                return Err("the function does not stop".into());
            }
            thread::yield_now();
        }
        Ok(())
    }

    /// Lets a frozen function go on with an event that is there already, and waits for the answer.
    ///
    /// # Errors
    /// If the function ends or fails meanwhile.
    pub fn thaw(&mut self, payload: Vec<u8>) -> Result<Outcome> {
        self.invocations.work().queue.push_back(payload);
        self.invocations.changed.notify_all();
        drop(self.wait(|work| work.handed_over_at.is_some())?);
        self.signal("CONT")?;
        let mut work = self.wait(|work| !work.outcomes.is_empty() && work.is_waiting)?;
        work.outcomes.pop().ok_or_else(|| "no outcome".into())
    }

    fn signal(&self, name: &str) -> Result<()> {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status()?;
        if status.success() { Ok(()) } else { Err(format!("no signal {name}: {status}").into()) }
    }

    fn is_stopped(&self) -> Result<bool> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid()))?;
        // After the name, which stands in brackets.
        let (_, state) = stat.rsplit_once(") ").ok_or("the kernel tells no state")?;
        Ok(state.starts_with('T'))
    }
}
