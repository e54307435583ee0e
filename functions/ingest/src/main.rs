//! The thin function: verifies a delivery, records it, enqueues it and answers.
//!
//! A 2xx means that the whole event is durable in at least one store and will be processed without the sender's help.

#[cfg(test)]
mod budget;
mod delivery_log;
mod key_cache;
mod quarantine;
mod receiver;
mod settings;
mod source_cache;
mod store;
mod verification_material;

use std::sync::Arc;

use domain::delivery::trace::Trace;
use domain::receive::answer::{Answer, Response};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::env::Env;
use platform::log::{self, Level};
use serde_json::json;
use serde_json::value::RawValue;

use crate::receiver::Receiver;
use crate::settings::{CONNECT_LIMIT, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = settings::read(Env::of_process())?;
    connect(&settings).await;
    let receiver = Arc::new(Receiver::new(settings));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| respond(Arc::clone(&receiver), event))).await
}

/// Opens the connections that a delivery needs, as far as there is time for it and the services are there. Lambda
/// initialises at full speed: to open them later costs the first sender more than to wait for it.
async fn connect(settings: &Settings) {
    let all = async { tokio::join!(settings.sources.connect(), settings.ledger.connect(), settings.queue.connect()) };
    let _ = tokio::time::timeout(CONNECT_LIMIT, all).await;
}

/// Gives every event an answer. The work runs on a task of its own, so that a panic in it becomes a 503, which
/// senders retry, and not the 502 of a failed function.
async fn respond(receiver: Arc<Receiver>, event: LambdaEvent<Box<RawValue>>) -> Result<Response, Error> {
    let work = tokio::spawn(async move {
        let LambdaEvent { payload, context } = event;
        let trace = context.xray_trace_id.as_deref().and_then(Trace::parse);
        receiver.respond(payload.get(), &context.request_id, trace).await
    });
    Ok(work.await.unwrap_or_else(|_| {
        log::write(Level::Error, "the handler panicked", json!({ "unavailable": 1 }));
        Response::of(&Answer::Unavailable)
    }))
}
