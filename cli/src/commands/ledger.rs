//! `landfall ledger`: looking after the table.

use clap::Subcommand;
use operator::backfill::{self, BackfillReport};
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::Row;
use crate::services::Services;

/// What to do with the table.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// List what was recorded by versions that had no listing: once, after the first deployment of one that has
    Backfill,
}

/// What was done.
#[derive(Serialize)]
struct BackfillResult {
    read: u64,
    written: u64,
}

impl Row for BackfillResult {
    const COLUMNS: &'static [&'static str] = &["read", "written"];
}

impl LedgerCommand {
    /// Does it.
    ///
    /// # Errors
    /// They say who must do what.
    pub async fn run(self, context: &Context) -> Result<()> {
        let LedgerCommand::Backfill = self;
        let ledger = Services::of(&context.session).await?.ledger()?;
        let question = "Read the whole table, and write 2 to 3 units for each record that is not listed?";
        context.prompt.agree(question)?;
        let work = async { backfill::run(&ledger).await.map_err(Error::from) };
        let Some(BackfillReport { read, written }) = context.interrupt.or(work).await? else {
            return Err(Error::Interrupted("What is listed stays listed: run the same command again to go on.".into()));
        };
        context.output.item(&BackfillResult { read, written })
    }
}
