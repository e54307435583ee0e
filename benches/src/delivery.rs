//! Signed deliveries, made the way Get3W makes them, as a function URL hands them over.

use std::fmt::Write as _;

use serde_json::json;

use crate::digest::{hex, hmac, sha256_hex};

/// The source to which everything is delivered.
pub const SOURCE: &str = "bench";
/// Its secret.
const SECRET: &str = "a benchmark's secret, known to everybody";

/// A delivery.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The id that its event gets.
    pub event_id: String,
    /// What was signed.
    pub body: Vec<u8>,
    /// The event of the function URL.
    pub payload: Vec<u8>,
}

/// Whether a delivery is its sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticity {
    /// It is.
    Genuine,
    /// It is signed with another secret.
    Forged,
}

/// The value of the source's secret.
#[must_use]
pub fn secret_value() -> String {
    Credential::signature("x-get3w-signature", SECRET).secret_value("get3w")
}

/// The delivery `number` of a body of `bytes` bytes.
#[must_use]
pub fn delivery(number: u64, bytes: usize, signed: Authenticity) -> Delivery {
    let job = format!("pred_{number:08x}");
    let body = body(&job, number, bytes);
    let event_id = format!("{SOURCE}/{job}/completed");
    let key = match signed {
        Authenticity::Genuine => SECRET,
        Authenticity::Forged => "another secret altogether",
    };
    let payload = payload(&body, &Credential::signature("x-get3w-signature", key), number);
    Delivery { event_id, body: body.into_bytes(), payload }
}

/// How a sender proves who it is.
#[derive(Clone, Copy, Debug)]
pub enum Credential {
    /// It signs, in this header.
    Signature {
        /// The header's name in lower case.
        header: &'static str,
        /// The secret.
        secret: &'static str,
    },
    /// It cannot sign and knows a token.
    Token,
}

/// 128 bits, as the documentation asks for.
const TOKEN: &str = "6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7";

impl Credential {
    /// A signature in `header`.
    #[must_use]
    pub const fn signature(header: &'static str, secret: &'static str) -> Credential {
        Credential::Signature { header, secret }
    }

    /// The value of the source's secret, for a sender of `provider`.
    #[must_use]
    pub fn secret_value(self, provider: &str) -> String {
        match self {
            Credential::Signature { secret, .. } => json!({"provider": provider, "secrets": [secret]}),
            Credential::Token => json!({"provider": provider, "token_sha256": [sha256_hex(TOKEN.as_bytes())]}),
        }
        .to_string()
    }
}

/// A finished prediction with as many outputs as fit `bytes`. Their links carry signatures, as such links do, and
/// those cannot be compressed.
fn body(job: &str, number: u64, bytes: usize) -> String {
    let head = format!(
        r#"{{"id":"{job}","model":"get3w/wan-2.2-i2v","status":"completed","created_at":"2025-11-02T18:20:01.113Z","completed_at":"2025-11-02T18:21:24.902Z","timings":{{"inference":81734}},"outputs":["#
    );
    let mut body = head;
    let tail = "]}";
    let mut noise = Noise(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut output = 0;
    loop {
        let comma = if output == 0 { "" } else { "," };
        let link = format!(
            r#"{comma}"https://cdn.get3w.com/outputs/{job}/{output}.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2F20251102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20251102T182124Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature={}""#,
            noise.hex(32)
        );
        if body.len() + link.len() + tail.len() > bytes {
            break;
        }
        body.push_str(&link);
        output += 1;
    }
    body.push_str(tail);
    // White space at the end changes no value and makes the size exact.
    let missing = bytes.saturating_sub(body.len());
    body.extend(std::iter::repeat_n(' ', missing));
    body
}

/// The function URL's event by which the sender with `credential` delivers `body` for the `number`th time.
#[must_use]
pub fn payload(body: &str, credential: &Credential, number: u64) -> Vec<u8> {
    let (path, signature) = match *credential {
        Credential::Signature { header, secret } => {
            (format!("/hooks/{SOURCE}"), Some((header, hex(&hmac(secret.as_bytes(), body.as_bytes())))))
        }
        Credential::Token => (format!("/hooks/{SOURCE}/{TOKEN}"), None),
    };
    let host = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.lambda-url.us-east-1.on.aws";
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "accept-encoding": "gzip",
            "content-length": body.len().to_string(),
            "content-type": "application/json",
            "host": host,
            "user-agent": "Go-http-client/2.0",
            "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
            "x-amzn-tls-version": "TLSv1.3",
            "x-amzn-trace-id": "Root=1-690e2f3a-0123456789abcdef01234567",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "domainName": host,
            "domainPrefix": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "Go-http-client/2.0",
            },
            "requestId": format!("0d8a3f6e-0000-4000-8000-{number:012x}"),
            "routeKey": "$default",
            "stage": "$default",
            "time": "02/Nov/2025:18:21:25 +0000",
            "timeEpoch": 1_762_107_685_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    });
    if let Some((header, signature)) = signature {
        event["headers"][header] = signature.into();
    }
    event.to_string().into_bytes()
}

/// What looks random and is the same in every run: xorshift.
struct Noise(u64);

impl Noise {
    fn hex(&mut self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes * 2);
        while text.len() < bytes * 2 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let _ = write!(text, "{:016x}", self.0);
        }
        text.truncate(bytes * 2);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_json_of_exactly_the_size_that_was_asked_for() {
        for bytes in [512, 2048, 20 * 1024, 200 * 1024, 1024 * 1024] {
            let delivery = delivery(7, bytes, Authenticity::Genuine);
            assert_eq!(delivery.body.len(), bytes);
            assert!(serde_json::from_slice::<serde_json::Value>(&delivery.body).is_ok());
        }
    }
}
