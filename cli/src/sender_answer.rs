//! What a sender's own API says of a job now. Nothing of it is recorded or published.

use domain::confirm::{JobInquiry, JobStanding};
use domain::download::target::Loopback;
use domain::event::event_type::Thing;
use domain::ledger::job::{Job, JobId};
use domain::source::Source;
use domain::source::source_name::SourceName;
use platform::clock;
use platform::http_client::HttpClient;
use platform::provider_api::ProviderApi;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::output::Row;
use crate::services::Services;
use crate::session::Session;
use crate::source_store::SourceStore;

/// What a sender's API answered about a job.
#[derive(Debug, Serialize)]
pub struct SenderAnswer {
    source: String,
    provider: &'static str,
    thing: &'static str,
    job_id: String,
    /// What the answer says, in a sentence.
    pub verdict: String,
    /// The type of the event that its webhook would be, if the job has ended.
    event_type: Option<String>,
    /// Its HTTP status.
    pub status: u16,
    /// What was answered, as text.
    pub body: String,
}

impl Row for SenderAnswer {
    const COLUMNS: &'static [&'static str] = &["job_id", "verdict", "event_type", "status", "body"];
}

/// Asks the sender of a source about a job: with the key and the hints by which the functions would ask.
///
/// # Errors
/// If the source says no key, the API cannot be asked about such a thing, or it does not answer.
pub async fn ask(session: &Session, source: &SourceName, thing: Thing, job_id: &str) -> Result<SenderAnswer> {
    let now = clock::now();
    let secret = SourceStore::of(session).await?.existing(source).await?;
    let source = Source::parse(source.clone(), &secret).map_err(|error| Error::Conflict(error.to_string()))?;
    let name = &source.name;
    let options = source.options.as_ref();
    let options = options.map_err(|error| Error::Conflict(format!("the source {name} cannot be used: {error}")))?;
    let access = options.expect.as_ref().map(|expect| &expect.access).or(options.confirm.as_ref());
    let access = access.ok_or_else(|| {
        Error::Conflict(format!(
            "the source {name} has no key for its sender's API: put `api_key` and `expect` or `confirm` into its secret"
        ))
    })?;
    let record = Services::of(session).await?.ledger()?.job(&JobId::of(name, thing, job_id)).await?;
    let hint = record.map(|record| record.hint).unwrap_or_default();
    let job = Job { source: name.clone(), provider: source.provider, thing, subject: job_id.to_owned() };
    let inquiry = JobInquiry::about(&job, &hint, &source.sender, access, now).ok_or_else(|| {
        Error::Conflict(format!(
            "the sender's API cannot be asked about this {thing}: docs/providers/{}.md says about what it can be asked",
            source.provider
        ))
    })?;
    // The senders of a local stack may be played on this machine.
    let loopback = if session.options().local.is_some() { Loopback::AllowedForTests } else { Loopback::Refused };
    let target = inquiry.target(loopback).map_err(|refusal| Error::Conflict(refusal.to_string()))?;
    let answer = ProviderApi::new(HttpClient::new(loopback)).ask(&target, inquiry.request()).await?;
    let (verdict, event_type) = match inquiry.standing(&answer) {
        JobStanding::Ended(event_type) => (format!("{} says that it has ended.", source.provider), Some(event_type)),
        JobStanding::NotEnded => (format!("{} reports no end of it.", source.provider), None),
        JobStanding::Trouble(reason) => (format!("It is not known: {reason}."), None),
    };
    Ok(SenderAnswer {
        source: name.to_string(),
        provider: source.provider.as_str(),
        thing: thing.as_str(),
        job_id: job.subject,
        verdict,
        event_type: event_type.map(|event_type| event_type.to_string()),
        status: answer.status,
        body: String::from_utf8_lossy(&answer.body).into_owned(),
    })
}
