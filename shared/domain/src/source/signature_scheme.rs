//! Where a signature stands, and what it is over.

use std::borrow::Cow;
use std::fmt;

use super::{KeyScope, PublicUrl};
use crate::content::form;
use crate::description::{
    Encoding, FieldPath, Forms, HeaderName, SignaturePlace, Syntax, Template, TemplatePart, Timestamp,
    TimestampLocation,
};

/// Where a signature stands, and what it is over.
#[derive(Clone)]
pub struct SignatureScheme {
    pub(crate) place: SignaturePlace,
    pub(crate) syntax: Syntax,
    pub(crate) encoding: Encoding,
    pub(crate) id: Vec<HeaderName>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) message: Template,
    /// How a body that is a form is read.
    pub(crate) forms: Forms,
    pub(crate) public_url: Option<PublicUrl>,
    pub(crate) scope: KeyScope,
}

impl SignatureScheme {
    /// Whether a signature means that the body is the source's own, every byte of it.
    pub(crate) fn vouches_for_body(&self) -> bool {
        self.message.covers_body() && self.scope != KeyScope::Sender
    }

    /// The body as fields are read from it: itself, or the JSON of a form. Where none is read, a form is not parsed.
    pub(crate) fn readable<'b>(&self, body: &'b [u8]) -> Cow<'b, [u8]> {
        let reads = |part: &TemplatePart| matches!(part, TemplatePart::Json { .. } | TemplatePart::Lines(_));
        let in_message = || self.message.0.iter().any(reads);
        let is_time = || self.timestamp.as_ref().is_some_and(|rule| matches!(rule.at, TimestampLocation::Json(_)));
        let reads_fields = matches!(self.place, SignaturePlace::At(FieldPath::Body(_))) || is_time() || in_message();
        if reads_fields { form::readable(&self.forms, body) } else { Cow::Borrowed(body) }
    }
}

impl fmt::Debug for SignatureScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.place.headers().iter().map(|HeaderName(name)| name.as_str()).collect();
        if headers.is_empty() { f.write_str("in the request") } else { write!(f, "in {}", headers.join(" or ")) }
    }
}
