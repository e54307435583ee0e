//! Deliveries that only want to hear something back.

use std::collections::BTreeMap;

use url::form_urlencoded;

use crate::content::compiled_condition::{CompiledCondition, FieldIndex, FieldRef, FieldValues};
use crate::content::json_pointers::Pointers;
use crate::content::reply_writer::{MakeCode, ReplyWriter};
use crate::delivery::Delivery;
use crate::delivery::reply::Reply;
use crate::description::{Challenge, ChallengeMethod, Description, FieldPaths, HeaderName};

/// Tells, by a description, whether a delivery only wants to hear something back, and what.
#[derive(Clone, Debug)]
pub(crate) struct ChallengeReader {
    /// When it is asked.
    pub(crate) asked: ChallengeProof,
    /// Whether it is answered only if the source's own `verify_token` stands in it.
    pub(crate) has_token: bool,
    pointers: Pointers,
    when: Vec<CompiledCondition>,
    token: Vec<FieldRef>,
    reply: ReplyWriter,
}

/// When a challenge is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChallengeProof {
    /// By a delivery that is verified like any other.
    Verified,
    /// By one that is not, with this method.
    Unsigned(ChallengeMethod),
}

/// A challenge of a delivery that fits.
pub(crate) struct Question<'a> {
    reader: &'a ChallengeReader,
    values: FieldValues<'a>,
}

impl ChallengeReader {
    pub(crate) fn of(challenge: &Challenge, description: &Description) -> ChallengeReader {
        let Challenge { method, unsigned, when, token, answer } = challenge;
        let mut index = FieldIndex::new(description);
        let when = when.iter().map(|condition| index.condition(condition)).collect();
        let token_places = token.iter().flat_map(|token| index.fields(&FieldPaths(vec![token.clone()]))).collect();
        let reply = ReplyWriter::of(answer, &mut index);
        let asked = if *unsigned { ChallengeProof::Unsigned(*method) } else { ChallengeProof::Verified };
        ChallengeReader {
            asked,
            has_token: token.is_some(),
            pointers: index.pointers,
            when,
            token: token_places,
            reply,
        }
    }

    /// Finds what is asked, if that is all that the delivery does. `body` is the readable one, and `headers` are those of
    /// [`wanted`](Self::wanted).
    pub(crate) fn read<'a>(
        &'a self,
        headers: &'a BTreeMap<String, String>,
        query: &str,
        body: &'a [u8],
    ) -> Option<Question<'a>> {
        // A question about the URL has no body that could be read.
        let in_body = if self.pointers.is_empty() { Vec::new() } else { self.pointers.read(body)? };
        let values = FieldValues { headers, query: once(query), in_body };
        self.when.iter().all(|condition| values.satisfy(condition)).then_some(Question { reader: self, values })
    }

    /// The headers that it looks at, each if it is there once.
    pub(crate) fn wanted(&self, delivery: &Delivery) -> BTreeMap<String, String> {
        let conditions = self.when.iter().flat_map(CompiledCondition::fields);
        let names = conditions.chain(&self.token).chain(self.reply.fields()).filter_map(|field| match field {
            FieldRef::Header(HeaderName(name)) => Some(name),
            FieldRef::Body(_) | FieldRef::Query(_) => None,
        });
        names
            .filter_map(|name| Some((name.clone(), delivery.headers.single(name).ok().flatten()?.to_owned())))
            .collect()
    }
}

impl Question<'_> {
    /// The text that must be the source's `verify_token`.
    pub(crate) fn token(&self) -> Option<&str> {
        self.reader.token.iter().find_map(|field| self.values.text(field))
    }

    /// What the sender wants to hear; `None` if anything of it is missing.
    pub(crate) fn reply(&self, make_code: MakeCode<'_>) -> Option<Reply> {
        self.reader.reply.write(&self.values, make_code)
    }
}

/// The query's fields; of those that are there more than once, none.
fn once(query: &str) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let (count, last) = counts.entry(name.into_owned()).or_default();
        *count += 1;
        *last = value.into_owned();
    }
    counts.into_iter().filter(|(_, (count, _))| *count == 1).map(|(name, (_, value))| (name, value)).collect()
}
