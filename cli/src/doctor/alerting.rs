//! Whether somebody hears the alarms.

use std::collections::BTreeSet;

use crate::alarms::{Alarm, AlarmState, alarms};
use crate::aws_error::OrError as _;
use crate::doctor::finding::Finding;
use crate::error::Result;
use crate::session::Session;

const POINT: &str = "alarms";

/// Whether the alarms are there, quiet, and tell somebody who has agreed.
pub(super) async fn alarms_armed(session: &Session) -> Result<Vec<Finding>> {
    let alarms = alarms(session).await?;
    if alarms.is_empty() {
        return Ok(vec![Finding::bad(POINT, "the stack has none", "deploy it again")]);
    }
    let mut findings: Vec<Finding> = alarms
        .iter()
        .filter(|alarm| alarm.state == AlarmState::Ringing)
        .map(|alarm| {
            let name = alarm.template_name(session.stack_name());
            Finding::bad(POINT, format!("{name} rings"), alarm.description.clone())
        })
        .collect();
    if findings.is_empty() {
        findings.push(Finding::well(POINT, format!("none of {} rings", alarms.len())));
    }
    findings.extend(disarmed(session, &alarms));
    findings.extend(topics(session, &alarms).await?);
    Ok(findings)
}

fn disarmed(session: &Session, alarms: &[Alarm]) -> Option<Finding> {
    let disarmed: Vec<&str> = alarms.iter().filter(|alarm| !alarm.is_armed).map(|alarm| alarm.name.as_str()).collect();
    let names = disarmed.join(" ");
    let what_to_do = session.aws_command(&format!("cloudwatch enable-alarm-actions --alarm-names {names}"));
    (!disarmed.is_empty()).then(|| Finding::bad(POINT, format!("{} are switched off", disarmed.len()), what_to_do))
}

async fn topics(session: &Session, alarms: &[Alarm]) -> Result<Vec<Finding>> {
    const POINT: &str = "alarm receivers";
    let topics: BTreeSet<&str> = alarms.iter().flat_map(|alarm| &alarm.actions).map(String::as_str).collect();
    let topics: Vec<&str> = topics.into_iter().filter(|action| action.contains(":sns:")).collect();
    if topics.is_empty() {
        let what_to_do = session.command("deploy --alarm-email ADDRESS");
        return Ok(vec![Finding::warning(POINT, "alarms only show in CloudWatch", what_to_do)]);
    }
    let client = aws_sdk_sns::Client::new(session.config().await?);
    let mut findings = Vec::new();
    for topic in topics {
        let mut pages = client.list_subscriptions_by_topic().topic_arn(topic).into_paginator().send();
        let mut receivers = Vec::new();
        while let Some(page) = pages.next().await {
            receivers.extend(page.or_error("sns:ListSubscriptionsByTopic")?.subscriptions.unwrap_or_default());
        }
        if receivers.is_empty() {
            findings.push(Finding::bad(
                POINT,
                format!("nobody is subscribed to {topic}"),
                session.command("deploy --alarm-email ADDRESS"),
            ));
        }
        findings.extend(receivers.iter().map(|receiver| {
            let endpoint = receiver.endpoint().unwrap_or_default();
            match receiver.subscription_arn() {
                Some(arn) if arn.starts_with("arn:") => Finding::well(POINT, format!("{endpoint} hears them")),
                _ => Finding::bad(
                    POINT,
                    format!("{endpoint} has not agreed"),
                    "follow the link in AWS's e-mail to that address",
                ),
            }
        }));
    }
    Ok(findings)
}
