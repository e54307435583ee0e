//! `landfall listen`.

use std::time::Duration;

use aws_sdk_sqs::types::Message;
use clap::Args;
use domain::source::source_name::SourceName;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use platform::{clock, random};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, Interval, interval_at};
use url::Url;

use crate::context::Context;
use crate::error::Result;
use crate::filter_options::{event_type, source_name};
use crate::forwarding::{EventAttribute, Route, local_url, value_of};
use crate::interrupt::interrupted;
use crate::listener::{Listener, VISIBILITY, remove_leftovers};
use crate::output::Row;

/// No more events are received while so many are being handled; one receive may bring as many again.
const AT_ONCE: usize = 10;
/// How often the tag of the queue is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(5 * 60);

/// An event that its handler did not take comes again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// The options of `landfall listen`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Events of this source; several times for several, without it all
    #[arg(long = "source", value_name = "NAME", value_parser = source_name)]
    sources: Vec<SourceName>,
    /// Events of this type; several times for several, without it all
    #[arg(long = "type", value_name = "TYPE", value_parser = event_type)]
    event_types: Vec<String>,
    /// Post each event to this URL on this machine
    #[arg(long, value_name = "URL", value_parser = local_url)]
    forward: Option<Url>,
    /// Post events that match to another URL; several times for several, the first that matches counts
    #[arg(long = "route", value_name = "PATTERN=>URL")]
    routes: Vec<Route>,
    /// Listen by a queue of this name, which stays and goes on filling when this ends
    #[arg(long, value_name = "NAME", value_parser = queue_name)]
    name: Option<String>,
}

/// An event that came.
#[derive(Serialize)]
struct HeardEvent {
    at: String,
    r#type: String,
    id: String,
    /// What became of it here: a status, or why there is none.
    result: String,
}

impl Row for HeardEvent {
    const COLUMNS: &'static [&'static str] = &["at", "type", "id", "result"];
}

/// Gets a live copy of the events until it is interrupted.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let (session, now) = (&context.session, clock::now());
    let removed = remove_leftovers(session, now).await?;
    if removed > 0 {
        context.output.words(&format!("{removed} listeners had ended without tidying up: their queues are removed."));
    }
    let name = arguments.name.clone().unwrap_or_else(random::token);
    let listener = Listener::open(session, &policy(arguments), &name, arguments.name.is_some(), now).await?;
    context.output.words(&format!("Subscribed{}. A filter may take some minutes to be in force.", words(arguments)));
    let result = tokio::select! {
        result = follow(&listener, arguments, context) => result,
        () = interrupted() => Ok(()),
    };
    let closed = listener.close().await;
    match (&closed, &arguments.name) {
        (Ok(()), Some(name)) => context.output.words(&format!("The queue {name} stays and goes on filling.")),
        (Ok(()), None) => context.output.words("The subscription and its queue are removed."),
        (Err(_), _) => {}
    }
    result.and(closed)
}

async fn follow(listener: &Listener, arguments: &Arguments, context: &Context) -> Result<()> {
    let (mut handling, mut is_ready) = (FuturesUnordered::new(), false);
    let mut renewal = every(RENEW_EVERY);
    let mut receive = Box::pin(listener.receive(10)).fuse();
    loop {
        tokio::select! {
            received = &mut receive, if handling.len() < AT_ONCE => {
                for message in received? {
                    handling.push(handle(listener, arguments, message));
                }
                receive = Box::pin(listener.receive(10)).fuse();
            }
            Some(handled) = handling.next() => {
                if let Some(event) = handled? {
                    if !is_ready {
                        context.output.words("Ready: the first event has come.");
                        is_ready = true;
                    }
                    context.output.line(&event)?;
                }
            }
            _ = renewal.tick() => listener.renew(clock::now()).await?,
        }
    }
}

/// Hands an event over, and deletes its message if that went well. Without a URL, to be shown is all that it needs. `None`
/// if it was not asked for.
async fn handle(listener: &Listener, arguments: &Arguments, message: Message) -> Result<Option<HeardEvent>> {
    let (body, receipt) = (message.body().unwrap_or_default(), message.receipt_handle().unwrap_or_default());
    let event: Value = serde_json::from_str(body).unwrap_or_default();
    if !is_asked_for(arguments, &event) {
        listener.delete(receipt).await?;
        return Ok(None);
    }
    let began_at = Instant::now();
    let (result, is_done) = match route(arguments, &event) {
        Some(route) => match post(listener, &route, body, receipt).await {
            Ok(status) => {
                let took = began_at.elapsed().as_millis();
                (format!("{status} from {} in {took} ms", route.url()), (200..300).contains(&status))
            }
            Err(error) => (format!("{error}; it comes again"), false),
        },
        None => ("shown".to_owned(), true),
    };
    match is_done {
        true => listener.delete(receipt).await?,
        false => listener.hide(receipt, AGAIN_AFTER).await?,
    }
    Ok(Some(HeardEvent {
        at: clock::now().to_string(),
        r#type: value_of(&event, EventAttribute::Type).to_owned(),
        id: event["id"].as_str().unwrap_or("no event").to_owned(),
        result,
    }))
}

/// Posts an event. The message stays hidden while the handler runs, so that it may stand still at a breakpoint.
async fn post(listener: &Listener, route: &Route, body: &str, receipt: &str) -> Result<u16> {
    let mut extension = every(VISIBILITY / 3);
    let mut request = Box::pin(route.post(body));
    loop {
        tokio::select! {
            status = &mut request => return status,
            // The handler has the event already, whether this goes well or not.
            _ = extension.tick() => drop(listener.hide(receipt, VISIBILITY).await),
        }
    }
}

/// Ticks for the first time when `period` is over.
fn every(period: Duration) -> Interval {
    interval_at(Instant::now() + period, period)
}

/// The first route that takes it, or else the URL for all.
fn route(arguments: &Arguments, event: &Value) -> Option<Route> {
    let routed = arguments.routes.iter().find(|route| route.takes(event)).cloned();
    routed.or_else(|| arguments.forward.clone().map(Route::of_all))
}

/// SNS may take a quarter of an hour to follow a filter.
fn is_asked_for(arguments: &Arguments, event: &Value) -> bool {
    let (source, event_type) = (value_of(event, EventAttribute::Source), value_of(event, EventAttribute::Type));
    (arguments.sources.is_empty() || arguments.sources.iter().any(|asked| asked.as_str() == source))
        && (arguments.event_types.is_empty() || arguments.event_types.iter().any(|asked| asked == event_type))
}

/// What is asked for, as a filter policy.
fn policy(arguments: &Arguments) -> Map<String, Value> {
    let sources: Vec<String> = arguments.sources.iter().map(ToString::to_string).collect();
    let fields = [("source", json!(sources)), ("type", json!(arguments.event_types))];
    fields
        .into_iter()
        .filter(|(_, values)| values != &json!([]))
        .map(|(name, values)| (name.to_owned(), values))
        .collect()
}

fn words(arguments: &Arguments) -> String {
    match (arguments.sources.len(), arguments.event_types.len()) {
        (0, 0) => " to all events".to_owned(),
        _ => format!(": {}", json!(policy(arguments))),
    }
}

fn queue_name(text: &str) -> std::result::Result<String, String> {
    let is_name = (1..=60).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_name {
        Ok(text.to_owned())
    } else {
        Err(format!("{text} is no name of a queue: write up to 60 letters, digits, - and _"))
    }
}
