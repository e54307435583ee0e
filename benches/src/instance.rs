//! A function's process, and the Lambda Runtime API that keeps it busy: one process, one event at a time.

mod freeze;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::Result;
use crate::http::Connection;

/// No event of a benchmark takes this long, under whatever share of a processor.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// How long an invocation says that it may take.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(60);

/// A running function.
pub struct Instance {
    child: Child,
    invocations: Arc<InvocationQueue>,
    port: u16,
    spawned_at: Instant,
    log: PathBuf,
}

/// What came of an event.
#[derive(Debug)]
pub struct Outcome {
    /// From handing the event over until the whole answer was there.
    pub latency: Duration,
    /// What the function answered.
    pub answer: Vec<u8>,
    /// When.
    answered_at: Instant,
}

/// The Runtime API's side of an instance.
struct InvocationQueue {
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Default)]
struct Work {
    queue: VecDeque<Vec<u8>>,
    outcomes: Vec<Outcome>,
    /// The function waits for an event.
    is_waiting: bool,
    first_poll_at: Option<Instant>,
    handed_over_at: Option<Instant>,
    failure: Option<String>,
    is_over: bool,
}

impl Instance {
    /// Starts `command`, whose environment is complete but for the Runtime API's address. What it prints goes to `log`.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn spawn(mut command: Command, log: &Path) -> Result<Instance> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        command.env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}"));
        let output = File::create(log)?;
        command.stdin(std::process::Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let invocations = Arc::new(InvocationQueue { work: Mutex::default(), changed: Condvar::new() });
        let serving = Arc::clone(&invocations);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if serving.work().is_over {
                    return;
                }
                let invocations = Arc::clone(&serving);
                thread::spawn(move || invocations.serve(stream));
            }
        });
        let spawned_at = Instant::now();
        let child = command.spawn().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        Ok(Instance { child, invocations, port, spawned_at, log: log.to_owned() })
    }

    /// From its start until it first asked for an event.
    ///
    /// # Errors
    /// If it ends before.
    pub fn first_poll(&mut self) -> Result<Duration> {
        let spawned_at = self.spawned_at;
        let work = self.wait(|work| work.first_poll_at.is_some())?;
        Ok(work.first_poll_at.map_or(Duration::ZERO, |at| at - spawned_at))
    }

    /// Hands events over, one after the other, and waits until the function asks for more.
    ///
    /// # Errors
    /// If the function ends or fails meanwhile.
    pub fn handle(&mut self, payloads: impl IntoIterator<Item = Vec<u8>>) -> Result<Vec<Outcome>> {
        drop(self.wait(|work| work.is_waiting)?);
        let count = {
            let mut work = self.invocations.work();
            work.queue = payloads.into_iter().collect();
            work.queue.len()
        };
        self.invocations.changed.notify_all();
        let mut work = self.wait(|work| work.outcomes.len() == count && work.is_waiting)?;
        Ok(std::mem::take(&mut work.outcomes))
    }

    /// From its start until `outcome`.
    #[must_use]
    pub fn since_spawn(&self, outcome: &Outcome) -> Duration {
        outcome.answered_at - self.spawned_at
    }

    /// The CPU time that its threads have taken.
    ///
    /// # Errors
    /// If the kernel does not tell.
    pub fn cpu(&self) -> Result<Duration> {
        let mut nanos = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            let on_processor = text.split_whitespace().next().ok_or("the kernel keeps no schedstat")?;
            nanos += on_processor.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// The most memory that it has had at once, in bytes.
    ///
    /// # Errors
    /// If the kernel does not tell.
    pub fn peak_memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged, one line for each event.
    ///
    /// # Errors
    /// If its log cannot be read.
    pub fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(&self.log)?)
    }

    /// How many bytes it has logged.
    ///
    /// # Errors
    /// If its log cannot be read.
    pub fn log_bytes(&self) -> Result<u64> {
        Ok(fs::metadata(&self.log)?.len())
    }

    /// Tells it that no event will come any more, upon which it ends by itself.
    ///
    /// # Errors
    /// If it goes on.
    pub fn end(mut self) -> Result<()> {
        self.invocations.work().is_over = true;
        self.invocations.changed.notify_all();
        let gives_up_at = Instant::now() + ANSWER_WITHIN;
        // However it ends: a runtime takes a lost connection for an error.
        while self.child.try_wait()?.is_none() {
            if Instant::now() > gives_up_at {
                return Err("the function does not end".into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Waits until `is_so`, or says why it will never be.
    fn wait(&mut self, is_so: impl Fn(&Work) -> bool) -> Result<MutexGuard<'_, Work>> {
        let gives_up_at = Instant::now() + ANSWER_WITHIN;
        let mut work = self.invocations.work();
        loop {
            let failure = match (work.failure.take(), self.child.try_wait()?) {
                (Some(failure), _) => failure,
                (None, Some(status)) => format!("the function ended with {status}"),
                (None, None) if Instant::now() > gives_up_at => "the function does not answer".to_owned(),
                (None, None) if is_so(&work) => return Ok(work),
                (None, None) => {
                    let waited = self.invocations.changed.wait_timeout(work, Duration::from_millis(200));
                    work = waited.unwrap_or_else(PoisonError::into_inner).0;
                    continue;
                }
            };
            return Err(format!("{failure}; its log ends with: {}", tail(&self.log)).into());
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Should it have ended already, so much the better.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.invocations.work().is_over = true;
        self.invocations.changed.notify_all();
        // Wakes the listener, so that it sees that it is over.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl InvocationQueue {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) {
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let mut connection = Connection::new(stream);
        while let Ok(Some(request)) = connection.read_request() {
            let written = if request.path.ends_with("/invocation/next") {
                let Some(invocation) = self.next() else { return };
                self.work().handed_over_at = Some(Instant::now());
                connection.write(&invocation)
            } else {
                self.answered(&request.path, request.message.body);
                connection.write(b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"status\":\"OK\"}")
            };
            if written.is_err() {
                return;
            }
        }
    }

    /// Waits for an event and gives it as the Runtime API's answer; `None` if none will come.
    fn next(&self) -> Option<Vec<u8>> {
        let mut work = self.work();
        work.first_poll_at.get_or_insert_with(Instant::now);
        while !work.is_over {
            if let Some(payload) = work.queue.pop_front() {
                work.is_waiting = false;
                return Some(invocation(&payload));
            }
            work.is_waiting = true;
            self.changed.notify_all();
            work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn answered(&self, path: &str, body: Vec<u8>) {
        let answered_at = Instant::now();
        let mut work = self.work();
        if !path.ends_with("/response") {
            work.failure = Some(format!("the function reports to {path}: {}", String::from_utf8_lossy(&body)));
        }
        let handed_over_at = work.handed_over_at.take().unwrap_or(answered_at);
        work.outcomes.push(Outcome { latency: answered_at - handed_over_at, answer: body, answered_at });
        drop(work);
        self.changed.notify_all();
    }
}

fn invocation(payload: &[u8]) -> Vec<u8> {
    // No two invocations share an id, also not of two instances: Landfall tells its own retries by it.
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 200 OK\r\n\
         content-type: application/json\r\n\
         content-length: {}\r\n\
         lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-{number:012x}\r\n\
         lambda-runtime-deadline-ms: {}\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:bench\r\n\
         lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n\r\n",
        payload.len(),
        (now + FUNCTION_TIMEOUT).as_millis(),
    );
    [head.as_bytes(), payload].concat()
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let from = text.char_indices().rev().nth(2000).map_or(0, |(at, _)| at);
    text[from..].to_owned()
}
