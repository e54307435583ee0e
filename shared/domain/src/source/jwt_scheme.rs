//! What a token must say.

use std::fmt;

use super::KeyScope;
use crate::description::{HeaderName, Jwt};

/// What a token must say.
#[derive(Clone)]
pub struct JwtScheme {
    pub(crate) jwt: Jwt,
    pub(crate) scope: KeyScope,
}

impl JwtScheme {
    /// Whether a token means that the body is the source's own, every byte of it.
    pub(crate) fn vouches_for_body(&self) -> bool {
        self.jwt.body_hash.is_some() && self.scope != KeyScope::Sender
    }
}

impl fmt::Debug for JwtScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.jwt.header.iter().map(|HeaderName(name)| name.as_str()).collect();
        write!(f, "{} in {}", self.jwt.key.algorithm().as_str(), headers.join(" or "))
    }
}
