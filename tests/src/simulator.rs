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
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::provider::Provider;

pub use self::job::{End, Job};
pub use self::retries::{Loss, Retries};

use crate::confidential;
use crate::source::Source;

use self::server::Server;
use self::state::State;

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

/// A question about a job that the API answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookUp {
    /// The sender's id of it.
    pub job: String,
    /// Whether it had ended by then.
    pub has_ended: bool,
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
        let state = Arc::new(Mutex::new(State::new(provider, key)));
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
        let fresh_id = match self.provider {
            Provider::Csm => csm::fresh_id,
            Provider::Get3w => get3w::fresh_id,
            Provider::Modelslab => modelslab::fresh_id,
            Provider::Glossi => glossi::fresh_id,
            other => panic!("nobody plays {other} here"),
        };
        // Of many ids, two may be alike.
        let id = loop {
            let id = fresh_id();
            if self.state().job(&id).is_none() {
                break id;
            }
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

    /// The questions about jobs that its API answered.
    #[must_use]
    pub fn look_ups(&self) -> Vec<LookUp> {
        self.state().look_ups.clone()
    }

    /// `source` with the options by which its events are confirmed here.
    #[must_use]
    pub fn confirms(&self, source: Source) -> Source {
        self.reached_by(source.with_option("confirm", true))
    }

    /// `source` with the options by which its jobs are asked about here, if their webhooks do not come.
    #[must_use]
    pub fn expects(&self, source: Source) -> Source {
        self.reached_by(source.with_option("expect", serde_json::json!({})))
    }

    /// `source` with the options by which the API is reached.
    fn reached_by(&self, source: Source) -> Source {
        let source = source.with_option("api_key", self.key()).with_option("api_base_url", self.base_url());
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

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
