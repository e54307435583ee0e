//! The heavy function: claims an event, brings it into the one shape, publishes it and settles it.
//!
//! The ledger is the retry schedule, the queue only carries: a message whose event may not be worked on now is deleted,
//! and the event's due time brings it back. Only while the ledger cannot be reached does a message stay.

mod act;
mod archive;
mod batch;
mod claim;
mod confirm;
mod desk;
mod process_log;
mod settings;
mod source_options;

use std::sync::Arc;

use domain::time::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};

use crate::batch::{Batch, BatchAnswer};
use crate::desk::Desk;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let desk = Arc::new(Desk::new(settings::read()?));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Batch>| process(Arc::clone(&desk), event))).await
}

async fn process(desk: Arc<Desk>, event: LambdaEvent<Batch>) -> Result<BatchAnswer, Error> {
    let deadline = Timestamp::from_millis(i64::try_from(event.context.deadline).unwrap_or(i64::MAX));
    let request_id: Arc<str> = event.context.request_id.into();
    batch::run(event.payload, |delivery| {
        let (desk, request_id) = (Arc::clone(&desk), Arc::clone(&request_id));
        async move { desk.handle(delivery, &request_id, deadline).await }
    })
    .await
}
