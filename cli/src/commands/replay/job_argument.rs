//! A replay job on the command line.

use clap::Args;
use domain::ledger::replay_job::ReplayJobId;

/// A replay job's name.
#[derive(Debug, Args)]
pub(crate) struct JobArgument {
    /// The replay job
    #[arg(value_name = "JOB", value_parser = ReplayJobId::parse)]
    pub(crate) job: ReplayJobId,
}
