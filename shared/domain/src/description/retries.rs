//! How a sender tries again.

use serde::Deserialize;

/// How a sender tries again, as far as it says so in figures. Nothing is decided by it: pages show it, and tools that play a
/// sender do as it does.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retries {
    /// How long it waits for an answer.
    #[serde(default)]
    pub timeout_seconds: Option<f64>,
    /// How long after one attempt the next one follows; after the last of them the sender gives up. Empty for one that never
    /// tries again; absent if it is not known.
    #[serde(default)]
    pub after_seconds: Option<Vec<f64>>,
    /// The statuses that it takes for success; absent for any 2xx.
    #[serde(default)]
    pub success: Option<Vec<u16>>,
}

impl Retries {
    /// Whether an answer with `status` ends the attempts.
    #[must_use]
    pub fn is_success(&self, status: u16) -> bool {
        match &self.success {
            Some(statuses) => statuses.contains(&status),
            None => (200..300).contains(&status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Retries;

    #[test]
    fn success_is_any_2xx_or_what_the_sender_says() {
        let of = |success| Retries { success, ..Retries::default() };
        assert!(of(None).is_success(204) && !of(None).is_success(302));
        assert!(of(Some(vec![200, 302])).is_success(302) && !of(Some(vec![200, 302])).is_success(204));
    }
}
