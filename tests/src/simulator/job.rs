//! What a sender works on.

use domain::provider::Provider;

/// A job at a sender: a session, a prediction, a generation, a run of a workflow, a model.
#[derive(Clone, Debug)]
pub struct Job {
    /// The sender's id.
    pub id: String,
    /// The workflow that it is a run of, if it is one.
    pub workflow: Option<String>,
    /// How it ended, if it has.
    pub end: Option<End>,
    /// Whether the links of its outputs no longer work.
    pub links_expired: bool,
    /// Where its webhooks go, if whoever submitted it said so.
    pub webhook_url: Option<String>,
    /// How many numbers of an embedding CSM's API tells beside it; its webhooks leave them out.
    pub embedding_numbers: usize,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Well.
    Completed,
    /// Badly.
    Failed,
}

impl Job {
    pub(super) fn new(id: String, workflow: Option<String>) -> Job {
        Job { id, workflow, end: None, links_expired: false, webhook_url: None, embedding_numbers: 0 }
    }

    /// The sender's word for how it stands.
    pub(super) fn status(&self, going: &'static str, completed: &'static str, failed: &'static str) -> &'static str {
        match self.end {
            None => going,
            Some(End::Completed) => completed,
            Some(End::Failed) => failed,
        }
    }

    /// The link as a list: it is there once the job has ended well.
    pub(super) fn links<'a>(&self, link: &'a str) -> Vec<&'a str> {
        if self.end == Some(End::Completed) { vec![link] } else { Vec::new() }
    }

    /// Why it failed, if it did.
    pub(super) fn error(&self) -> Option<&'static str> {
        (self.end == Some(End::Failed)).then_some("the input cannot be used")
    }

    /// The bytes of its output at `provider`.
    pub(super) fn output(&self, provider: Provider) -> Vec<u8> {
        // A file of the kind that its name tells, as far as anybody looks.
        let beginning: &[u8] = match provider {
            Provider::Csm | Provider::Glossi => b"glTF\x02\0\0\0\0\x01\0\0",
            Provider::Get3w => b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            _ => b"\0\0\0\x18ftypisom",
        };
        [beginning, format!("the output of {}", self.id).as_bytes()].concat()
    }
}

/// The link of a job's output at the sender that answers at `origin`.
pub(super) fn link(origin: &str, provider: Provider, id: &str) -> String {
    let name = match provider {
        Provider::Csm | Provider::Glossi => "output.glb",
        Provider::Get3w => "output.png",
        Provider::Modelslab => "output.mp4",
        other => panic!("nobody plays {other} here"),
    };
    format!("{origin}/assets/{id}/{name}")
}
