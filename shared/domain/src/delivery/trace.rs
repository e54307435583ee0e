//! The X-Ray trace of a delivery, as AWS hands it on from one service to the next.

use std::fmt;

/// A trace header that is well-formed: it can be sent to SQS, which refuses a message with one that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    id: String,
    header: String,
    is_sampled: bool,
}

impl Trace {
    /// Reads a trace header (`Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1`). Of what it
    /// says, these three fields are kept; none without a root.
    #[must_use]
    pub fn parse(header: &str) -> Option<Trace> {
        let field = |name: &str| {
            let mut fields = header.split(';').filter_map(|field| field.trim().split_once('='));
            fields.find_map(|(key, value)| (key == name).then_some(value))
        };
        let id = field("Root").filter(|root| is_root(root))?.to_owned();
        let mut kept = format!("Root={id}");
        if let Some(parent) = field("Parent").filter(|parent| is_hex(parent, 16)) {
            kept.push_str(";Parent=");
            kept.push_str(parent);
        }
        let sampled = field("Sampled").filter(|sampled| ["0", "1"].contains(sampled));
        if let Some(sampled) = sampled {
            kept.push_str(";Sampled=");
            kept.push_str(sampled);
        }
        Some(Trace { id, header: kept, is_sampled: sampled == Some("1") })
    }

    /// The trace's id, as X-Ray's console looks it up.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id, if X-Ray has something to show under it.
    #[must_use]
    pub fn sampled_id(&self) -> Option<&str> {
        self.is_sampled.then_some(&*self.id)
    }
}

impl fmt::Display for Trace {
    /// The header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.header)
    }
}

fn is_root(text: &str) -> bool {
    let mut parts = text.split('-');
    let (version, time, random) = (parts.next(), parts.next(), parts.next());
    version == Some("1")
        && time.is_some_and(|time| is_hex(time, 8))
        && random.is_some_and(|random| is_hex(random, 24))
        && parts.next().is_none()
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: &str) {
        let trace = Trace::parse(header);
        let sampled = |trace: &Trace| if trace.sampled_id().is_some() { " sampled" } else { "" };
        let told =
            trace.map_or_else(|| "none".to_owned(), |trace| format!("{} {trace}{}", trace.id(), sampled(&trace)));
        assert_eq!(told, expected, "{header}");
    }

    #[test]
    fn what_aws_sends_is_handed_on() {
        check(
            "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0",
            "1-67891233-abcdef012345678912345678 Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1 sampled",
        );
        check(
            "Root=1-67891233-abcdef012345678912345678",
            "1-67891233-abcdef012345678912345678 Root=1-67891233-abcdef012345678912345678",
        );
    }

    #[test]
    fn what_a_stranger_wrote_into_it_is_not() {
        check(
            "Self=x;Root=1-67891233-abcdef012345678912345678;Parent=\u{1};Sampled=?;Secret=hunter2",
            "1-67891233-abcdef012345678912345678 Root=1-67891233-abcdef012345678912345678",
        );
        for header in
            ["", "Root=", "Root=1-67891233", "Root=1-67891233-abcdef01234567891234567g", "Parent=53995c3f42cd8ad8"]
        {
            check(header, "none");
        }
    }
}
