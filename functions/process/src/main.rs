//! The heavy function: claims an event, brings it into the one shape, publishes it and settles it.
//!
//! The ledger is the retry schedule, the queue only carries: a message whose event may not be worked on now is deleted,
//! and the event's due time brings it back. Only while the ledger cannot be reached does a message stay.

mod archive;
mod attempt;
mod batch;
mod claim;
mod clients;
mod confirm;
mod deadline;
mod expect_queue;
mod expectations;
mod isolation;
mod job;
mod memory;
mod outcome;
mod polled;
mod process_log;
mod processor;
mod publish;
mod publisher;
mod source_config;
mod source_paces;
mod steps;
mod stop;

use std::sync::Arc;

use domain::time::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};

use crate::batch::{Batch, BatchAnswer};
use crate::clients::Clients;
use crate::deadline::Deadline;
use crate::processor::Processor;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let processor = Arc::new(Processor::new(Clients::from_env()?));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Batch>| process(Arc::clone(&processor), event))).await
}

async fn process(processor: Arc<Processor>, event: LambdaEvent<Batch>) -> Result<BatchAnswer, Error> {
    let deadline = Timestamp::from_millis(i64::try_from(event.context.deadline).unwrap_or(i64::MAX));
    let request_id: Arc<str> = event.context.request_id.into();
    batch::run(event.payload, |message| {
        let (processor, request_id) = (Arc::clone(&processor), Arc::clone(&request_id));
        // Taken before any task runs, so that the publisher knows how many there are.
        let place = processor.publish_place();
        async move { processor.handle(message, place, &request_id, Deadline(deadline)).await }
    })
    .await
}
