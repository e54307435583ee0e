//! What an application says of its jobs, and what the ledger then knows of them.

use domain::event::event_type::Thing;
use domain::expectation::{Expectation, Hint};
use domain::ledger::job::{Job, JobId};
use domain::provider::Provider;
use domain::source::source_name::SourceName;

use crate::ledger::Record;
use crate::observe::until;
use crate::source::Source;
use crate::world::World;

/// What the API of a played sender tells of: models at Glossi, jobs at all others.
#[must_use]
pub fn thing(provider: Provider) -> Thing {
    if provider == Provider::Glossi { Thing::Model } else { Thing::Job }
}

/// The id of the record of a job.
///
/// # Panics
/// If the source's name is none.
#[must_use]
pub fn job_id(source: &Source, thing: Thing, subject: &str) -> JobId {
    let name = SourceName::parse(&source.name).expect("the harness makes names that can be parsed");
    Job { source: name, provider: source.provider, thing, subject: subject.to_owned() }.id()
}

/// The expectation of a job that was submitted just now, to be asked about as soon as that is allowed.
///
/// # Panics
/// If the source's name is none.
#[must_use]
pub fn expectation(source: &Source, thing: Thing, job_id: &str) -> Expectation {
    Expectation {
        source: SourceName::parse(&source.name).expect("the harness makes names that can be parsed"),
        thing,
        job_id: job_id.to_owned(),
        submitted_at: None,
        within_seconds: Some(10),
        give_up_seconds: None,
        hint: Hint::default(),
    }
}

impl World {
    /// Says that the end of a job is expected, as an application does.
    ///
    /// # Panics
    /// If the queue takes no message.
    pub async fn expect(&self, expectation: &Expectation) {
        self.send_expectation(&expectation.to_string()).await;
    }

    /// Sends a text to the queue of expectations.
    ///
    /// # Panics
    /// If the queue takes no message.
    pub async fn send_expectation(&self, text: &str) {
        let send = self.aws.sqs.send_message().queue_url(&self.stack.expect_queue_url).message_body(text);
        send.send().await.unwrap_or_else(|error| panic!("expecting a job: {error:?}"));
    }

    /// The record of a job, as soon as it is in `state`. Meanwhile the sweep runs, and no time has to pass.
    pub async fn job_in(&self, id: &JobId, state: &str) -> Record {
        until(&format!("{id} to be {state}"), async || {
            let record = self.record(id.as_str()).await.ok_or_else(|| "no record".to_owned())?;
            if record.text("state") == state {
                return Ok(record);
            }
            if record.number("due_at").is_some() {
                self.hurry(&record).await;
                self.sweep().await;
            }
            Err(format!("{} after {:?} polls", record.text("state"), record.number("sweeps")))
        })
        .await
    }
}
