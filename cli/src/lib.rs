//! The operator's tool, as a library: its program is one call of [`main`].
//!
//! A command gets a [`context::Context`], which connects to AWS only when the command asks it to. Data goes to standard
//! output, words go to standard error, and an [`error::Error`] says who must do what.

pub mod alarms;
pub mod arguments;
pub mod aws_error;
pub mod backfill;
mod command_line;
pub mod commands;
mod console;
pub mod consumers;
pub mod context;
pub mod cost;
pub mod dead_letters;
pub mod deliveries;
mod deployment;
pub mod deployment_options;
pub mod development_sender;
pub mod doctor;
pub mod edit;
pub mod error;
pub mod event_row;
mod events_argument;
pub mod exported_event;
pub mod filter_options;
pub mod forwarding;
pub mod fresh_ids;
pub mod handover;
pub mod http;
pub mod id_argument;
pub mod interrupt;
pub mod job_metrics;
pub mod job_row;
mod keyboard;
pub mod lambda_batch;
pub mod ledger_counts;
pub mod listener;
pub mod live_view;
pub mod local_event;
pub mod local_handler;
mod mcp;
pub mod metrics;
pub mod moment;
pub mod new_source;
pub mod options;
pub mod output;
pub mod page_reader;
pub mod permissions;
pub mod played_sender;
pub mod plot;
mod poll;
pub mod prices;
pub mod prompt;
pub mod queues;
#[cfg(test)]
mod reference;
mod refused;
pub mod registration;
pub mod sample;
pub mod scheme_form;
pub mod scheme_search;
pub mod sender;
pub mod sender_answer;
pub mod sender_options;
pub mod services;
pub mod session;
mod shell_word;
pub mod signing;
pub mod source_options;
pub mod source_store;
pub mod stack;
pub mod stack_status;
pub mod test_delivery;
pub mod vector;
pub mod verdict;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::arguments::Arguments;
use crate::command_line::CommandLine;
use crate::context::Context;
use crate::error::{Error, Result};

/// All commands.
const COMMAND_LINE: CommandLine = CommandLine { description: Arguments::command, run };

/// Runs the command that this process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // One thread: a command waits for AWS most of the time.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let context = Context::new(arguments.options);
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(arguments.command.run(COMMAND_LINE, &context));
            // A thread may still wait for standard input, which nothing ends.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(Error::Unavailable(format!("this machine has no room for the program: {error}"))),
    };
    match result {
        // Who reads has seen enough, such as `head`.
        Ok(()) | Err(Error::OutputClosed) => ExitCode::SUCCESS,
        Err(error) => {
            context.output.words(&format!("landfall: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Runs the command that these words are, in a context that is not of their options.
fn run(words: Vec<String>, context: Context) -> LocalBoxFuture<'static, Result<()>> {
    async move {
        let arguments = Arguments::try_parse_from(words).map_err(|error| Error::Usage(error.to_string()))?;
        arguments.command.run(COMMAND_LINE, &context).await
    }
    .boxed_local()
}
