//! A kind of sender, ready to read deliveries of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use crate::content::challenge_reader::{ChallengeProof, ChallengeReader, Question};
use crate::content::form;
use crate::content::head::Head;
use crate::content::head_reader::HeadReader;
use crate::content::list_reader::{Limits, items};
use crate::delivery::Delivery;
use crate::delivery::headers::Headers;
use crate::delivery::reply::Reply;
use crate::description::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, ChallengeMethod, Description, HeaderName, Lazy, Shape, SuccessAnswer,
    TooManyEvents,
};
use crate::provider::{DescriptionTexts, Provider};

/// What a description says of a kind of sender, and what is derived of it once.
#[derive(Clone, Debug)]
pub struct CompiledProvider {
    description: Description,
    head: HeadReader,
    challenges: Vec<ChallengeReader>,
    kept: Vec<HeaderName>,
}

impl CompiledProvider {
    /// Makes a description ready. It must have been checked.
    #[must_use]
    pub fn of(description: Description) -> CompiledProvider {
        let (head, kept) = (HeadReader::of(&description), description.kept().cloned().collect());
        let challenges = description.challenges.iter();
        let challenges = challenges.map(|challenge| ChallengeReader::of(challenge, &description)).collect();
        CompiledProvider { description, head, challenges, kept }
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
        form::readable(&self.description.forms, body)
    }

    /// The items of the list of events that the body is, each as a body of its own; `None` if it is one event.
    ///
    /// # Errors
    /// If there are more than can be taken.
    pub fn items(&self, body: &[u8]) -> Result<Option<Vec<Vec<u8>>>, TooManyEvents> {
        const MAX: Limits = Limits { items: BATCH_EVENTS_MAX, bytes: BATCH_BYTES_MAX };
        let Some(batch) = &self.description.batch else {
            return Ok(None);
        };
        let body = self.readable(body);
        let items = batch.items.iter().find_map(|pointer| items(pointer, &body, MAX)).transpose()?.unwrap_or_default();
        let items: Vec<_> = items.into_iter().map(|item| item.into_owned().into_bytes()).collect();
        Ok(if items.is_empty() { None } else { Some(items) })
    }

    /// What identifies each of the events that the body holds; none if there are more than can be taken.
    #[must_use]
    pub fn heads(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> Vec<Head> {
        match self.items(body) {
            Ok(Some(items)) => items.iter().map(|item| self.head(headers, item)).collect(),
            Ok(None) => vec![self.head(headers, body)],
            Err(TooManyEvents) => Vec::new(),
        }
    }

    /// The same as [`head`](Self::head) of a [readable](Self::readable) body, with the shape that the delivery has.
    pub(crate) fn head_and_shape(&self, headers: &BTreeMap<String, String>, body: &[u8]) -> (Head, Option<&Shape>) {
        let (head, number) = self.head.read(headers, body);
        (head, number.and_then(|number| self.description.shapes.get(number)))
    }

    /// What `answer` makes of the first challenge that the delivery is and that it answers; it is told as well whether
    /// the challenge has a token of the operator's choice.
    pub(crate) fn challenge<T>(
        &self,
        asked: ChallengeProof,
        delivery: &Delivery,
        answer: impl Fn(&Question<'_>, bool) -> Option<T>,
    ) -> Option<T> {
        let mut readers = self.challenges.iter().filter(|reader| reader.asked == asked).peekable();
        readers.peek()?;
        let body = self.readable(&delivery.body);
        readers.find_map(|reader| {
            let headers = reader.wanted(delivery);
            let question = reader.read(&headers, &delivery.url.query, &body)?;
            answer(&question, reader.has_token)
        })
    }

    /// Whether anybody may ask about the URL with GET.
    #[must_use]
    pub fn is_asked_by_get(&self) -> bool {
        self.challenges.iter().any(|reader| reader.asked == ChallengeProof::Unsigned(ChallengeMethod::Get))
    }

    /// What the sender takes for success, if that is not the usual answer.
    pub(crate) fn success(&self) -> Option<Reply> {
        let SuccessAnswer { status, text } = self.description.success.as_ref()?;
        Some(Reply { status: *status, media_type: "text/plain", headers: Vec::new(), body: text.clone() })
    }
}

impl DescriptionTexts {
    fn parse(self) -> Description {
        let mut description: Description =
            serde_json::from_str(self.description).expect("the tests parse every description");
        for (shape, details) in description.shapes.iter_mut().zip(self.details) {
            shape.details = Lazy::of(details);
        }
        description.polls = Lazy::of(self.polls);
        description
    }
}

impl Provider {
    /// The catalogue's description as it is written, for one that changes a few fields of it.
    pub(crate) fn written(self) -> Option<Map<String, Value>> {
        let texts = self.texts()?;
        let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("the build writes JSON");
        let mut description = parsed(texts.description);
        let shapes = description.get_mut("shape").and_then(Value::as_array_mut).into_iter().flatten();
        for (shape, details) in shapes.filter_map(Value::as_object_mut).zip(texts.details) {
            shape.insert("details".to_owned(), parsed(details));
        }
        let mut written = description.as_object().cloned()?;
        written.insert("poll".to_owned(), parsed(texts.polls));
        Some(written)
    }

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
