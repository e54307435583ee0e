//! Signature Version 4, by which AWS knows its callers.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::fmt;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use domain::digest::Digest;
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hyper::HeaderMap;
use hyper::header::HeaderValue;
use sha2::Sha256;

use crate::aws::Keys;

type Key = [u8; 32];

/// Signs the requests to one service in one region.
pub(crate) struct Signer {
    keys: Keys,
    region: String,
    service: &'static str,
    /// The key of a day, and the day.
    key: Mutex<Option<(String, Key)>>,
}

impl Signer {
    pub(crate) const fn new(keys: Keys, region: String, service: &'static str) -> Signer {
        Signer { keys, region, service, key: Mutex::new(None) }
    }

    /// Signs a POST to `/` with `headers` and `body`. All headers are signed; what is added later is not.
    pub(super) fn sign(&self, headers: &mut HeaderMap, body: &[u8], now: Timestamp) {
        let time = amz_date(now);
        let (date, _) = time.split_at(8);
        insert(headers, "x-amz-date", &time);
        if let Some(token) = &self.keys.session_token {
            insert(headers, "x-amz-security-token", token);
        }
        let mut signed: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect();
        signed.sort_unstable();
        let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let mut canonical = "POST\n/\n\n".to_owned();
        for (name, value) in signed {
            canonical.extend([name, ":", value, "\n"]);
        }
        let _ = write!(canonical, "\n{names}\n{}", Digest::of(body));
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", Digest::of(canonical.as_bytes()));
        let signature = base16ct::lower::encode_string(&hmac(&self.key_of(date), to_sign.as_bytes()));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.keys.access_key_id
        );
        insert(headers, "authorization", &authorization);
    }

    /// The day's key, made once a day.
    fn key_of(&self, date: &str) -> Key {
        let mut kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, key)) = &*kept
            && of == date
        {
            return *key;
        }
        let secret = format!("AWS4{}", self.keys.secret_access_key);
        let key = [&self.region, self.service, "aws4_request"]
            .iter()
            .fold(hmac(secret.as_bytes(), date.as_bytes()), |key, part| hmac(&key, part.as_bytes()));
        *kept = Some((date.to_owned(), key));
        key
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of it that could be used.
        f.debug_struct("Signer").field("service", &self.service).field("region", &self.region).finish_non_exhaustive()
    }
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // Without it the service refuses the request, and says so.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn hmac(key: &[u8], text: &[u8]) -> Key {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(text).finalize().into_bytes().into()
}

/// `20150830T123600Z`.
fn amz_date(instant: Timestamp) -> String {
    // `2015-08-30T12:36:00.000Z`
    let mut text = instant.to_string();
    text.truncate("2015-08-30T12:36:00".len());
    text.retain(|character| !matches!(character, '-' | ':'));
    text.push('Z');
    text
}
