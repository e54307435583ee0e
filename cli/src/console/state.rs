//! What the console's pages share.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::digest::Digest;
use domain::ledger::replay_job::ReplayJobId;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;
use platform::aws::Aws;
use platform::{clock, random};

use crate::console::release_run::ReleaseRun;
use crate::error::{Error, Result};
use crate::services::{Services, sign_in};
use crate::session::Session;

/// Credentials are asked for again after this: those of SSO are renewed outside this program.
const SIGN_IN_FOR: Duration = Duration::from_secs(60);

/// What the console's pages share.
pub(crate) struct Console {
    /// AWS, or the local stack.
    pub(crate) session: Session,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Who is signed in, for the pages that say what is not allowed.
    pub(crate) caller: String,
    /// The region, for the bar of all pages.
    pub(crate) region: String,
    /// In the URL that is printed at the start; nothing once it has been used.
    token: Mutex<Option<Digest>>,
    /// The digest of the cookie's value.
    cookie: Mutex<Option<Digest>>,
    signed_in: Mutex<Option<(Timestamp, Aws)>>,
    /// The replay jobs that this console runs; of one that has ended badly, why.
    runs: Mutex<BTreeMap<ReplayJobId, Option<String>>>,
    /// The release of refused deliveries that this console runs, or has run last.
    release: Mutex<Option<ReleaseRun>>,
}

impl Console {
    /// The console at `address`, and the token of the URL that opens it.
    pub(crate) fn new(session: Session, address: SocketAddr, caller: String, region: String) -> (Console, String) {
        let token = random::secret();
        let console = Console {
            session,
            address,
            caller,
            region,
            token: Mutex::new(Some(Digest::of(token.as_bytes()))),
            cookie: Mutex::new(None),
            signed_in: Mutex::new(None),
            runs: Mutex::default(),
            release: Mutex::default(),
        };
        (console, token)
    }

    /// Takes the token, once, for a cookie.
    pub(crate) fn open(&self, token: &str) -> Option<String> {
        let mut expected = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        // Digests are compared, so that the time tells nothing of the token.
        if *expected != Some(Digest::of(token.as_bytes())) {
            return None;
        }
        *expected = None;
        let cookie = random::secret();
        *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) = Some(Digest::of(cookie.as_bytes()));
        Some(cookie)
    }

    /// Whether this is the cookie's value.
    pub(crate) fn knows(&self, cookie: &str) -> bool {
        let expected = self.cookie.lock().unwrap_or_else(PoisonError::into_inner);
        *expected == Some(Digest::of(cookie.as_bytes()))
    }

    /// The parts of the stack, with credentials that are a minute old at most.
    ///
    /// # Errors
    /// If the caller is not signed in, or there is no stack.
    pub(crate) async fn services(&self) -> Result<Services<'_>> {
        let stack = self.session.stack().await?;
        let now = clock::now();
        let known = self.signed_in.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, aws)) = known
            && now < at + SIGN_IN_FOR
        {
            return Ok(Services::with(aws, &self.session, stack));
        }
        let aws = sign_in(&self.session).await?;
        *self.signed_in.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, aws.clone()));
        Ok(Services::with(aws, &self.session, stack))
    }

    /// Notes that a job is run; `false` if this console runs it already.
    pub(crate) fn begin_run(&self, id: &ReplayJobId) -> bool {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let is_run = runs.get(id).is_some_and(Option::is_none);
        if !is_run {
            runs.insert(id.clone(), None);
        }
        !is_run
    }

    /// Notes that a run has ended, and why if badly.
    pub(crate) fn end_run(&self, id: &ReplayJobId, error: Option<String>) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            Some(error) => runs.insert(id.clone(), Some(error)),
            None => runs.remove(id),
        };
    }

    /// The jobs that this console runs.
    pub(crate) fn running(&self) -> Vec<ReplayJobId> {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.iter().filter(|(_, error)| error.is_none()).map(|(id, _)| id.clone()).collect()
    }

    /// Why the latest run of a job here has ended badly.
    pub(crate) fn failure_of(&self, id: &ReplayJobId) -> Option<String> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned().flatten()
    }

    /// Notes that stored deliveries are released; `false` while others are.
    pub(crate) fn begin_release(&self, source: &SourceName, refusal: Refusal) -> bool {
        let mut release = self.release.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = release.as_ref().is_none_or(|run| !run.is_running());
        if is_free {
            *release = Some(ReleaseRun::of(source.clone(), refusal));
        }
        is_free
    }

    /// Notes how the release stands.
    pub(crate) fn change_release(&self, change: impl FnOnce(&mut ReleaseRun)) {
        if let Some(run) = self.release.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            change(run);
        }
    }

    /// The release that runs, or the last one.
    pub(crate) fn release_run(&self) -> Option<ReleaseRun> {
        self.release.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has the credentials asked for again if they were refused.
    pub(crate) fn note(&self, error: &Error) {
        if matches!(error, Error::SignIn(_)) {
            *self.signed_in.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}
