//! The console: pages about the stack, which this program serves on loopback with the caller's credentials.
//!
//! The server writes HTML; the page's script adds keys, live rows and copies, and every page works as links without it. A page
//! asks the same library as the commands, so nothing is seen here that a terminal cannot show.

mod asking;
mod assets;
mod body_text;
mod consumers;
mod event;
mod event_tabs;
mod events;
mod export;
mod filter_bar;
mod guard;
mod icons;
mod job;
mod jobs;
mod jobs_view;
mod list;
mod live;
mod now;
mod now_sources;
mod palette;
mod pane;
mod refused;
mod refused_badge;
mod refused_log;
mod refused_parts;
mod refused_time;
mod refused_view;
mod refused_words;
mod release_actions;
mod release_run;
mod replay_actions;
mod replays;
mod shell;
mod sources;
mod state;
mod view;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::session::Session;

use self::state::Console;

/// A console that listens.
pub(crate) struct Server {
    listener: TcpListener,
    console: Arc<Console>,
    /// The URL that opens it, once.
    pub(crate) url: String,
}

impl Server {
    /// Listens on loopback, at `port` or, if it is 0, at a free one.
    ///
    /// # Errors
    /// If the port is taken, or the caller is not signed in.
    pub(crate) async fn start(session: Session, port: u16) -> Result<Server> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        // What every page needs is found first, so that an error is printed in the terminal.
        session.stack().await?;
        let (caller, region) = (session.caller_name().await?, session.region().await?.to_owned());
        let (console, token) = Console::new(session, address, caller, region);
        let url = format!("http://{address}{}?token={token}", guard::OPENING_PATH);
        Ok(Server { listener, console: Arc::new(console), url })
    }

    /// Serves until it is interrupted, and then pauses the replay jobs that it runs.
    ///
    /// # Errors
    /// If the listener fails, or a job could not be paused.
    pub(crate) async fn serve(self, interrupt: &Interrupt) -> Result<()> {
        let console = Arc::clone(&self.console);
        let serve = async { Ok(axum::serve(self.listener, router(self.console)).await?) };
        interrupt.or(serve).await?;
        replay_actions::pause_all(&console).await
    }
}

fn router(console: Arc<Console>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/now") }))
        .route("/now", get(now::now))
        .route("/events", get(events::events))
        .route("/events/peek", get(events::pane))
        .route("/events/histogram", get(events::histogram))
        .route("/events/export", get(export::export))
        .route("/events/matches", get(events::matches))
        .route("/events/live", get(live::live))
        .route("/events/{*id}", get(event::event))
        .route("/life/{*id}", get(event::life_of))
        .route("/jobs", get(jobs::jobs))
        .route("/jobs/peek", get(jobs::pane))
        .route("/refused", get(refused::refused))
        .route("/refused/badge", get(refused_badge::badge))
        .route("/refused/checks", get(refused_parts::checks))
        .route("/refused/stored", get(refused_parts::stored))
        .route("/refused/unstored", get(refused_log::unstored))
        .route("/refused/names", get(refused_log::names))
        .route("/refused/run", get(release_actions::run))
        .route("/refused/release", get(release_actions::form).post(release_actions::start))
        .route("/ask", get(asking::answer))
        .route("/replays", get(replays::replays).post(replay_actions::start))
        .route("/replays/new", get(replay_actions::form))
        .route("/replays/{job}", get(replays::replays))
        .route("/replays/{job}/{action}", post(replay_actions::change))
        .route("/sources", get(sources::sources))
        .route("/sources/{name}", get(sources::sources))
        .route("/consumers", get(consumers::screen))
        .route("/consumers/dead-letters", get(consumers::dead_letters))
        .route("/palette", get(palette::choices))
        .route("/copy", get(assets::copy))
        .route("/style.css", get(|| async { file("text/css", include_str!("console/style.css")) }))
        .route("/script.js", get(|| async { file("text/javascript", include_str!("console/script.js")) }))
        .route("/icon.svg", get(|| async { file("image/svg+xml", include_str!("console/icon.svg")) }))
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is no such page.\n") })
        .layer(from_fn_with_state(Arc::clone(&console), guard::guard))
        .with_state(console)
}

fn file(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, media_type)], text)
}
