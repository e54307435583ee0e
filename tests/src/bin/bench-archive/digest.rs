//! SHA-256 at the machine's speed: `ring` is fast also in a program that was not optimised.

use ring::digest::Context;

/// The digest in lower-case hex.
pub(crate) fn hex(context: Context) -> String {
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
