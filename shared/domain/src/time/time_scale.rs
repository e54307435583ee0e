//! How fast Landfall's waits pass.

use std::time::Duration;

/// The factor on the waits of the ledger's schedule: 1 in production, less where tests should not wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale(f64);

/// A factor that is no sensible one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time scale is a number above 0 and at most 1")]
pub struct NotATimeScale;

impl TimeScale {
    /// Production's: waits are as long as they say.
    pub const REAL: TimeScale = TimeScale(1.0);

    /// Reads a factor.
    ///
    /// # Errors
    /// If it is not above 0 and at most 1.
    pub fn parse(text: &str) -> Result<TimeScale, NotATimeScale> {
        match text.parse::<f64>() {
            Ok(factor) if factor > 0.0 && factor <= 1.0 => Ok(TimeScale(factor)),
            _ => Err(NotATimeScale),
        }
    }

    /// `wait`, scaled.
    #[must_use]
    pub fn apply(self, wait: Duration) -> Duration {
        wait.mul_f64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_between_nothing_and_real_time() {
        assert_eq!(TimeScale::parse("1"), Ok(TimeScale::REAL));
        assert_eq!(TimeScale::parse("0.1").unwrap().apply(Duration::from_secs(600)), Duration::from_secs(60));
        for text in ["0", "-1", "1.5", "NaN", "inf", "fast", ""] {
            assert_eq!(TimeScale::parse(text), Err(NotATimeScale), "{text}");
        }
    }
}
