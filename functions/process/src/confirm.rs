//! Asking the sender's own API whether an event that a token alone vouches for is true.

use std::borrow::Cow;
use std::sync::Arc;

use domain::canonical::Canonical;
use domain::compiled_provider::CompiledProvider;
use domain::confirm::{Inquiry, Need, Verdict, need};
use domain::download::target::Loopback;
use domain::event::{Event, VerifiedBy};
use domain::ledger::schedule::ATTEMPTS_MAX;
use domain::ledger::settle::Work;
use domain::source::{Options, OptionsError};
use domain::time::Timestamp;

use crate::act::enough_time_for_a_step;
use crate::desk::{Desk, as_work};

/// An event as it is passed on.
pub(crate) struct Told<'a> {
    /// How it is known; all else of it stays as it was delivered.
    pub(crate) event: Event,
    /// What it says.
    pub(crate) canonical: Canonical,
    /// The sender's own text of it: the delivery's body, or the API's answer once that has taken its place.
    pub(crate) raw: Cow<'a, [u8]>,
}

/// Confirms an event if it has to be. Of one that is confirmed, nothing is left that only the delivery claimed.
pub(crate) async fn confirm<'a>(
    desk: &Desk,
    told: Told<'a>,
    sender: &Arc<CompiledProvider>,
    options: &Options,
    attempts: u32,
    deadline: Timestamp,
) -> Result<Told<'a>, Work> {
    let access = options.confirm.as_ref();
    let inquiry = match need(&told.event, sender, &told.canonical, &told.raw, access) {
        Need::None => return Ok(told),
        Need::Unaskable => {
            let reason = "unconfirmable: the sender's API cannot be asked about such an event".to_owned();
            return Err(Work::Permanent { reason });
        }
        Need::Ask(inquiry) => inquiry,
    };
    if access.is_some_and(|access| access.test_only_base_url.is_some()) && desk.loopback == Loopback::Refused {
        return Err(Work::Retryable { reason: OptionsError::BaseUrlOutsideTests.to_string() });
    }
    enough_time_for_a_step(deadline)?;
    let (canonical, answer) = ask(desk, &inquiry, attempts).await?;
    let event = Event { verified_by: VerifiedBy::Confirmed, ..told.event };
    Ok(Told { event, canonical, raw: Cow::Owned(answer) })
}

/// Gives the API's own account, and the answer that holds it.
async fn ask(desk: &Desk, inquiry: &Inquiry, attempts: u32) -> Result<(Canonical, Vec<u8>), Work> {
    let answer = desk.provider_api.ask(inquiry.request()).await.map_err(|trouble| as_work(&trouble))?;
    let reason = |text: &str| text.to_owned();
    match inquiry.verdict(&answer) {
        Verdict::Agrees(canonical) => Ok((*canonical, answer.body)),
        Verdict::NotYet { reason } => Err(Work::Retryable { reason }),
        Verdict::Unknown if attempts < ATTEMPTS_MAX => {
            Err(Work::Retryable { reason: reason("the sender's API does not know of it yet") })
        }
        Verdict::Unknown => Err(Work::Contradicted { reason: reason("the sender's API has never heard of it") }),
        Verdict::Contradicts => Err(Work::Contradicted { reason: reason("the sender's API tells the opposite") }),
    }
}
