//! What a pane shows in place of its data. A pane fails alone: the rest of the page stays.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use maud::{Markup, html};

use crate::console::icons::Mark;
use crate::console::state::Console;
use crate::error::{Error, Result};

/// After so many seconds a pane whose call did not go well is asked for again by itself.
const AGAIN_SECONDS: u32 = 8;

/// A page waits no longer for what one of its panes asks for, so that the others are seen.
const ANSWERED_WITHIN: Duration = Duration::from_secs(25);
/// Nor for what is asked about each source by itself.
const ALL_ANSWERED_WITHIN: Duration = Duration::from_secs(50);

/// What AWS answers in time.
///
/// # Errors
/// Those of `work`, or that there was no answer.
pub(crate) async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    within(ANSWERED_WITHIN, work).await
}

/// The same of many sources.
///
/// # Errors
/// As for [`in_time`].
pub(crate) async fn all_in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    within(ALL_ANSWERED_WITHIN, work).await
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| Err(Error::TimedOut(format!("no answer within {} s", limit.as_secs())));
    tokio::time::timeout(limit, work).await.unwrap_or_else(late)
}

/// The content of a dialog, or why there is none.
pub(crate) fn dialog(content: Result<Markup>, console: &Console) -> Response {
    let content = content.unwrap_or_else(
        |error| html! { (trouble(&error, console)) button.button type="button" data-close="" { "Close" } },
    );
    Html(content.into_string()).into_response()
}

/// Why something was not done, for the page's script.
pub(crate) fn not_done(error: &Error, console: &Console) -> Response {
    (StatusCode::CONFLICT, Html(trouble(error, console).into_string())).into_response()
}

/// Why there is no data, and who must do what.
pub(crate) fn trouble(error: &Error, console: &Console) -> Markup {
    console.note(error);
    match error {
        Error::Denied { call, message, statement } => html! {
            div.state.denied role="alert" {
                h2 { (Mark::Locked.draw()) "You may not call " code { (call) } }
                p { "Signed in as " code { (console.caller) } ". The rest of this page is complete. To see this, an administrator adds the statement:" }
                pre.statement { code { (statement) } }
                p.second { (message) }
                p.actions {
                    button.button type="button" data-copy=".statement" { "Copy the statement" }
                    button.button type="button" data-again="" { "Try again" }
                }
                p.second { "landfall permissions lists all that the console may ask for." }
            }
        },
        Error::SignIn(text) => html! {
            div.state.signed-out role="alert" data-again=(AGAIN_SECONDS) {
                h2 { (Mark::Locked.draw()) "AWS does not accept the credentials" }
                p { "Sign in again with " code { "aws sso login" } " in a terminal. The page goes on by itself." }
                p.second { (text) }
                p.actions { button.button type="button" data-again="" { "Try now" } }
            }
        },
        Error::Unavailable(text) | Error::TimedOut(text) => html! {
            div.state.unavailable role="alert" data-again=(AGAIN_SECONDS) {
                h2 { (Mark::Failed.draw()) "AWS does not answer" }
                p { "Deliveries are received all the same. The next try is made by itself in " (AGAIN_SECONDS) " s." }
                pre { code { (text) } }
                p.actions { button.button type="button" data-again="" { "Try now" } }
            }
        },
        other => html! {
            div.state.refused-request role="alert" {
                h2 { (Mark::Refused.draw()) "This cannot be shown" }
                p { (other) }
            }
        },
    }
}

/// Where there is nothing to show: what that means, and what to do.
pub(crate) fn empty(title: &str, what: &Markup) -> Markup {
    html! {
        div.state.empty {
            h2 { (Mark::Search.draw()) (title) }
            (what)
        }
    }
}

/// Where no source is known yet.
pub(crate) fn no_source() -> Markup {
    empty(
        "No source is known yet",
        &html! { p { "Add one: the sweep lists it within a minute." } pre { code { "landfall source add" } } },
    )
}
