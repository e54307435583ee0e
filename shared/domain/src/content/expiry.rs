//! When a link stops working.

use std::time::Duration;

use url::Url;

use crate::time::Timestamp;

/// When `url` stops working, as far as it says so itself: links that are signed for a time carry it.
#[must_use]
pub(crate) fn of_url(url: &str) -> Option<Timestamp> {
    let url = Url::parse(url).ok()?;
    let parameter = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
    };
    // Azure's shared access signature: an instant.
    if let (Some(ends), Some(_)) = (parameter("se"), parameter("sig")) {
        return instant(&ends);
    }
    // S3 and Google: when it was signed, and for how many seconds.
    for vendor in ["Amz", "Goog"] {
        let signed = (parameter(&format!("X-{vendor}-Date")), parameter(&format!("X-{vendor}-Expires")));
        if let (Some(signed_at), Some(seconds)) = signed {
            return Some(instant(&signed_at)? + Duration::from_secs(seconds.parse().ok()?));
        }
    }
    // CloudFront and older signatures: seconds since the epoch.
    parameter("Signature")?;
    let seconds: i64 = parameter("Expires")?.parse().ok()?;
    Some(Timestamp::from_millis(seconds.checked_mul(1000)?))
}

/// Signers write an instant with seconds, without them, or as a mere day, which ends when it begins.
fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(text).or_else(|| Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: &str) {
        let expiry = of_url(&format!("https://a.example/mesh.glb?{query}")).map(|expiry| expiry.to_string());
        assert_eq!(expiry.as_deref().unwrap_or("-"), expected, "{query}");
    }

    #[test]
    fn azure_says_when() {
        check("sv=2023-01-03&se=2036-11-01T12%3A30%3A00Z&sr=b&sp=r&sig=abc%3D", "2036-11-01T12:30:00.000Z");
        check("se=2025-07-17T10:00Z&sig=abc", "2025-07-17T10:00:00.000Z");
        check("se=2025-07-17&sig=abc", "2025-07-17T00:00:00.000Z");
        check("se=sometime&sig=abc", "-");
        check("se=2025-07-17", "-");
    }

    #[test]
    fn s3_and_google_say_since_when_and_for_how_long() {
        check("X-Amz-Date=20250901T072651Z&X-Amz-Expires=3600&X-Amz-Signature=abc", "2025-09-01T08:26:51.000Z");
        check("x-goog-date=20250901T072651Z&x-goog-expires=604800", "2025-09-08T07:26:51.000Z");
        check("X-Amz-Date=20250901T072651Z", "-");
        check("X-Amz-Date=20250901T072651Z&X-Amz-Expires=long", "-");
        check("X-Amz-Date=20250901T072651Z&X-Amz-Expires=18446744073709551615", "9999-12-30T22:00:00.999Z");
    }

    #[test]
    fn cloudfront_counts_seconds() {
        check("Expires=1756715211&Signature=abc&Key-Pair-Id=K1", "2025-09-01T08:26:51.000Z");
        check("AWSAccessKeyId=A&Expires=1756715211&Signature=abc", "2025-09-01T08:26:51.000Z");
        check("Expires=1756715211", "-");
        check("Expires=9223372036854775807&Signature=abc", "-");
    }

    #[test]
    fn others_say_nothing() {
        check("", "-");
        check("v=3", "-");
        assert_eq!(of_url("no URL"), None);
    }
}
