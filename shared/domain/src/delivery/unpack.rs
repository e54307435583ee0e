//! A body that its sender has packed after it signed it.

use std::io::Read;

use flate2::bufread::GzDecoder;

use crate::delivery::BODY_MAX_BYTES;
use crate::delivery::headers::Headers;
use crate::verify::Refusal;

/// The header that says how a body is packed. It says nothing of one that has been unpacked.
pub(crate) const HEADER: &str = "content-encoding";

/// The body as it was before it was packed, if `Content-Encoding` says that it is packed by gzip.
///
/// # Errors
/// If it is not packed so, or holds more than any body may.
pub fn unpack(headers: &Headers, body: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    let is_packed = matches!(headers.single(HEADER), Ok(Some("gzip" | "x-gzip")));
    if !is_packed {
        return Ok(None);
    }
    let mut unpacked = Vec::new();
    // Not a byte more is unpacked than shows that it is too long.
    let mut bounded = GzDecoder::new(body).take(BODY_MAX_BYTES as u64 + 1);
    bounded.read_to_end(&mut unpacked).map_err(|_| Refusal::BodyMalformed)?;
    if unpacked.len() > BODY_MAX_BYTES {
        return Err(Refusal::BodyTooLarge);
    }
    let behind = bounded.into_inner().into_inner();
    if behind.is_empty() { Ok(Some(unpacked)) } else { Err(Refusal::BodyMalformed) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).expect("there is room");
        encoder.finish().expect("there is room")
    }

    fn check(encoding: &str, body: &[u8], expected: &str) {
        let found = match unpack(&Headers::from_iter([("Content-Encoding", encoding)]), body) {
            Ok(None) => "as it was sent".to_owned(),
            Ok(Some(unpacked)) => format!("{} bytes", unpacked.len()),
            Err(refusal) => refusal.to_string(),
        };
        assert_eq!(found, expected, "{encoding}, {} bytes", body.len());
    }

    #[test]
    fn a_body_is_unpacked_as_its_header_says() {
        check("gzip", &packed(b"{}"), "2 bytes");
        check("x-gzip", &packed(b""), "0 bytes");
        check("", b"{}", "as it was sent");
        check("br", b"{}", "as it was sent");
        check("gzip, gzip", &packed(&packed(b"{}")), "as it was sent");
    }

    #[test]
    fn what_is_not_packed_right_is_refused() {
        let body = packed(b"{}");
        check("gzip", b"{}", "body_malformed");
        check("gzip", b"", "body_malformed");
        check("gzip", &body[..body.len() - 1], "body_malformed");
        check("gzip", &[&*body, b"{}"].concat(), "body_malformed");
    }

    #[test]
    fn a_bomb_is_unpacked_no_further_than_the_longest_body() {
        check("gzip", &packed(&vec![b'0'; BODY_MAX_BYTES]), "4194304 bytes");
        check("gzip", &packed(&vec![b'0'; BODY_MAX_BYTES + 1]), "body_too_large");
        check("gzip", &packed(&vec![b'0'; 256 * BODY_MAX_BYTES]), "body_too_large");
    }
}
