//! `landfall cost`.

use std::time::Duration;

use clap::Args;
use platform::clock;

use crate::context::Context;
use crate::cost::bill;
use crate::error::Result;
use crate::prices::Prices;

/// The options of `landfall cost`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Of so many days up to now
    #[arg(long, value_name = "DAYS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    days: u64,
}

/// Shows what the stack has cost.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let prices = Prices::known();
    let window = Duration::from_secs(arguments.days * 24 * 3600);
    let bill = bill(&context.session, window, clock::now(), &prices).await?;
    context.output.rows(&bill.expenses)?;
    let days = arguments.days;
    context.output.words(&format!(
        "{days} days with {} events: ${:.2}, at most, by list prices of {} ({}). Calls to S3, bytes that leave AWS and free \
         tiers are not in it.",
        bill.events,
        bill.total(),
        prices.region,
        prices.stated
    ));
    if let Some(dollars) = bill.per_million() {
        context
            .output
            .words(&format!("A million events cost ${dollars:.2} at this rate, beside what a month costs anyway."));
    }
    Ok(())
}
