//! `landfall listen`.

use std::time::Duration;

use clap::Args;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use platform::{clock, random};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, Interval, interval_at};
use url::Url;

use crate::backfill::{Backfill, Deduplicator, EventKey, Owner};
use crate::context::Context;
use crate::development_sender::DevelopmentSender;
use crate::error::{Error, Result};
use crate::filter_options::{event_type, source_name};
use crate::forwarding::{EventAttribute, Route, local_url, value_of};
use crate::keyboard::Keyboard;
use crate::listener::{Listener, VISIBILITY, remove_leftovers};
use crate::live_view::{LiveView, Origin, Step};
use crate::local_event::LocalEvent;
use crate::local_handler::{AGAIN_AFTER, HandlerResult, LocalHandler, RECEIVED_AT_ONCE};
use crate::moment::instant;
use crate::sender_options::SenderOptions;

/// No more events are received while so many are being handled; one receive may bring as many again.
const AT_ONCE: usize = 10;
/// How often the tag of the queue is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(5 * 60);

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
    /// Run this command of the shell for each event, which it reads from its standard input; an exit code other than 0 brings
    /// the event again
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["forward", "routes"])]
    exec: Option<String>,
    /// Invoke a function in an emulator of Lambda with what SQS would bring it, up to 10 events a batch. Of a batch, those come
    /// again that it names in batchItemFailures, or all if it fails. The URL of the function is for example
    /// http://127.0.0.1:9001/2015-03-31/functions/NAME/invocations
    #[arg(long, value_name = "URL", value_parser = local_url, conflicts_with_all = ["forward", "routes", "exec"])]
    as_batch: Option<Url>,
    /// Handle also what was published since then, read from the ledger: RFC 3339, or how long ago (90s, 15m, 2h,
    /// 7d). Such events are marked with "landfallbackfill": true
    #[arg(long, value_name = "TIME", value_parser = instant)]
    since: Option<Timestamp>,
    /// Forward to a receiver of your own: rebuild what the sender sent, and sign it by the sender's description with a secret for
    /// development
    #[arg(long, conflicts_with_all = ["exec", "as_batch"])]
    as_sender: bool,
    #[command(flatten)]
    sender: SenderOptions,
    /// Listen by a queue of this name, which stays and goes on filling when this ends
    #[arg(long, value_name = "NAME", value_parser = queue_name)]
    name: Option<String>,
}

/// Gets a live copy of the events until it is interrupted.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let sender = sender(arguments, context).await?;
    let (session, now) = (&context.session, clock::now());
    let removed = remove_leftovers(session, now).await?;
    if removed > 0 {
        context.output.words(&format!("{removed} listeners had ended without tidying up: their queues are removed."));
    }
    let name = arguments.name.clone().unwrap_or_else(random::token);
    let listener = Listener::open(session, &policy(arguments), &name, arguments.name.is_some(), now).await?;
    context.output.words(&format!("Subscribed{}. A filter may take some minutes to be in force.", words(arguments)));
    let (handler, deduplicator) = (handler(arguments, sender, &listener), Deduplicator::default());
    let keyboard = Keyboard::open();
    let view = LiveView::new(&context.output, keyboard.is_some());
    let work = async {
        let backfill = backfill(&handler, &deduplicator, arguments, context, &view);
        let follow = follow(&listener, &handler, &deduplicator, arguments, &view);
        tokio::try_join!(follow, backfill, hand_over_again(keyboard, &handler, &view)).map(drop)
    };
    let result = tokio::select! {
        result = work => result,
        () = context.interrupt.wait() => Ok(()),
    };
    drop(view);
    let closed = listener.close().await;
    match (&closed, &arguments.name) {
        (Ok(()), Some(name)) => context.output.words(&format!("The queue {name} stays and goes on filling.")),
        (Ok(()), None) => context.output.words("The subscription and its queue are removed."),
        (Err(_), _) => {}
    }
    result.and(closed)
}

async fn follow(
    listener: &Listener,
    handler: &LocalHandler,
    deduplicator: &Deduplicator,
    arguments: &Arguments,
    view: &LiveView<'_>,
) -> Result<()> {
    let (mut handling, mut is_ready) = (FuturesUnordered::new(), false);
    let mut renewal = every(RENEW_EVERY);
    let mut receive = Box::pin(listener.receive(RECEIVED_AT_ONCE)).fuse();
    loop {
        tokio::select! {
            received = &mut receive, if handling.len() < AT_ONCE => {
                let mut events = Vec::new();
                for event in received?.into_iter().map(LocalEvent::of) {
                    let receipt = event.receipt().unwrap_or_default();
                    // SNS may take a quarter of an hour to follow a filter.
                    if !is_asked_for(arguments, &event.json) {
                        listener.delete(receipt).await?;
                        continue;
                    }
                    let owner = arguments.since.map(|_| deduplicator.owner(EventKey::of(&event), Owner::Subscription));
                    match owner.unwrap_or(Owner::Subscription) {
                        Owner::Subscription => events.push(event),
                        Owner::Backfill => listener.hide(receipt, AGAIN_AFTER).await?,
                        Owner::BackfillDone => listener.delete(receipt).await?,
                    }
                }
                while !events.is_empty() {
                    let rest = events.split_off(handler.events_at_once().min(events.len()));
                    handling.push(handle(listener, handler, std::mem::replace(&mut events, rest)));
                }
                receive = Box::pin(listener.receive(RECEIVED_AT_ONCE)).fuse();
            }
            Some(handled) = handling.next() => {
                if !is_ready {
                    view.words("Ready: the first event has come.");
                    is_ready = true;
                }
                handled?.iter().try_for_each(|(event, result)| view.show(event, Origin::Live, result))?;
            }
            _ = renewal.tick() => listener.renew(clock::now()).await?,
        }
    }
}

/// Has the events of the past handled.
async fn backfill(
    handler: &LocalHandler,
    deduplicator: &Deduplicator,
    arguments: &Arguments,
    context: &Context,
    view: &LiveView<'_>,
) -> Result<()> {
    let Some(since) = arguments.since else { return Ok(()) };
    let mut backfill = Backfill::of(&context.session).await?;
    let rows = backfill.list(&arguments.sources, since).await?;
    view.words(&format!("Backfill: {} events were published since {since}.", rows.len()));
    let confirmed = rows.iter().filter(|row| row.outcome.contains_key("verified_by")).count();
    if confirmed > 0 {
        view.words(&format!(
            "{confirmed} of them say what their webhooks said: what the sender's API answered is not stored."
        ));
    }
    let is_ours = |event: &LocalEvent| {
        is_asked_for(arguments, &event.json)
            && deduplicator.owner(EventKey::of(event), Owner::Backfill) == Owner::Backfill
    };
    let report = |event: &LocalEvent, result: HandlerResult| {
        if result.is_success {
            deduplicator.finish(EventKey::of(event));
        }
        view.show(event, Origin::Backfill, &result)
    };
    backfill.hand_over(rows, handler, is_ours, report, view).await?;
    view.words("The backfill has ended.");
    Ok(())
}

/// Has events handled, and deletes the messages of those with which that went well. The messages stay hidden meanwhile, so that
/// the handler may stand still at a breakpoint.
async fn handle(
    listener: &Listener,
    handler: &LocalHandler,
    events: Vec<LocalEvent>,
) -> Result<Vec<(LocalEvent, HandlerResult)>> {
    let mut extension = every(VISIBILITY / 3);
    let mut handling = Box::pin(handler.handle(&events));
    let results = loop {
        tokio::select! {
            results = &mut handling => break results,
            _ = extension.tick() => for receipt in events.iter().filter_map(LocalEvent::receipt) {
                // The handler has the event already, whether this goes well or not.
                drop(listener.hide(receipt, VISIBILITY).await);
            },
        }
    };
    drop(handling);
    for (event, result) in events.iter().zip(&results) {
        match event.receipt() {
            Some(receipt) if result.is_success => listener.delete(receipt).await?,
            Some(receipt) => listener.hide(receipt, AGAIN_AFTER).await?,
            None => {}
        }
    }
    Ok(events.into_iter().zip(results).collect())
}

/// Hands the chosen event over once more for each `r`, to this listener's handler alone: nothing in the ledger or in a queue
/// changes.
async fn hand_over_again(keyboard: Option<Keyboard>, handler: &LocalHandler, view: &LiveView<'_>) -> Result<()> {
    let Some(mut keyboard) = keyboard else { return Ok(()) };
    while let Some(key) = keyboard.key().await {
        match key {
            'r' => {
                let Some(event) = view.chosen() else { continue };
                let results = handler.handle(std::slice::from_ref(&event)).await;
                results.iter().try_for_each(|result| view.show(&event, Origin::Again, result))?;
            }
            'k' => view.choose(Step::Earlier),
            'j' => view.choose(Step::Later),
            '\u{1b}' => view.choose(Step::Latest),
            _ => {}
        }
    }
    Ok(())
}

/// Ticks for the first time when `period` is over.
fn every(period: Duration) -> Interval {
    interval_at(Instant::now() + period, period)
}

/// What the events go to.
fn handler(arguments: &Arguments, sender: Option<Box<DevelopmentSender>>, listener: &Listener) -> LocalHandler {
    if let Some(url) = &arguments.as_batch {
        return LocalHandler::Function { url: url.clone(), queue_arn: listener.arn().to_owned() };
    }
    if let Some(command) = &arguments.exec {
        return LocalHandler::Command(command.clone());
    }
    let for_all = arguments.forward.clone().map(Route::of_all);
    LocalHandler::Servers { routes: arguments.routes.iter().cloned().chain(for_all).collect(), sender }
}

/// Who sends the events to a receiver, if that is asked for.
async fn sender(arguments: &Arguments, context: &Context) -> Result<Option<Box<DevelopmentSender>>> {
    match arguments.as_sender {
        true if arguments.forward.is_none() && arguments.routes.is_empty() => {
            Err(Error::Usage("--as-sender needs the URL of your receiver: add --forward".into()))
        }
        true => Ok(Some(Box::new(DevelopmentSender::new(&arguments.sender, context).await?))),
        false if arguments.sender.secret_stdin || arguments.sender.description.is_some() => {
            Err(Error::Usage("--secret-stdin and --description are for --as-sender".into()))
        }
        false => Ok(None),
    }
}

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
