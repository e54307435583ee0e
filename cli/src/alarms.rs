//! The stack's alarms.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::StateValue;
use aws_smithy_types::date_time::Format;

use crate::aws_error::OrError as _;
use crate::error::Result;
use crate::session::Session;

/// An alarm of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its name, which CloudFormation makes of the stack's and the template's.
    pub name: String,
    /// Whether it rings.
    pub state: AlarmState,
    /// Since when it is in this state.
    pub since: Option<String>,
    /// What it means, and the page of the runbook.
    pub description: String,
    /// Whom it tells.
    pub actions: Vec<String>,
    /// Whether it may tell them.
    pub is_armed: bool,
}

/// Whether an alarm rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmState {
    /// All is well.
    Quiet,
    /// It rings.
    Ringing,
    /// It has seen nothing yet.
    Unknown,
}

impl Alarm {
    /// Its name in the template: `Landfall-FailedAlarm-1ABC` is `FailedAlarm`.
    #[must_use]
    pub fn template_name<'a>(&'a self, stack: &str) -> &'a str {
        let rest = self.name.strip_prefix(stack).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&self.name);
        rest.split('-').next().unwrap_or(rest)
    }
}

/// All alarms of the stack.
///
/// # Errors
/// If CloudWatch refuses.
pub async fn alarms(session: &Session) -> Result<Vec<Alarm>> {
    let client = Client::new(session.config().await?);
    let prefix = format!("{}-", session.stack_name());
    let mut pages = client.describe_alarms().alarm_name_prefix(prefix).into_paginator().send();
    let mut alarms = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.or_error("cloudwatch:DescribeAlarms")?;
        alarms.extend(page.metric_alarms().iter().map(|alarm| Alarm {
            name: alarm.alarm_name().unwrap_or_default().to_owned(),
            state: match alarm.state_value() {
                Some(StateValue::Alarm) => AlarmState::Ringing,
                Some(StateValue::Ok) => AlarmState::Quiet,
                _ => AlarmState::Unknown,
            },
            since: alarm.state_updated_timestamp().and_then(|at| at.fmt(Format::DateTime).ok()),
            description: alarm.alarm_description().unwrap_or_default().to_owned(),
            actions: alarm.alarm_actions().to_vec(),
            is_armed: alarm.actions_enabled().unwrap_or(true),
        }));
    }
    Ok(alarms)
}
