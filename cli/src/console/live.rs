//! The events of a view as they arrive, and how they go on, as a stream of server-sent events.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use domain::event::event_id::EventId;
use domain::ledger::listing::filter::{self, Filter};
use domain::ledger::listing::follow::Follow;
use domain::ledger::listing::row::Row;
use domain::ledger::record::State as EventState;
use domain::time::Timestamp;
use futures_util::stream;
use operator::listing::Listing;
use platform::clock;
use serde_json::json;
use tokio::time::{Interval, MissedTickBehavior, interval};
use url::form_urlencoded;

use crate::console::events::is_followed;
use crate::console::list::line;
use crate::console::state::Console;
use crate::console::view::View;
use crate::error::{Error, Result};

/// How often the ledger is read.
const EVERY: Duration = Duration::from_secs(2);
/// So many events are watched until they end; the earliest are given up first.
const WATCHED_MAX: usize = 200;
/// So many of them are read each time.
const READ_MAX: usize = 20;

/// What a browser follows.
struct Watch {
    console: Arc<Console>,
    view: View,
    /// What the page shows.
    filter: Filter,
    follow: Follow,
    /// Events that go on, with how they stood and whether the page has them.
    open: HashMap<EventId, Open>,
    ticks: Interval,
}

struct Open {
    state: EventState,
    attempts: u32,
    is_shown: bool,
    read_at: Timestamp,
}

/// The stream. `from` says when the page was read, `watch` which events of it go on.
pub(crate) async fn live(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    match begin(console.clone(), &query.unwrap_or_default()).await {
        Ok(watch) => Sse::new(stream::unfold(watch, |mut watch| async move {
            let event = watch.next().await;
            Some((Ok::<_, Infallible>(event), watch))
        }))
        .into_response(),
        Err(error) => {
            let once = stream::iter([Ok::<_, Infallible>(trouble(&error, &console))]);
            Sse::new(once).into_response()
        }
    }
}

async fn begin(console: Arc<Console>, query: &str) -> Result<Watch> {
    let view = View::parse(query);
    let options = view.options()?;
    let listing = console.services().await?.listing()?;
    let filter = options.filter(&listing).await?;
    if !is_followed(&filter) {
        return Err(Error::Usage("this list is no list of what arrives".into()));
    }
    let mut from = clock::now();
    let mut open = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "from" => from = value.parse().map_or(from, Timestamp::from_millis),
            "watch" => {
                let unread = Open { state: EventState::Received, attempts: 0, is_shown: true, read_at: from };
                open.extend(EventId::parse(&value).ok().map(|id| (id, unread)));
            }
            _ => {}
        }
    }
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Ok(Watch { console, view, filter, follow: Follow::from(from), open, ticks })
}

impl Watch {
    /// Waits, and says what has come since, which may be nothing.
    async fn next(&mut self) -> Event {
        self.ticks.tick().await;
        let now = clock::now();
        match self.look(now).await {
            Ok(rows) => {
                let view = View { selected: None, ..self.view.clone() };
                let rows: Vec<_> = rows
                    .iter()
                    .map(|row| json!({"id": row.event.id.as_str(), "html": line(row, &view, now).into_string()}))
                    .collect();
                Event::default().event("rows").data(json!({"rows": rows, "at": now.to_string()}).to_string())
            }
            Err(error) => trouble(&error, &self.console),
        }
    }

    async fn look(&mut self, now: Timestamp) -> Result<Vec<Row>> {
        let listing = self.console.services().await?.listing()?;
        // A state changes: what arrives is watched until it is what is asked for.
        let state = if self.filter.view == filter::View::Failed { self.filter.state } else { None };
        let arriving = Filter { state, ..self.filter.clone() };
        // All is read before any of it is taken: a read that fails loses no row.
        let going_on = self.going_on(&listing, now).await?;
        let arrived = listing.look(&arriving, &mut self.follow, now).await?;
        // Both may have read the same event, and one row is enough.
        let read: HashSet<EventId> = going_on.iter().map(|row| row.event.id.clone()).collect();
        let arrived = arrived.into_iter().filter(|row| !read.contains(&row.event.id));
        let mut rows = Vec::new();
        for row in going_on.into_iter().chain(arrived) {
            self.take(row, now, &mut rows);
        }
        while self.open.len() > WATCHED_MAX {
            let earliest = self.open.iter().min_by_key(|(_, open)| open.read_at).map(|(id, _)| id.clone());
            earliest.map(|id| self.open.remove(&id));
        }
        Ok(rows)
    }

    /// Those that were read longest ago.
    async fn going_on(&self, listing: &Listing, now: Timestamp) -> Result<Vec<Row>> {
        let mut ids: Vec<(Timestamp, &EventId)> =
            self.open.iter().filter(|(_, open)| open.read_at < now).map(|(id, open)| (open.read_at, id)).collect();
        ids.sort_by_key(|(read_at, _)| *read_at);
        let reads = ids.into_iter().take(READ_MAX).map(|(_, id)| listing.get(id));
        let rows = futures_util::future::try_join_all(reads).await?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Tells of a row if the page does not show it as it stands.
    fn take(&mut self, row: Row, now: Timestamp, rows: &mut Vec<Row>) {
        let (state, attempts) = (row.lifecycle.state, row.lifecycle.attempts);
        let known = self.open.get(&row.event.id);
        let was_shown = known.is_some_and(|open| open.is_shown);
        let has_changed = known.is_none_or(|open| (open.state, open.attempts) != (state, attempts));
        let is_shown = was_shown || self.filter.shows(&row, now);
        if state.is_final() {
            self.open.remove(&row.event.id);
        } else {
            self.open.insert(row.event.id.clone(), Open { state, attempts, is_shown, read_at: now });
        }
        if is_shown && (has_changed || !was_shown) {
            rows.push(row);
        }
    }
}

fn trouble(error: &Error, console: &Console) -> Event {
    console.note(error);
    Event::default().event("trouble").data(json!({"text": error.to_string()}).to_string())
}
