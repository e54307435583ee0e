//! What a body reports if a condition holds.

use serde::Deserialize;

use crate::description::Condition;
use crate::description::condition::ConditionForm;
use crate::event::event_type::Report;

/// What the body reports if a condition holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "crate::description::condition::ConditionForm")]
pub struct ReportRule {
    /// The condition.
    pub condition: Condition,
    /// What it reports then.
    pub is: Report,
}

impl TryFrom<ConditionForm> for ReportRule {
    type Error = String;

    fn try_from(form: ConditionForm) -> Result<ReportRule, String> {
        let (condition, is) = form.condition()?;
        let is = is.ok_or("say what it reports then: `is = \"job.completed\"`")?;
        Ok(ReportRule { condition, is: Report::parse(&is).map_err(|error| error.to_string())? })
    }
}
