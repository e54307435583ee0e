//! The way of a record: read, claim, resolve, handle, complete.

use std::collections::HashMap;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::claims::{Claim, Claims, Error};
use crate::event::{Event, Refused};

type Handled = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;
type Handler = Box<dyn Fn(Event) -> Handled + Send + Sync>;

/// What SQS hands over, and of that only what is read; `aws_lambda_events::sqs` has all of it.
#[derive(Debug, Deserialize)]
pub struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
}

/// The messages that stay on the queue.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// The inbox's bucket.
pub trait Objects {
    /// The content of an object.
    fn get(&self, bucket: &str, key: &str) -> impl Future<Output = Result<Vec<u8>, Error>> + Send;
}

/// Handles each event once, as far as that can be: a crash between the work and `complete` repeats the work.
pub struct Consumer<C, O> {
    claims: C,
    objects: O,
    bucket: String,
    handlers: HashMap<&'static str, Handler>,
}

impl<C: Claims, O: Objects> Consumer<C, O> {
    /// A consumer that ignores everything. References are followed into `bucket` alone.
    pub fn new(claims: C, objects: O, bucket: &str) -> Consumer<C, O> {
        Consumer { claims, objects, bucket: bucket.to_owned(), handlers: HashMap::new() }
    }

    /// The same with a handler for the events of a type.
    #[must_use]
    pub fn on<F>(mut self, event_type: &'static str, handler: impl Fn(Event) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.handlers.insert(event_type, Box::new(move |event| Box::pin(handler(event))));
        self
    }

    /// What Lambda calls. What is not named in the answer is deleted from the queue.
    pub async fn handle_batch(&self, batch: Batch) -> BatchAnswer {
        let mut answer = BatchAnswer::default();
        for Record { message_id, body } in batch.records {
            // Whatever it is, it is this record's alone.
            if let Err(error) = self.handle(&body).await {
                // Another error's text could quote the event.
                let reason = error.downcast_ref::<Refused>().map_or("an error".to_owned(), Refused::to_string);
                tracing::warn!("message {message_id} stays on the queue: {reason}");
                answer.batch_item_failures.push(Failure { item_identifier: message_id });
            }
        }
        answer
    }

    async fn handle(&self, text: &str) -> Result<(), Error> {
        let event = Event::parse(text)?;
        let Some(handler) = self.handlers.get(event.event_type.as_str()) else {
            tracing::info!("ignored {}: nothing is done for {}", event.id, event.event_type);
            return Ok(());
        };
        let (key, token) = (event.key(), token()?);
        // Before the work, so that two copies of the event are never worked on at the same time.
        match self.claims.claim(&key, &token).await? {
            Claim::Mine => {}
            Claim::Done => {
                tracing::info!("{key} is done already");
                return Ok(());
            }
            // Not a duplicate to delete: whoever holds the claim may crash, and then this message is the only one left.
            Claim::Busy => return Err(Refused::Busy(key).into()),
        }
        let handled = async { handler(self.resolved(event).await?).await };
        if let Err(error) = handled.await {
            if self.claims.release(&key, &token).await.is_err() {
                tracing::warn!("{key} is free only when its lease lapses");
            }
            return Err(error);
        }
        // Not before the work is done: a crash until here lets the lease lapse, and the event comes again.
        self.claims.complete(&key, &token).await
    }

    /// The event with everything in it that lay in the bucket.
    async fn resolved(&self, mut event: Event) -> Result<Event, Error> {
        if let Some(content) = self.fetch(&event, "raw_ref").await? {
            event.set_raw(content);
        }
        if let Some(content) = self.fetch(&event, "assets_ref").await? {
            event.data.insert("assets".to_owned(), serde_json::from_slice(&content)?);
        }
        Ok(event)
    }

    async fn fetch(&self, event: &Event, field: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(reference) = event.reference(field)? else { return Ok(None) };
        if reference.bucket != self.bucket {
            return Err(Refused::OtherBucket.into());
        }
        let content = self.objects.get(&reference.bucket, &reference.key).await?;
        if reference.matches(&content) { Ok(Some(content)) } else { Err(Refused::Changed(reference.key).into()) }
    }
}

fn token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(base16ct::lower::encode_string(&bytes))
}
