//! Four senders, played: jobs, the API that tells of them, the links under which their outputs stand for a while,
//! and the webhooks, sent again after as many waits as the sender has.
//!
//! What they answer is what their documentation says, as far as it says anything; where it is silent, the file of the
//! sender says what is assumed.

mod csm;
mod get3w;
mod glossi;
mod job;
mod modelslab;
mod retries;
mod server;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::provider::Provider;
use serde_json::Value;

pub use self::job::{End, Job};
pub use self::retries::{Loss, Retries};

use crate::confidential;
use crate::source::Source;

use self::server::{Asked, Reply, Server};

/// A sender.
pub struct Simulator {
    provider: Provider,
    state: Arc<Mutex<State>>,
    server: Server,
}

/// How a sender's API is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It answers.
    Up,
    /// It answers 500.
    Broken,
    /// It has been asked too often.
    Limited,
    /// It takes requests and says nothing.
    Silent,
}

struct State {
    provider: Provider,
    key: String,
    condition: Condition,
    jobs: Vec<Job>,
    asked: Vec<String>,
}

impl Simulator {
    /// The senders that are played.
    pub const PLAYED: [Provider; 4] = [Provider::Csm, Provider::Get3w, Provider::Modelslab, Provider::Glossi];

    /// A sender of `provider`'s kind, on a port of its own. It ends when it is dropped.
    ///
    /// # Panics
    /// If there is no port.
    #[must_use]
    pub fn start(provider: Provider) -> Simulator {
        let key = confidential::random();
        confidential::keep("API key", &key);
        let state = State { provider, key, condition: Condition::Up, jobs: Vec::new(), asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let answering = Arc::clone(&state);
        let server = Server::start(move |asked| lock(&answering).answer(asked));
        Simulator { provider, state, server }
    }

    /// Where its API and its outputs are.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// The key of its customer.
    #[must_use]
    pub fn key(&self) -> String {
        self.state().key.clone()
    }

    /// From now on, the customer's key is this one.
    pub fn set_key(&self, key: &str) {
        key.clone_into(&mut self.state().key);
    }

    /// From now on, its API is like this.
    pub fn set_condition(&self, condition: Condition) {
        self.state().condition = condition;
    }

    /// Submits a job, and gives its id.
    #[must_use]
    pub fn submit(&self) -> String {
        let id = match self.provider {
            Provider::Csm => csm::fresh_id(),
            Provider::Get3w => get3w::fresh_id(),
            Provider::Modelslab => modelslab::fresh_id(),
            Provider::Glossi => glossi::fresh_id(),
            other => panic!("nobody plays {other} here"),
        };
        self.add(Job::new(id, None))
    }

    /// The jobs that were submitted so far, whether here or by a request.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        self.state().jobs.clone()
    }

    /// Runs a workflow, and gives the run's id. Only ModelsLab has any.
    #[must_use]
    pub fn run_workflow(&self) -> String {
        self.add(Job::new(modelslab::fresh_id(), Some("5b1f0c2e-6a7d-4e8f-9a0b-1c2d3e4f5a6b".to_owned())))
    }

    /// Ends a job like this, or gives it another end.
    ///
    /// # Panics
    /// If there is no such job.
    pub fn finish(&self, id: &str, end: End) {
        self.change(id, |job| job.end = Some(end));
    }

    /// Lets a job go on, as if it had not ended yet.
    ///
    /// # Panics
    /// If there is no such job.
    pub fn reopen(&self, id: &str) {
        self.change(id, |job| job.end = None);
    }

    /// Lets the API tell so many numbers of an embedding beside a job.
    ///
    /// # Panics
    /// If there is no such job.
    pub fn embed(&self, id: &str, numbers: usize) {
        self.change(id, |job| job.embedding_numbers = numbers);
    }

    /// Lets the time pass after which the links of a job's outputs no longer work.
    ///
    /// # Panics
    /// If there is no such job.
    pub fn let_links_expire(&self, id: &str) {
        self.change(id, |job| job.links_expired = true);
    }

    /// The link of a job's output.
    #[must_use]
    pub fn link(&self, id: &str) -> String {
        job::link(&self.base_url(), self.provider, id)
    }

    /// The body of the webhook by which the sender reports that the job came to `end`, whether it has or not: a webhook
    /// may run ahead of the API, and anybody can write one.
    ///
    /// # Panics
    /// If there is no such job.
    #[must_use]
    pub fn webhook(&self, id: &str, end: End) -> Vec<u8> {
        let job = Job { end: Some(end), ..self.state().job(id).expect("the test has submitted the job").clone() };
        let link = self.link(id);
        let body = match self.provider {
            Provider::Csm => csm::webhook(&job, &link),
            Provider::Get3w => get3w::webhook(&job, &link),
            Provider::Modelslab => modelslab::webhook(&job, &link),
            Provider::Glossi => glossi::webhook(&job, &link),
            other => panic!("nobody plays {other} here"),
        };
        body.to_string().into_bytes()
    }

    /// How the sender sends the webhooks of this job.
    ///
    /// # Panics
    /// If there is no such job.
    #[must_use]
    pub fn retries(&self, id: &str) -> Retries {
        let is_workflow = self.state().job(id).expect("the test has submitted the job").workflow.is_some();
        Retries::of(self.provider, is_workflow, self.base_url())
    }

    /// What it was asked, API and links alike, each request as its method and path.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    /// `source` with the options by which its events are confirmed here.
    #[must_use]
    pub fn confirms(&self, source: Source) -> Source {
        let family = (self.provider == Provider::Modelslab).then_some("video");
        let source = source
            .with_option("confirm", true)
            .with_option("api_key", self.key())
            .with_option("api_base_url", self.base_url());
        match family {
            Some(family) => source.with_option("api_family", family),
            None => source,
        }
    }

    /// `source` with the options by which its jobs are asked about here, if their webhooks do not come.
    #[must_use]
    pub fn expects(&self, source: Source) -> Source {
        let source = source
            .with_option("expect", serde_json::json!({}))
            .with_option("api_key", self.key())
            .with_option("api_base_url", self.base_url());
        if self.provider == Provider::Modelslab { source.with_option("api_family", "video") } else { source }
    }

    /// From now on, the API knows nothing of a job.
    pub fn forget(&self, id: &str) {
        self.state().jobs.retain(|job| job.id != id);
    }

    fn add(&self, job: Job) -> String {
        let id = job.id.clone();
        self.state().jobs.push(job);
        id
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Job)) {
        let mut state = self.state();
        change(state.jobs.iter_mut().find(|job| job.id == id).expect("the test has submitted the job"));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        let segments: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
        match segments[..] {
            ["receiver", "unavailable"] => return Reply::json(503, &Value::Null),
            ["receiver", "silent"] => return Reply::Never,
            _ => self.asked.push(format!("{} {}", asked.method, asked.path)),
        }
        if let ["assets", id, _] = segments[..] {
            return self.output(id);
        }
        let too_often = || match self.provider {
            Provider::Modelslab => modelslab::too_often(),
            _ => Reply::error(429, "too many requests"),
        };
        match self.condition {
            Condition::Up => {}
            Condition::Broken => return Reply::error(500, "internal error"),
            Condition::Limited => return too_often(),
            Condition::Silent => return Reply::Never,
        }
        if self.provider == Provider::Get3w
            && let Some((job, reply)) = get3w::submission(asked, &segments, &self.key)
        {
            self.jobs.push(job);
            return reply;
        }
        let origin = &asked.origin;
        let find = |id: &str| self.job(id).map(|job| (job, job::link(origin, self.provider, id)));
        match self.provider {
            Provider::Csm => csm::answer(asked, &segments, &self.key, find),
            Provider::Get3w => get3w::answer(asked, &segments, &self.key, find),
            Provider::Modelslab => modelslab::answer(asked, &segments, &self.key, find),
            Provider::Glossi => glossi::answer(asked, &segments, &self.key, find),
            other => panic!("nobody plays {other} here"),
        }
    }

    /// An output stands under its link until that expires; a signed link of a blob store is forbidden then, any other
    /// is gone.
    fn output(&self, id: &str) -> Reply {
        match self.job(id) {
            Some(job) if job.end == Some(End::Completed) && !job.links_expired => {
                Reply::Bytes(job.output(self.provider))
            }
            Some(_) if self.provider == Provider::Csm => {
                Reply::error(403, "signature not valid in the specified time frame")
            }
            _ => Reply::error(404, "not found"),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
