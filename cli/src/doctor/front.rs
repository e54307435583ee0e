//! The URL that senders post to.

use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use domain::time::Timestamp;
use serde_json::Value;

use crate::aws_error::{OrError as _, code};
use crate::doctor::finding::Finding;
use crate::error::Result;
use crate::http::{ANSWER_WITHIN, request};
use crate::session::Session;

/// Senders' signatures hold a time, which may be off by minutes.
const CLOCK_OFF_MAX: Duration = Duration::from_secs(30);

/// Whether the URL answers, with which version, and whether its clock and this one agree.
pub(super) async fn health(session: &Session, now: Timestamp) -> Result<Vec<Finding>> {
    const POINT: &str = "url";
    let url = session.stack().await?.output("FunctionUrl")?.trim_end_matches('/').to_owned();
    let answer = match request("GET", &format!("{url}/health"), &[], b"", ANSWER_WITHIN).await {
        Ok(answer) if answer.status == 200 => answer,
        Ok(answer) => {
            let what_to_do = match answer.status {
                403 => "see the point url permissions; an organisation may forbid public URLs: docs/hardening.md",
                429 => "no concurrency is left: see the point concurrency",
                _ => "look at the log lines of ingest: docs/logs.md",
            };
            return Ok(vec![Finding::bad(
                POINT,
                format!("{url}/health is answered with {}", answer.status),
                what_to_do,
            )]);
        }
        Err(error) => {
            let what_to_do = "check the network between you and it";
            return Ok(vec![Finding::bad(POINT, format!("{url}/health: {error}"), what_to_do)]);
        }
    };
    let mut findings = vec![Finding::well(POINT, format!("{url} answers"))];
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let deployed = body["version"].as_str().unwrap_or("an unknown version");
    let own = env!("CARGO_PKG_VERSION");
    findings.push(match deployed == own {
        true => Finding::well("version", format!("functions and tool are {own}")),
        false => Finding::warning(
            "version",
            format!("the functions are {deployed}, the tool is {own}"),
            "use the same version of both",
        ),
    });
    findings.extend(answer.date.as_deref().and_then(|date| clock(date, now)));
    Ok(findings)
}

fn clock(date: &str, now: Timestamp) -> Option<Finding> {
    let there = DateTime::from_str(date, Format::HttpDate).ok()?.to_millis().ok()?;
    let off = Duration::from_millis(there.abs_diff(now.as_millis()));
    let found = format!("this clock and that of the URL differ by {} s", off.as_secs());
    Some(match off <= CLOCK_OFF_MAX {
        true => Finding::well("clock", found),
        false => {
            Finding::bad("clock", found, "set this machine's clock: its signatures are refused by AWS and by ingest")
        }
    })
}

/// Both permissions that AWS asks for since October 2025.
pub(super) async fn permissions(session: &Session) -> Result<Vec<Finding>> {
    const POINT: &str = "url permissions";
    let stack = session.stack().await?;
    if stack.parameters.get("Front").is_some_and(|front| front == "http-api") {
        return Ok(vec![Finding::well(POINT, "an HTTP API is in front: the function has no URL")]);
    }
    let client = aws_sdk_lambda::Client::new(session.config().await?);
    let policy = match client.get_policy().function_name(stack.output("IngestFunction")?).send().await {
        Err(error) if code(&error) == Some("ResourceNotFoundException") => Value::Null,
        answer => answer
            .or_error("lambda:GetPolicy")?
            .policy()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default(),
    };
    let findings =
        ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"].map(|action| match lets_everybody(&policy, action) {
            true => Finding::well(POINT, format!("everybody may {action}")),
            false => Finding::bad(
                POINT,
                format!("strangers lack {action}: senders are answered with 403"),
                "deploy the stack again; an organisation's policy may forbid it: docs/hardening.md",
            ),
        });
    Ok(findings.into())
}

fn lets_everybody(policy: &Value, action: &str) -> bool {
    let statements = policy["Statement"].as_array().into_iter().flatten();
    statements.into_iter().any(|statement| {
        let principal = &statement["Principal"];
        let is_everybody = principal == "*" || principal["AWS"] == "*";
        statement["Effect"] == "Allow" && is_everybody && statement["Action"] == action
    })
}
