//! What handles events on this machine: a program that is started for each event, servers, or a function in an emulator of
//! Lambda.

use std::fmt::Display;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::Instant;
use url::Url;

use crate::development_sender::{DevelopmentSender, SenderRequest};
use crate::error::Error;
use crate::forwarding::{HANDLED_WITHIN, Route};
use crate::http::request;
use crate::id_argument::event_id;
use crate::lambda_batch::{failures, invocation};
use crate::local_event::LocalEvent;

/// So many events come together at most.
pub const RECEIVED_AT_ONCE: usize = 10;
/// An event that its handler did not take comes again after this.
pub const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What handles events.
pub enum LocalHandler {
    /// The server of the first route that takes an event; what no route takes is shown.
    Servers {
        /// The routes.
        routes: Vec<Route>,
        /// Who sends the events, if the servers are receivers of what senders send, and not consumers.
        sender: Option<Box<DevelopmentSender>>,
    },
    /// A command of the shell, which reads one event from its standard input.
    Command(String),
    /// A function, which takes events that came together as one batch.
    Function {
        /// Where it is invoked.
        url: Url,
        /// The queue that its events seem to come from.
        queue_arn: String,
    },
}

/// How an event was handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlerResult {
    /// A status or an exit code, or why there is none.
    pub words: String,
    /// Whether it need not come again.
    pub is_success: bool,
}

impl LocalHandler {
    /// How many events it takes at once.
    #[must_use]
    pub const fn events_at_once(&self) -> usize {
        match self {
            LocalHandler::Function { .. } => RECEIVED_AT_ONCE,
            LocalHandler::Servers { .. } | LocalHandler::Command(_) => 1,
        }
    }

    /// Handles events, and waits until that has ended. There is a result for each, in their order.
    pub async fn handle(&self, events: &[LocalEvent]) -> Vec<HandlerResult> {
        match self {
            LocalHandler::Servers { routes, sender } => {
                join_all(events.iter().map(|event| forward(routes, sender.as_deref(), event))).await
            }
            LocalHandler::Command(command) => join_all(events.iter().map(|event| execute(command, &event.text))).await,
            LocalHandler::Function { url, queue_arn } => invoke(url, queue_arn, events).await,
        }
    }
}

impl HandlerResult {
    fn new(words: &str, began_at: Instant, is_success: bool) -> HandlerResult {
        HandlerResult { words: format!("{words} in {} ms", began_at.elapsed().as_millis()), is_success }
    }

    fn failed(reason: impl Display) -> HandlerResult {
        HandlerResult { words: reason.to_string(), is_success: false }
    }
}

async fn forward(routes: &[Route], sender: Option<&DevelopmentSender>, event: &LocalEvent) -> HandlerResult {
    let Some(route) = routes.iter().find(|route| route.takes(&event.json)) else {
        return HandlerResult { words: "shown".to_owned(), is_success: true };
    };
    let (url, began_at) = (route.url(), Instant::now());
    let status = async {
        let SenderRequest { headers, body } = match sender {
            Some(sender) => sender.request(&event_id(event.id()).map_err(Error::Conflict)?, url).await?,
            None => SenderRequest {
                headers: vec![("content-type".to_owned(), "application/cloudevents+json; charset=utf-8".to_owned())],
                body: event.text.clone().into_bytes(),
            },
        };
        Ok::<_, Error>(request("POST", url.as_str(), &headers, &body, HANDLED_WITHIN).await?.status)
    };
    match status.await {
        Ok(status) => HandlerResult::new(&format!("{status} from {url}"), began_at, (200..300).contains(&status)),
        Err(error) => HandlerResult::failed(error),
    }
}

/// Runs a command of the shell with `input` on its standard input. It ends with this program.
async fn execute(command: &str, input: &str) -> HandlerResult {
    let began_at = Instant::now();
    match exit_status(command, input).await {
        Ok(status) => {
            let code = status.code().map(|code| format!("exit code {code}"));
            HandlerResult::new(code.as_deref().unwrap_or("ended by a signal"), began_at, status.success())
        }
        Err(error) => HandlerResult::failed(error),
    }
}

async fn exit_status(command: &str, input: &str) -> io::Result<ExitStatus> {
    let mut shell = Command::new("sh");
    // Standard output is for data.
    shell.arg("-c").arg(command).stdin(Stdio::piped()).stdout(io::stderr()).kill_on_drop(true);
    let mut child = shell.spawn()?;
    let pipe = child.stdin.take();
    let write = async {
        if let Some(mut pipe) = pipe {
            // A command need not read its input.
            let _ = pipe.write_all(input.as_bytes()).await;
        }
        std::future::pending().await
    };
    tokio::select! {
        status = child.wait() => status,
        never = write => never,
    }
}

/// Invokes a function with a batch.
async fn invoke(url: &Url, queue_arn: &str, events: &[LocalEvent]) -> Vec<HandlerResult> {
    let began_at = Instant::now();
    let all_failed = |reason: &str| vec![HandlerResult::failed(reason); events.len()];
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let invocation = invocation(events, queue_arn).to_string();
    let answer = match request("POST", url.as_str(), &headers, invocation.as_bytes(), HANDLED_WITHIN).await {
        Ok(answer) if (200..300).contains(&answer.status) => answer.body,
        Ok(answer) => return all_failed(&format!("{} from {url}", answer.status)),
        Err(error) => return all_failed(&error.to_string()),
    };
    let ids: Vec<&str> = events.iter().map(LocalEvent::message_id).collect();
    let failures = match failures(&answer, &ids) {
        Ok(failures) => failures,
        Err(reason) => return all_failed(&reason),
    };
    let result = |id: &&str| match failures.contains(*id) {
        true => HandlerResult::failed(format!("in batchItemFailures of a batch of {}", events.len())),
        false => HandlerResult::new(&format!("handled in a batch of {}", events.len()), began_at, true),
    };
    ids.iter().map(result).collect()
}

#[cfg(test)]
mod tests {
    use super::exit_status;

    #[tokio::test]
    async fn a_command_reads_the_event_and_its_exit_code_counts() {
        let large = "x".repeat(1 << 20);
        for (command, input, expected) in [
            ("grep -q needle", "hay needle hay", Some(0)),
            ("grep -q needle", "hay", Some(1)),
            ("exit 7", &large, Some(7)),
            ("test $(wc -c) -eq 1048576", &large, Some(0)),
            ("kill -9 $$", "", None),
            ("no-such-program-at-all 2>/dev/null", "", Some(127)),
        ] {
            let status = exit_status(command, input).await.expect("there is a shell");
            assert_eq!(status.code(), expected, "{command}");
        }
    }
}
