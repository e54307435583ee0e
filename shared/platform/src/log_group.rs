//! The log of a function, as operators read it. No function does.

use std::sync::Arc;

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Limits};
use crate::service::{AwsJsonService, Service};
use crate::service_error::ServiceError;

/// A log group of CloudWatch.
#[derive(Clone, Debug)]
pub struct LogGroup {
    service: Arc<Service>,
    name: String,
}

/// A part of what a group has.
#[derive(Debug)]
pub struct LogPage {
    /// The lines. A reader that follows a group sees some of them twice, and tells them apart by their ids.
    pub lines: Vec<LogLine>,
    /// Where the next part begins, if there is one. A part may be empty.
    pub next: Option<String>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// What no other line has.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// What it says: one of a function is JSON, one of Lambda itself may be anything.
    pub text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    log_group_name: &'a str,
    start_time: i64,
    end_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    events: Vec<AnswerLine>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerLine {
    #[serde(default)]
    event_id: String,
    timestamp: i64,
    message: String,
}

impl LogGroup {
    /// The group named `name`.
    #[must_use]
    pub fn new(aws: &Aws, name: String, limits: Limits) -> LogGroup {
        LogGroup { service: Arc::new(aws.service(AwsJsonService::CloudWatchLogs, limits)), name }
    }

    /// Reads lines of the time from `from` to `to`, both included; with `term`, those that have this text in them.
    ///
    /// # Errors
    /// If the group could not be reached or refused.
    pub async fn lines(
        &self,
        from: Timestamp,
        to: Timestamp,
        term: Option<&str>,
        next: Option<&str>,
    ) -> Result<LogPage, ServiceError> {
        const OPERATION: &str = "logs:FilterLogEvents";
        let question = Question {
            log_group_name: &self.name,
            start_time: from.as_millis(),
            end_time: to.as_millis(),
            filter_pattern: term.map(|term| format!("\"{}\"", term.replace('\\', "\\\\").replace('"', "\\\""))),
            next_token: next,
        };
        let body = serde_json::to_vec(&question).expect("texts and numbers are always JSON");
        let answer = self.service.send(self.service.prepare("Logs_20140328.FilterLogEvents", body)).await;
        let answer = answer.map_err(|error| ServiceError::with(OPERATION, error))?;
        let answer: Answer = serde_json::from_slice(&answer)
            .map_err(|_| ServiceError::retryable(OPERATION, "the answer could not be read"))?;
        let lines = answer.events.into_iter().map(|line| LogLine {
            id: line.event_id,
            at: Timestamp::from_millis(line.timestamp),
            text: line.message,
        });
        Ok(LogPage { lines: lines.collect(), next: answer.next_token.filter(|next| !next.is_empty()) })
    }
}
