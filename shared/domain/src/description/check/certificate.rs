//! Whether a rule for certificates makes sense.

use crate::description::certificate_rule::{NAME, REGION};
use crate::description::{CertificateRule, DescriptionError, FieldPath, is_host};

impl CertificateRule {
    pub(super) fn check(&self) -> Result<(), DescriptionError> {
        if matches!(&self.at, FieldPath::Body(pointer) if pointer.has_wildcard()) {
            return Err(DescriptionError::Wildcard);
        }
        if !matches!(self.at, FieldPath::Body(_) | FieldPath::Header(_)) {
            return Err(DescriptionError::CertificatePlace);
        }
        let is_sound = |host: &String| is_host(&host.replacen(REGION, "region", 1)) && !host.starts_with('.');
        let path = self.path.replacen(NAME, "name", 1);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
        if self.hosts.is_empty()
            || !self.hosts.iter().all(is_sound)
            || !path.starts_with('/')
            || !path.bytes().all(is_plain)
        {
            return Err(DescriptionError::CertificateAddress);
        }
        if (1..=86_400).contains(&self.ttl_seconds) { Ok(()) } else { Err(DescriptionError::KeySetTtl) }
    }
}
