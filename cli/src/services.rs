//! The parts of the stack that the platform calls, for questions about events.

use std::time::Duration;

use aws_credential_types::provider::ProvideCredentials as _;
use domain::ledger::schedule::Schedule;
use domain::time::time_scale::TimeScale;
use operator::function_logs::FunctionLogs;
use operator::jobs::Jobs;
use operator::listing::Listing;
use operator::release::Releases;
use operator::replay::Replays;
use operator::silence::Silence;
use platform::aws::{Aws, Limits, SignIn};
use platform::bodies::Bodies;
use platform::copies::Copies;
use platform::env::Env;
use platform::ledger::Ledger;
use platform::log_group::LogGroup;
use platform::queue::Queue;
use platform::refused::RefusedDeliveries;

use crate::error::{Error, Result};
use crate::session::Session;
use crate::stack::Stack;

/// The template's output with the queue of expectations, which it has only where they are on.
pub const EXPECT_QUEUE_URL: &str = "ExpectQueueUrl";

/// The template's output with the table of refused deliveries, which it has only where they are stored.
pub const REFUSED_TABLE: &str = "RefusedTable";

/// An operator would rather wait than try again.
const LIMITS: Limits = Limits { operation: Duration::from_secs(30), attempt: Duration::from_secs(10), attempts: 5 };

/// The parts of the stack that the platform calls.
pub struct Services<'a> {
    aws: Aws,
    session: &'a Session,
    stack: &'a Stack,
}

impl<'a> Services<'a> {
    /// Those of the stack, with the caller's credentials as they are now.
    ///
    /// # Errors
    /// If the caller is not signed in, or there is no stack.
    pub async fn of(session: &'a Session) -> Result<Services<'a>> {
        let stack = session.stack().await?;
        Ok(Services::with(sign_in(session).await?, session, stack))
    }

    /// Those of `stack`, which is the session's, with what [`sign_in`] gave.
    #[must_use]
    pub const fn with(aws: Aws, session: &'a Session, stack: &'a Stack) -> Services<'a> {
        Services { aws, session, stack }
    }

    /// The ledger.
    ///
    /// # Errors
    /// If the stack lacks it.
    pub fn ledger(&self) -> Result<Ledger> {
        Ok(Ledger::new(&self.aws, self.stack.output("LedgerTable")?.to_owned(), LIMITS))
    }

    /// Its listing.
    ///
    /// # Errors
    /// If the stack lacks a part.
    pub fn listing(&self) -> Result<Listing> {
        let bodies = Bodies::new(&self.aws, self.stack.output("Bucket")?.to_owned(), LIMITS);
        Ok(Listing::new(self.ledger()?, bodies))
    }

    /// The copies of assets.
    ///
    /// # Errors
    /// If the stack lacks the bucket.
    pub fn copies(&self) -> Result<Copies> {
        Ok(Copies::new(&self.aws, self.stack.output("Bucket")?.to_owned(), LIMITS))
    }

    /// Its replays.
    ///
    /// # Errors
    /// If the stack lacks a part.
    pub fn replays(&self) -> Result<Replays> {
        let queue =
            |name: &str| -> Result<Queue> { Ok(Queue::new(&self.aws, self.stack.output(name)?.to_owned(), LIMITS)) };
        Ok(Replays {
            ledger: self.ledger()?,
            listing: self.listing()?,
            events: queue("EventsQueueUrl")?,
            ready: queue("ConsumerQueueUrl")?,
            schedule: Schedule::at(TimeScale::REAL),
        })
    }

    /// The jobs that are expected.
    ///
    /// # Errors
    /// If the stack lacks a part.
    pub fn jobs(&self) -> Result<Jobs> {
        Ok(Jobs::new(self.ledger()?, Schedule::at(TimeScale::REAL)))
    }

    /// The sources that are watched.
    ///
    /// # Errors
    /// If the stack lacks a part.
    pub fn silence(&self) -> Result<Silence> {
        Ok(Silence::new(self.listing()?))
    }

    /// The queue of expectations.
    ///
    /// # Errors
    /// If the stack has none.
    pub fn expectations(&self) -> Result<Queue> {
        let url = self.stack.output(EXPECT_QUEUE_URL).map_err(|_| {
            let deploy = self.session.command("deploy --parameter Expectations=on");
            Error::Conflict(format!("the stack takes no expectations: {deploy} adds their queue"))
        })?;
        Ok(Queue::new(&self.aws, url.to_owned(), LIMITS))
    }

    /// The table of refused deliveries.
    ///
    /// # Errors
    /// If the stack has none.
    pub fn refused(&self) -> Result<RefusedDeliveries> {
        let table = self.stack.output(REFUSED_TABLE).map_err(|_| {
            let deploy = self.session.command("deploy --parameter Quarantine=on");
            Error::Conflict(format!("the stack stores no refused deliveries: {deploy} adds their table"))
        })?;
        Ok(RefusedDeliveries::new(&self.aws, table.to_owned(), LIMITS))
    }

    /// Where what is released of it goes.
    ///
    /// # Errors
    /// If the stack lacks a part.
    pub fn releases(&self) -> Result<Releases> {
        let queue = self.stack.output("EventsQueueUrl")?.to_owned();
        Ok(Releases {
            ledger: self.ledger()?,
            events: Queue::new(&self.aws, queue, LIMITS),
            schedule: Schedule::at(TimeScale::REAL),
        })
    }

    /// The logs of those functions whose log groups the stack names so.
    ///
    /// # Errors
    /// If the stack lacks one.
    pub fn logs(&self, groups: &[&str]) -> Result<FunctionLogs> {
        let group = |name: &&str| Ok(LogGroup::new(&self.aws, self.stack.output(name)?.to_owned(), LIMITS));
        Ok(FunctionLogs::new(groups.iter().map(group).collect::<Result<_>>()?))
    }
}

/// Takes the caller's credentials as they are now.
///
/// # Errors
/// If the caller is not signed in.
pub async fn sign_in(session: &Session) -> Result<Aws> {
    let config = session.config().await?;
    let none = || Error::SignIn("no credentials are configured".into());
    let provider = config.credentials_provider().ok_or_else(none)?;
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| Error::SignIn(crate::aws_error::chain(&error)))?;
    let sign_in = SignIn {
        region: session.region().await?.to_owned(),
        access_key_id: credentials.access_key_id().to_owned(),
        secret_access_key: credentials.secret_access_key().to_owned(),
        session_token: credentials.session_token().map(str::to_owned),
    };
    let mut env = Env::of_process();
    let aws = Aws::signed_in(&mut env, sign_in, config.endpoint_url());
    env.check().map_err(|error| Error::Usage(error.to_string()))?;
    Ok(aws)
}
