//! How long secrets are.

use super::error::{SECRET_MIN_BYTES, SourceError};

/// A shorter secret deserves a warning.
const SECRET_SHORT_BYTES: usize = 24;

/// Refuses secrets that can be guessed, and warns of those that are shorter than they should be.
pub(super) fn check(
    lengths: impl Iterator<Item = usize> + Clone,
    warnings: &mut Vec<String>,
) -> Result<(), SourceError> {
    if lengths.clone().any(|bytes| bytes < SECRET_MIN_BYTES) {
        return Err(SourceError::SecretTooShort);
    }
    if lengths.clone().any(|bytes| bytes < SECRET_SHORT_BYTES) {
        warnings.push(format!(
            "a secret in `secrets` has under {SECRET_SHORT_BYTES} bytes: ask the sender for a longer one"
        ));
    }
    Ok(())
}
