//! Which certificate authorities the AWS clients believe.
//!
//! To parse the hundred and more roots that a system trusts takes most of a cold start's instructions. AWS's endpoints
//! need five, so these five come with the binary. Whatever else is asked by TLS (senders' APIs and assets) still goes by
//! the system's roots, which are read when they are first needed.

use std::borrow::Cow;
use std::fs;

use aws_smithy_http_client::tls::TrustStore;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// What AWS's own certificates are issued under.
const AMAZON: &str = include_str!("../roots/amazon.pem");

/// The prefixes of the regions of AWS's public partition.
const PUBLIC: [&str; 9] = ["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"];

/// Certificate authorities.
#[derive(Debug)]
pub(crate) enum Roots {
    /// In a PEM file.
    File(Cow<'static, [u8]>),
    /// Those that the system trusts.
    System,
}

impl Roots {
    /// The roots for the AWS endpoints of `region`: Amazon's, where AWS says that they are enough, else the system's.
    pub(crate) fn of(region: &str) -> Roots {
        if is_public(region) { Roots::File(Cow::Borrowed(AMAZON.as_bytes())) } else { Roots::System }
    }

    /// The roots in the PEM file at `path`, for networks in which something of the operator's own answers in AWS's place.
    ///
    /// # Errors
    /// If the file cannot be read, or is no list of certificates.
    pub(crate) fn bundle(path: &str) -> Result<Roots, String> {
        let pem = fs::read(path).map_err(|error| error.to_string())?;
        store(&pem)?;
        Ok(Roots::File(Cow::Owned(pem)))
    }

    /// For the SDK.
    pub(crate) fn trust_store(&self) -> TrustStore {
        match self {
            Roots::File(pem) => TrustStore::empty().with_pem_certificate(&**pem),
            Roots::System => TrustStore::default(),
        }
    }

    /// For connections of our own.
    pub(crate) fn store(&self) -> RootCertStore {
        match self {
            // It was parsed before, or came with the binary.
            Roots::File(pem) => store(pem).unwrap_or_else(|_| RootCertStore::empty()),
            Roots::System => {
                let mut roots = RootCertStore::empty();
                // What cannot be read or parsed is left out: it vouches for nobody then.
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                roots
            }
        }
    }
}

/// Whether `region` is one of the public partition. For the others (China's, the US government's, the isolated ones, the
/// European sovereign cloud's) no page of AWS's says that these five roots are enough. Their names have other prefixes
/// or one part more: `cn-north-1`, `us-gov-west-1`.
fn is_public(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    matches!(*parts, [prefix, _, _] if PUBLIC.contains(&prefix))
}

/// The connector of the SDK takes it for granted that what it is given can be parsed.
fn store(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("it is not a PEM file: {error}"))?;
        roots.add(certificate).map_err(|error| format!("it has a certificate that cannot be used: {error}"))?;
    }
    if roots.is_empty() { Err("it has no certificate".to_owned()) } else { Ok(roots) }
}

#[cfg(test)]
mod tests {
    use domain::digest::Digest;
    use expect_test::{Expect, expect};
    use x509_parser::prelude::{FromDer as _, X509Certificate};

    use super::*;
    use crate::clock;

    /// The digests are those of https://www.amazontrust.com/repository/.
    #[test]
    fn amazons_roots_have_the_keys_that_amazon_states() {
        let mut told = String::new();
        for certificate in CertificateDer::pem_slice_iter(AMAZON.as_bytes()) {
            let der = certificate.unwrap();
            let (_, certificate) = X509Certificate::from_der(&der).unwrap();
            let name = certificate.subject().iter_common_name().next().unwrap().as_str().unwrap();
            let end = certificate.validity().not_after.to_datetime().date();
            told += &format!("{} {end} {name}\n", Digest::of(certificate.public_key().raw));
        }
        expect![[r#"
            fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2 2038-01-17 Amazon Root CA 1
            7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461 2040-05-26 Amazon Root CA 2
            36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9 2040-05-26 Amazon Root CA 3
            f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5 2040-05-26 Amazon Root CA 4
            2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92 2037-12-31 Starfield Services Root Certificate Authority - G2
        "#]]
        .assert_eq(&told);
    }

    #[test]
    fn no_root_of_amazons_ends_within_two_years() {
        const TWO_YEARS_SECONDS: i64 = 2 * 366 * 24 * 60 * 60;
        for certificate in CertificateDer::pem_slice_iter(AMAZON.as_bytes()) {
            let der = certificate.unwrap();
            let (_, certificate) = X509Certificate::from_der(&der).unwrap();
            let left_seconds = certificate.validity().not_after.timestamp() - clock::now().as_millis() / 1000;
            assert!(left_seconds > TWO_YEARS_SECONDS, "take the roots of today from Amazon: {}", certificate.subject());
        }
    }

    #[test]
    fn amazons_roots_are_for_the_public_regions() {
        for region in ["us-east-1", "eu-central-2", "ap-southeast-7", "mx-central-1"] {
            assert!(is_public(region), "{region}");
        }
        for region in
            ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1", ""]
        {
            assert!(!is_public(region), "{region}");
        }
    }

    fn refused(content: &str, expected: Expect) {
        expected.assert_eq(&store(content.as_bytes()).err().unwrap_or_default());
    }

    #[test]
    fn a_bundle_of_the_operators_must_hold_certificates() {
        refused(AMAZON, expect![""]);
        refused("", expect!["it has no certificate"]);
        refused(
            "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n",
            expect!["it is not a PEM file: base64 decode error: InvalidCharacter(42)"],
        );
        refused(
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            expect!["it has a certificate that cannot be used: invalid peer certificate: BadEncoding"],
        );
        assert!(Roots::bundle("/nowhere/ca.pem").unwrap_err().contains("No such file"));
    }
}
