//! The screen Consumers: who receives events, how many wait, and the dead letters.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use clap::ValueEnum as _;
use domain::time::Timestamp;
use futures_util::future::try_join_all;
use maud::{Markup, html};
use platform::clock;
use url::form_urlencoded;

use crate::console::icons::Mark;
use crate::console::list::short_type;
use crate::console::pane::{dialog, empty, in_time, trouble};
use crate::console::shell::{Page, Screen};
use crate::console::state::Console;
use crate::console::view::event_href;
use crate::console::words::{count, number, size, time};
use crate::consumers::{Consumer, consumers};
use crate::dead_letters::{DeadLetterQueue, Letter, PutBy, letters};
use crate::error::{Error, Result};
use crate::queues::Queue;

/// The page reads its data again after so many seconds.
const EVERY_SECONDS: u32 = 30;
/// So many dead letters are looked at.
const LETTERS_MAX: usize = 50;

/// The screen.
pub(crate) async fn screen(State(console): State<Arc<Console>>) -> Response {
    let now = clock::now();
    let queues = async {
        let session = &console.session;
        try_join_all(
            DeadLetterQueue::ALL.map(|queue| async move { Ok::<_, Error>((queue, queue.find(session).await?)) }),
        )
        .await
    };
    let (consumers, queues) = tokio::join!(in_time(consumers(&console.session)), in_time(queues));
    let page = Page {
        title: "Consumers".to_owned(),
        screen: Screen::Consumers,
        command: "landfall consumers list".to_owned(),
        read_at: now,
        filter_bar: None,
        body: html! {
            div.now {
                section aria-labelledby="consumers-title" {
                    @match &consumers {
                        Ok(consumers) => {
                            h1 #consumers-title { (count(consumers.len() as u64, "subscription")) " of the topic" }
                            (subscriptions(consumers))
                        }
                        Err(error) => { h1 #consumers-title { "Subscriptions of the topic" } (trouble(error, &console)) }
                    }
                }
                section aria-labelledby="dead-title" {
                    h2 #dead-title { "Dead letters of the stack" }
                    @match &queues { Ok(queues) => (dead_letter_queues(queues)), Err(error) => (trouble(error, &console)) }
                }
            }
        },
        every_seconds: EVERY_SECONDS,
    };
    page.respond(&console)
}

/// What is in a dead-letter queue, for a dialog.
pub(crate) async fn dead_letters(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "queue").map(|(_, queue)| queue);
    dialog(in_time(look(&console, named.as_deref().unwrap_or_default())).await, &console)
}

fn subscriptions(consumers: &[Consumer]) -> Markup {
    if consumers.is_empty() {
        return empty(
            "Nobody has subscribed",
            &html! { p { "Events are published, and nobody gets them. docs/consumers.md says how to subscribe a queue." } },
        );
    }
    let known = |number_of: Option<u64>| number_of.map_or_else(|| "–".to_owned(), number);
    html! {
        table.plain {
            thead { tr {
                th scope="col" { "Queue" } th scope="col" { "Takes" } th.number scope="col" { "Waiting" }
                th.number scope="col" { "Being read" } th.number scope="col" { "Dead letters" } th scope="col" { "Checked" }
            } }
            tbody { @for consumer in consumers {
                @let dead = consumer.dead_letters.unwrap_or_default();
                tr {
                    td { span.marked { (mark(consumer).draw()) b { bdi { (consumer.name) } } } }
                    td.second { (consumer.filter) }
                    td.number { (known(consumer.waiting)) }
                    td.number { (known(consumer.in_flight)) }
                    td.number { @if dead > 0 { span.failed { (number(dead)) } } @else { span.second { (known(consumer.dead_letters)) } } }
                    td.second {
                        @if consumer.problems.is_empty() { "all as it should be" }
                        @else { ul { @for problem in &consumer.problems { li.waiting { (problem) } } } }
                    }
                }
            } }
        }
    }
}

fn mark(consumer: &Consumer) -> Mark {
    match (consumer.is_stale, consumer.dead_letters.unwrap_or_default(), consumer.problems.is_empty()) {
        (true, _, _) => Mark::Refused,
        (false, 1.., _) => Mark::Failed,
        (false, 0, false) => Mark::Waiting,
        (false, 0, true) => Mark::Done,
    }
}

fn dead_letter_queues(queues: &[(DeadLetterQueue, Queue)]) -> Markup {
    html! {
        table.plain {
            thead { tr { th scope="col" { "Queue" } th scope="col" { "Holds" } th.number scope="col" { "Waiting" } th scope="col" { "Send again" } th.number scope="col" { span.visually-hidden { "Look" } } } }
            tbody { @for (queue, found) in queues {
                tr {
                    td { span.marked { @if found.waiting > 0 { (Mark::Failed.draw()) } @else { (Mark::Done.draw()) } b { (queue.as_str()) } } }
                    td.second { @match queue {
                        DeadLetterQueue::Events => "messages that the process function could not read or find a record for",
                        DeadLetterQueue::Consumer => "published events that the consumer gave up, or that SNS could not deliver",
                    } }
                    td.number { (number(found.waiting)) }
                    td { code { "landfall dlq redrive " (queue.as_str()) } }
                    td.number { button.button type="button" disabled[found.waiting == 0] data-form=(format!("/consumers/dead-letters?queue={}", queue.as_str())) { "Look…" } }
                }
            } }
        }
        p.note { "To look receives the messages, and hides them from other readers for a moment." }
    }
}

async fn look(console: &Console, named: &str) -> Result<Markup> {
    let queue = DeadLetterQueue::from_str(named, false).map_err(Error::NotFound)?;
    let letters = letters(&console.session, queue, LETTERS_MAX).await?;
    let now = clock::now();
    Ok(html! {
        h2 { "Dead letters: " (queue.as_str()) }
        @if letters.is_empty() { p { "None could be received. Another reader may have them." } }
        @else { (table(&letters, now)) }
        p.actions { button.button type="button" data-close="" { "Close" } }
    })
}

fn table(letters: &[Letter], now: Timestamp) -> Markup {
    let by = |put_by| match put_by {
        PutBy::Process => "the process function",
        PutBy::Sns => "SNS, which could not deliver it",
        PutBy::Sqs => "SQS: received too often",
        PutBy::Unknown => "somebody else",
    };
    html! {
        table.plain {
            thead { tr { th scope="col" { "Sent" } th scope="col" { "Event" } th scope="col" { "Type" } th scope="col" { "Put here by" } th.number scope="col" { "Size" } } }
            tbody { @for letter in letters { tr {
                td.mono { @match letter.sent_at.as_deref().and_then(Timestamp::parse_rfc3339) { Some(at) => (time(at, now)), None => "–" } }
                td.mono { @match &letter.event_id { Some(id) => a href=(event_href(id)) { bdi { (id) } }, None => (letter.message_id) } }
                td { (short_type(letter.event_type.as_deref().unwrap_or("–"))) }
                td.second { (by(letter.put_by)) @if let Some(reason) = &letter.reason { ": " (reason) } }
                td.number.second { (size(letter.bytes as u64)) }
            } } }
        }
    }
}
