//! Instructions of ingest, counted by valgrind: the same on a busy machine and on an idle one.
//!
//! Valgrind knows no instructions for SHA, so digests, which take the processor next to nothing, show here. What counts
//! is the difference between two builds.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::Result;
use crate::contender::{Contender, SOURCES_PREFIX, environment};
use crate::delivery::{Authenticity, SOURCE, delivery, secret_value};
use crate::instance::Instance;
use crate::scenario::{Testbed, Transport};
use crate::services::{Delays, Services, State};

/// What ingest takes.
#[derive(Clone, Copy, Debug)]
pub struct Instructions {
    /// From the start of the process until it asks for an event.
    pub init: u64,
    /// For the first event.
    pub first: u64,
    /// For each that comes when all is warm.
    pub later: u64,
}

/// So many events warm up, and so many more are counted.
const EVENTS: (u64, u64) = (10, 100);
/// The services to which ingest opens a connection before it asks for an event.
const CONNECTIONS: u64 = 3;
/// How often a run is tried in which a call came to its time-out.
const TRIES_MAX: usize = 8;

impl Testbed {
    /// Counts what new events of `body_bytes` take.
    ///
    /// # Errors
    /// If there is no valgrind, or ingest fails.
    pub fn instructions(&self, transport: Transport, body_bytes: usize) -> Result<Instructions> {
        let (warm_up, measured) = EVENTS;
        let [none, one, few, many] =
            [0, 1, warm_up, warm_up + measured].map(|events| self.count_undisturbed(transport, body_bytes, events));
        let (none, one, few, many) = (none?, one?, few?, many?);
        Ok(Instructions { init: none, first: one.saturating_sub(none), later: many.saturating_sub(few) / measured })
    }

    /// Where the counts of the last run over `events` events are, function by function, for `callgrind_annotate`.
    #[must_use]
    pub fn callgrind(&self, transport: Transport, events: u64) -> PathBuf {
        self.directory.join(format!("callgrind-{transport:?}-{events}.out").to_lowercase())
    }

    /// Under valgrind everything takes fifty times as long, and a call that came to its time-out would count twice.
    fn count_undisturbed(&self, transport: Transport, body_bytes: usize, events: u64) -> Result<u64> {
        let mut counted = self.count(transport, body_bytes, events);
        for _ in 1..TRIES_MAX {
            if counted.is_ok() {
                break;
            }
            counted = self.count(transport, body_bytes, events);
        }
        counted
    }

    fn count(&self, transport: Transport, body_bytes: usize, events: u64) -> Result<u64> {
        let state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), &secret_value());
        let tls = (transport == Transport::Tls).then(|| self.authority.server.clone());
        let services = Services::start(state, Delays::NONE, tls)?;
        let out = self.callgrind(transport, events);
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", out.display()));
        command.arg(self.places.target.join("lambda/ingest/bootstrap"));
        environment(&mut command, &services, &self.authority);
        let mut instance = Instance::spawn(command, &self.directory.join("function.log"))?;
        instance.first_poll()?;
        let connections = services.connections();
        let payloads = (0..events).map(|number| delivery(number, body_bytes, Authenticity::Genuine).payload);
        let outcomes = instance.handle(payloads)?;
        instance.end()?;
        for outcome in outcomes {
            let answer = String::from_utf8_lossy(&outcome.answer).into_owned();
            if !answer.contains("\"statusCode\":200") {
                return Err(format!("ingest answered {answer}").into());
            }
        }
        let calls = services.state().take_counts().calls.values().sum::<u64>();
        // Beside the first event, the source's secret and the directory of sources are read.
        let expected = Contender::Landfall.expected_calls().0 * events + 2 * events.min(1);
        if calls != expected {
            return Err(format!("{calls} calls to AWS instead of {expected}: something was tried twice").into());
        }
        if connections != CONNECTIONS {
            return Err(format!("{connections} connections opened beforehand instead of {CONNECTIONS}").into());
        }
        let text = fs::read_to_string(&out)?;
        let total = text.lines().find_map(|line| line.strip_prefix("summary:").or(line.strip_prefix("totals:")));
        Ok(total.ok_or("callgrind gave no total")?.trim().parse()?)
    }
}
