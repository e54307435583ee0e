//! The stack under test and all that watches it: made once, shared by every test of the process.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use domain::provider::Provider;
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::{OnceCell, RwLock};

use crate::aws::Aws;
use crate::clock::now_millis;
use crate::event::Event;
use crate::http::{Answer, Http, Request};
use crate::inbox::Inbox;
use crate::ledger::Record;
use crate::observe::until;
use crate::sender;
use crate::source::Source;
use crate::stack::{self, Options, Stack};

/// A sender that is told to come again is patient, but not for ever.
const RETRIES_MAX: u32 = 20;
/// A request with a larger body is a heavy one.
const HEAVY_BYTES: usize = 1024 * 1024;

/// The stack under test and all that watches it.
#[derive(Debug)]
pub struct World {
    /// Where everything is.
    pub stack: Stack,
    /// The services.
    pub aws: Aws,
    http: Http,
    /// Held by each request while it is on its way: shared by ordinary ones, alone by heavy ones.
    road: RwLock<()>,
    /// What the ready consumer queue receives.
    pub consumer: Inbox,
    /// What could not be processed.
    pub dead_letters: Inbox,
    /// When this process began to look, in milliseconds since the epoch.
    pub began_at_millis: i64,
    pub(crate) sweeps_called: AtomicUsize,
    running: AtomicUsize,
}

/// Connections belong to the runtime that opened them, so tests that share clients share the runtime.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("the system gives a process its threads")
});
static WORLD: OnceCell<World> = OnceCell::const_new();

/// Runs one test, or whatever else is to be done, with the stack that [`Stack::load`] finds.
///
/// # Panics
/// If the test does, or there is no stack.
pub fn run<T>(test: impl AsyncFnOnce(&'static World) -> T) -> T {
    run_with(Stack::load, test)
}

/// The same with `stack`, which must be the only one that this process drives.
///
/// # Panics
/// If the test does.
pub fn run_on<T>(stack: Stack, test: impl AsyncFnOnce(&'static World) -> T) -> T {
    run_with(|| stack, test)
}

/// The same with a stack that is started in `directory` and stopped afterwards. Its functions reach the services at a
/// listener, which the test gives to a proxy; they are those that [`Options::functions`] says.
///
/// # Errors
/// If the stack cannot be started or stopped.
///
/// # Panics
/// If the test does.
pub fn run_behind_proxy<T>(
    directory: &Path,
    functions: Option<PathBuf>,
    test: impl AsyncFnOnce(&'static World, TcpListener) -> T,
) -> stack::Result<T> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let functions_endpoint = Some(format!("http://{}", listener.local_addr()?));
    // One that was left behind has functions that look for a proxy which is no more.
    Stack::down(directory)?;
    let stack = Stack::up(directory, &Options { functions_endpoint, functions, ..Options::default() })?;
    let outcome = run_on(stack, async |world| {
        let outcome = test(world, listener).await;
        world.close();
        outcome
    });
    Stack::down(directory)?;
    Ok(outcome)
}

fn run_with<T>(stack: impl FnOnce() -> Stack, test: impl AsyncFnOnce(&'static World) -> T) -> T {
    struct TestCount(&'static World);
    impl Drop for TestCount {
        fn drop(&mut self) {
            self.0.running.fetch_sub(1, Ordering::SeqCst);
        }
    }
    RUNTIME.block_on(async {
        let world = WORLD.get_or_init(async || World::open(stack())).await;
        world.running.fetch_add(1, Ordering::SeqCst);
        let _running = TestCount(world);
        test(world).await
    })
}

impl World {
    fn open(stack: Stack) -> World {
        let http = Http::default();
        let aws = Aws::new(http.clone(), stack.endpoint.as_deref());
        let open = |queue_url: &str| Inbox::open(aws.sqs.clone(), queue_url.to_owned());
        let (consumer, dead_letters) = (open(&stack.consumer_queue_url), open(&stack.dead_letter_queue_url));
        let began_at_millis = now_millis();
        let (sweeps_called, running) = (AtomicUsize::new(0), AtomicUsize::new(0));
        World {
            stack,
            aws,
            http,
            road: RwLock::default(),
            consumer,
            dead_letters,
            began_at_millis,
            sweeps_called,
            running,
        }
    }

    /// A file that describes the stack under test, as the tool reads it.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn stack_file(&self) -> PathBuf {
        static FILE: OnceLock<PathBuf> = OnceLock::new();
        let write = || {
            let file = std::env::temp_dir().join(format!("landfall-stack-{:016x}.json", fastrand::u64(..)));
            std::fs::write(&file, json!(self.stack).to_string()).expect("a file can be written");
            file
        };
        FILE.get_or_init(write).clone()
    }

    /// Watches no more, so that the stack can be stopped.
    pub fn close(&self) {
        self.consumer.close();
        self.dead_letters.close();
    }

    /// How many tests run now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    /// A fresh source of `provider`, set up.
    pub async fn source(&self, provider: Provider) -> Source {
        self.set_up(Source::new(provider)).await
    }

    /// `source`, set up.
    pub async fn set_up(&self, source: Source) -> Source {
        source.set_up(&self.aws, &self.stack).await;
        source
    }

    /// The genuine delivery of `body` by `source`'s sender.
    #[must_use]
    pub fn delivery(&self, source: &Source, body: &[u8]) -> Request {
        sender::delivery(&self.stack, source, body)
    }

    /// Sends a request once and gives whatever is answered.
    ///
    /// The local stack is one process that interprets every byte of a body several times over. While it is busy with a
    /// heavy one, the stores are slower than Landfall waits for them, and the answers to others become those of a fault:
    /// all allowed, but not what their tests are about. So a heavy request travels alone.
    pub async fn send(&self, request: &Request) -> Answer {
        self.try_send(request).await.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn try_send(&self, request: &Request) -> Result<Answer, String> {
        if request.body.len() > HEAVY_BYTES {
            let _alone = self.road.write().await;
            self.http.try_send(request).await
        } else {
            let _together = self.road.read().await;
            self.http.try_send(request).await
        }
    }

    /// What stands at `url`.
    pub async fn fetch(&self, url: &str) -> Answer {
        self.send(&Request::new("GET", url.to_owned())).await
    }

    /// Sends a request as a sender does: what gets no answer is sent again, and what is answered with a 503 after the time
    /// that the answer names. With many tests at once, the functions ration their look-ups of sources.
    ///
    /// # Panics
    /// If there is no answer in the end.
    pub async fn deliver(&self, request: &Request) -> Answer {
        let mut answer = self.try_send(request).await;
        for _ in 0..RETRIES_MAX {
            let seconds = match &answer {
                Ok(answer) if answer.status == 503 => answer.header("retry-after"),
                Ok(_) => break,
                Err(_) => None,
            };
            let seconds = seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or(1);
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            answer = self.try_send(request).await;
        }
        answer.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Sends a request about an event that nobody has sent before, and gives the answer to it: where an attempt without
    /// one was recorded all the same, the next is a duplicate of it, and the answer is the one that was lost.
    pub async fn deliver_new(&self, request: &Request) -> Answer {
        match self.try_send(request).await {
            Ok(answer) if answer.status != 503 => answer,
            _ => self.deliver(request).await.with_status("duplicate", "accepted"),
        }
    }

    /// The events that the consumer has received from `source` so far.
    #[must_use]
    pub fn events(&self, source: &Source) -> Vec<Event> {
        let name = format!("/landfall/{}", source.name);
        let received = self.consumer.all(|message| message.body.contains(&name));
        received
            .iter()
            .filter_map(|message| Event::read(message))
            .filter(|event| event.text("/source") == name)
            .collect()
    }

    /// The event `id` of `source`, as soon as the consumer has it.
    pub async fn event(&self, source: &Source, id: &str) -> Event {
        until(&format!("the event {id} at the consumer"), async || {
            let events = self.events(source);
            let of_source: Vec<&str> = events.iter().map(|event| event.text("/id")).collect();
            let seen = format!("{} events of the source: {of_source:?}", events.len());
            events.iter().find(|event| event.text("/id") == id).cloned().ok_or(seen)
        })
        .await
    }

    /// The record of the event `id`, as soon as it is finished.
    pub async fn finished(&self, id: &str) -> Record {
        until(&format!("the end of {id}"), async || match self.record(id).await {
            Some(record) if record.is_finished() => Ok(record),
            Some(record) => Err(format!("{} ({:?})", record.told(), record.text("last_error"))),
            None => Err("no record".to_owned()),
        })
        .await
    }
}
