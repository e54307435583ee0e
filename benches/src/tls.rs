//! The certificate of a run, and who trusts it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::Result;

/// Where a system keeps the roots that it trusts, Lambda's first.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"];

/// What Landfall's binaries trust on AWS.
const AMAZONS_ROOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/platform/roots/amazon.pem");

/// An authority that exists for one run, with a certificate for `localhost`.
pub struct Authority {
    /// What the stubs serve with.
    pub server: Arc<ServerConfig>,
    /// A file with this system's roots and the run's own: reading so many is part of a real cold start.
    pub bundle: PathBuf,
    /// A file with the roots that Landfall has for AWS and the run's own.
    pub bundle_for_aws: PathBuf,
    /// A file with the run's own root alone, for a client that embeds what it trusts.
    pub root: PathBuf,
}

impl Authority {
    /// Makes one, with its files in `directory`.
    ///
    /// # Errors
    /// If the files cannot be written, or this system has no roots.
    pub fn make(directory: &Path) -> Result<Authority> {
        let (authority_key, key) = (KeyPair::generate()?, KeyPair::generate()?);
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        authority.distinguished_name.push(DnType::CommonName, "Landfall benchmark, one run");
        let authority_certificate = authority.self_signed(&authority_key)?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &Issuer::from_params(&authority, &authority_key))?;

        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        let server = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
        let system = SYSTEM_ROOTS.iter().find_map(|path| fs::read_to_string(path).ok());
        let system = system.ok_or_else(|| format!("no roots of this system in {}", SYSTEM_ROOTS.join(", ")))?;
        let amazons = fs::read_to_string(AMAZONS_ROOTS).map_err(|error| format!("{AMAZONS_ROOTS}: {error}"))?;
        let own = authority_certificate.pem();
        let write = |name: &str, text: String| -> Result<PathBuf> {
            let path = directory.join(name);
            fs::write(&path, text)?;
            Ok(fs::canonicalize(path)?)
        };
        Ok(Authority {
            server: Arc::new(server),
            bundle: write("bundle.pem", format!("{system}\n{own}"))?,
            bundle_for_aws: write("bundle-for-aws.pem", format!("{amazons}\n{own}"))?,
            root: write("root.pem", own)?,
        })
    }
}
