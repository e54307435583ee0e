//! Where a signature stands, and what it is over.

use std::fmt;

use super::{KeyScope, PublicUrl};
use crate::description::{Encoding, Forms, HeaderName, SignaturePlace, Syntax, Template, Timestamp};

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
}

impl fmt::Debug for SignatureScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.place.headers().iter().map(|HeaderName(name)| name.as_str()).collect();
        if headers.is_empty() { f.write_str("in the request") } else { write!(f, "in {}", headers.join(" or ")) }
    }
}
