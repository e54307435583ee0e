//! What kind of media a body is about if a condition holds.

use serde::Deserialize;

use crate::content::media::Media;
use crate::description::Condition;
use crate::description::condition::ConditionForm;

/// What kind of media it is about if a condition holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "crate::description::condition::ConditionForm")]
pub struct MediaRule {
    /// The condition.
    pub condition: Condition,
    /// The kind.
    pub is: Media,
}

impl TryFrom<ConditionForm> for MediaRule {
    type Error = &'static str;

    fn try_from(form: ConditionForm) -> Result<MediaRule, &'static str> {
        let (condition, is) = form.condition()?;
        let is = is.and_then(|word| word.parse().ok());
        let is = is.ok_or("say which media it is then: image, video, audio, 3d, text or other in `is`")?;
        Ok(MediaRule { condition, is })
    }
}
