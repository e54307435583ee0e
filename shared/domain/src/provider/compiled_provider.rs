//! A kind of sender, ready to read deliveries of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::content::challenge_reader::ChallengeReader;
use crate::content::form;
use crate::content::head::Head;
use crate::content::head_reader::HeadReader;
use crate::delivery::headers::Headers;
use crate::description::{Deferred, Description, Forms, HeaderName, Shape};
use crate::provider::{DescriptionTexts, Provider};

/// What a description says of a kind of sender, and what is derived of it once.
#[derive(Clone, Debug)]
pub struct CompiledProvider {
    description: Description,
    head: HeadReader,
    challenge: Option<ChallengeReader>,
    kept: Vec<HeaderName>,
}

impl CompiledProvider {
    /// Makes a description ready. It must have been checked.
    #[must_use]
    pub fn of(description: Description) -> CompiledProvider {
        let (head, kept) = (HeadReader::of(&description), description.kept().cloned().collect());
        let challenge = ChallengeReader::of(&description);
        CompiledProvider { description, head, challenge, kept }
    }

    /// What it was made of.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The headers of a delivery that are kept with its event.
    #[must_use]
    pub fn kept(&self, headers: &Headers) -> BTreeMap<String, String> {
        headers.kept(&self.kept, self.description.scheme.id_headers())
    }

    /// Reads what identifies the event; any bytes give an answer. `headers` are the kept ones: the processor, which reads
    /// the event once more, has no others.
    #[must_use]
    pub fn head(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> Head {
        self.head.read(headers, &self.readable(body)).0
    }

    /// The body as it is read: itself, or the JSON of a form.
    pub(crate) fn readable<'b>(&self, body: &'b [u8]) -> Cow<'b, [u8]> {
        let json = match &self.description.forms {
            Forms::None => None,
            Forms::Fields => form::to_json(body),
            Forms::JsonIn(field) => form::field(body, field).or_else(|| form::to_json(body)),
        };
        json.map_or(Cow::Borrowed(body), |json| Cow::Owned(json.into_bytes()))
    }

    /// The same of a [readable](Self::readable) body, with the shape that the delivery has.
    pub(crate) fn head_and_shape(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> (Head, Option<&Shape>) {
        let (head, number) = self.head.read(headers, body);
        (head, number.and_then(|number| self.description.shapes.get(number)))
    }

    /// What the sender wants to hear back, of a delivery that is no event but only asks for that.
    pub(crate) fn challenge(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<String> {
        self.challenge.as_ref()?.read(headers, &self.readable(body))
    }
}

impl DescriptionTexts {
    fn parse(self) -> Description {
        let mut description: Description =
            serde_json::from_str(self.description).expect("the tests parse every description");
        for (shape, details) in description.shapes.iter_mut().zip(self.details) {
            shape.details = Deferred::of(details);
        }
        description.polls = Deferred::of(self.polls);
        description
    }
}

impl Provider {
    /// The catalogue's description, ready for use; none of a sender that the operator has described. It is read when a
    /// source first needs it: an instance seldom has sources of more than a few senders.
    ///
    /// # Panics
    /// If the description makes no sense, which the tests of the catalogue rule out.
    #[must_use]
    pub fn sender(self) -> Option<&'static Arc<CompiledProvider>> {
        static COMPILED: [OnceLock<Arc<CompiledProvider>>; Provider::ALL.len()] =
            [const { OnceLock::new() }; Provider::ALL.len()];
        let texts = self.texts()?;
        let compiled = COMPILED.get(self as usize)?;
        Some(compiled.get_or_init(|| Arc::new(CompiledProvider::of(texts.parse()))))
    }

    /// What the catalogue says of it; nothing of one that the operator has described.
    #[must_use]
    pub fn description(self) -> Option<&'static Description> {
        self.sender().map(|compiled| compiled.description())
    }
}
