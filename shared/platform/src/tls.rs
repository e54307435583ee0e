//! The TLS of all connections that are not the SDK's.

use std::sync::Arc;

use rustls::{ClientConfig, ConfigBuilder, WantsVerifier, crypto};

/// The versions and ciphers; whose certificates are believed is still open.
pub(crate) fn tls() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has ciphers for both of them")
}
