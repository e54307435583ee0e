//! One file a provider: how its bodies are read. The rest is what they share.

mod assets;
pub(crate) mod fields;
mod media;
mod object;

pub(crate) mod csm;
pub(crate) mod get3w;
pub(crate) mod glossi;
pub(crate) mod modelslab;

/// Checks the head that `head` reads from `body`: type, subject, components of the key.
#[cfg(test)]
fn check_head(head: fn(&[u8]) -> crate::head::Head, body: &str, expected: &str) {
    let crate::head::Head { event_type, subject, key } = head(body.as_bytes());
    let subject = subject.as_deref().unwrap_or("-");
    // A very long body would drown the message.
    assert_eq!(format!("{event_type} {subject} {key:?}"), expected, "{body:.200}");
}
