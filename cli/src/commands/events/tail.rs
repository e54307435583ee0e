//! `landfall events tail`.

use std::time::Duration;

use clap::Args;
use domain::ledger::listing::filter::{Filter, View};
use domain::ledger::listing::follow::Follow;
use operator::listing::Listing;
use platform::clock;
use platform::service_error::ServiceErrorKind;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::event_row::EventRow;
use crate::filter_options::FilterOptions;
use crate::services::Services;

/// How often the ledger is read.
const EVERY: Duration = Duration::from_secs(1);

/// The options of `landfall events tail`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    pub(crate) filter: FilterOptions,
}

/// Shows events as they arrive, until it is interrupted.
pub(crate) async fn run(options: &FilterOptions, context: &Context) -> Result<()> {
    if options.until.is_some() || options.since.is_some() {
        return Err(Error::Usage("what is followed has no --since and no --until: landfall events list has".into()));
    }
    let listing = Services::of(&context.session).await?.listing()?;
    let filter = options.filter(&listing).await?;
    if !matches!(filter.view, View::Arrived | View::Subject(_) | View::ScatteredSubject(_)) {
        return Err(Error::Usage("what is followed is what arrives: add --view arrived".into()));
    }
    context.interrupt.or(follow(&listing, &filter, context)).await.map(drop)
}

async fn follow(listing: &Listing, filter: &Filter, context: &Context) -> Result<()> {
    let mut follow = Follow::from(clock::now());
    let mut was_in_trouble = false;
    loop {
        match listing.look(filter, &mut follow, clock::now()).await {
            Ok(rows) => {
                rows.into_iter().try_for_each(|row| context.output.line(&EventRow::from(row)))?;
                was_in_trouble = false;
            }
            Err(error) if error.refusal().is_none() && error.kind() == ServiceErrorKind::Retryable => {
                if !was_in_trouble {
                    context.output.words(&format!("{error}; it is tried again"));
                }
                was_in_trouble = true;
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(EVERY).await;
    }
}
