//! The stack's own queues, and those that earlier sessions left.

use crate::aws_error::OrError as _;
use crate::dead_letters::DeadLetterQueue;
use crate::doctor::finding::Finding;
use crate::error::Result;
use crate::listener::NAME_PREFIX;
use crate::queues::Queues;
use crate::session::Session;

/// Whether what cannot be handled goes to a dead-letter queue, and whether something waits there.
pub(super) async fn redrive(session: &Session) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for queue in DeadLetterQueue::ALL {
        let (dead_letters, origin) = (queue.find(session).await?, queue.find_origin(session).await?);
        let name = queue.as_str();
        let goes_there = origin.redrive.as_ref().is_some_and(|redrive| redrive.dead_letter_arn == dead_letters.arn);
        findings.push(match goes_there {
            true => Finding::well(
                "redrive",
                format!("what the queue {name} cannot hand over goes to {}", dead_letters.name()),
            ),
            false => {
                Finding::bad("redrive", format!("the queue {name} has no dead-letter queue"), "deploy the stack again")
            }
        });
        findings.push(match dead_letters.waiting {
            0 => Finding::well("dead letters", format!("none in {name}")),
            count => Finding::warning(
                "dead letters",
                format!("{count} in {name}"),
                session.command(&format!("dlq show {name}")),
            ),
        });
    }
    Ok(findings)
}

/// Queues of temporary subscriptions that are still there.
pub(super) async fn leftovers(session: &Session) -> Result<Vec<Finding>> {
    const POINT: &str = "leftovers";
    let client = Queues::of(session).await?.client;
    let mut pages = client.list_queues().queue_name_prefix(NAME_PREFIX).max_results(1000).into_paginator().send();
    let mut findings = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.or_error("sqs:ListQueues")?;
        findings.extend(page.queue_urls().iter().map(|url| {
            let delete = session.aws_command(&format!("sqs delete-queue --queue-url {url}"));
            let what_to_do = format!("if nobody listens there any more: {delete}");
            Finding::warning(POINT, format!("the queue {url} of a temporary subscription"), what_to_do)
        }));
    }
    if findings.is_empty() {
        findings.push(Finding::well(POINT, "none"));
    }
    Ok(findings)
}
