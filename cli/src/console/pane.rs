//! What a pane shows in place of its data. A pane fails alone: the rest of the page stays.

use maud::{Markup, html};

use crate::console::icons::Mark;
use crate::console::state::Console;
use crate::error::Error;

/// After so many seconds a pane whose call did not go well is asked for again by itself.
const AGAIN_SECONDS: u32 = 8;

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
