//! How a body is packed for a record: compressed where that makes it smaller.

use domain::delivery::BODY_MAX_BYTES;
use domain::ledger::record::PackedBody;

/// A body of at most so many bytes, as it is stored, lies in its record unless the operator says otherwise; a larger one
/// in the bucket. Every update of a record is billed by its whole size.
pub const INLINE_BODY_BYTES: usize = 8 * 1024;

/// DynamoDB bills by the KiB, so what fits one with the record's other attributes gains nothing from compression.
const WORTH_COMPRESSING_BYTES: usize = 512;
/// Level 1 takes tens of microseconds for a typical body and comes within a tenth of the default level's size.
const LEVEL: i32 = 1;

/// Packs a body.
#[must_use]
pub fn pack(body: &[u8]) -> PackedBody {
    if body.len() >= WORTH_COMPRESSING_BYTES
        && let Ok(compressed) = zstd::bulk::compress(body, LEVEL)
        && compressed.len() < body.len()
    {
        return PackedBody { bytes: compressed, is_zstd: true };
    }
    PackedBody { bytes: body.to_vec(), is_zstd: false }
}

/// Gives the body back; `None` if the frame is damaged, or holds more than any body has.
#[must_use]
pub fn unpack(packed: PackedBody) -> Option<Vec<u8>> {
    unpack_within(packed, BODY_MAX_BYTES)
}

fn unpack_within(packed: PackedBody, max_bytes: usize) -> Option<Vec<u8>> {
    if packed.is_zstd { zstd::bulk::decompress(&packed.bytes, max_bytes).ok() } else { Some(packed.bytes) }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_body_comes_back_and_never_grows(piece in vec(any::<u8>(), 0..600), times in 1..20_usize) {
            let body = piece.repeat(times);
            let packed = pack(&body);
            prop_assert!(packed.bytes.len() <= body.len());
            prop_assert_eq!(unpack_within(packed, body.len()).unwrap(), body);
        }

        #[test]
        fn any_bytes_are_unpacked_within_the_bound_or_refused(bytes in vec(any::<u8>(), 0..600), max_bytes in 0..600_usize) {
            // Random bytes are no frame; those of a genuine one are, until the first that differs.
            let frame = zstd::bulk::compress(&bytes, LEVEL).unwrap();
            let damaged = [&frame[..frame.len() / 2], &bytes].concat();
            for bytes in [bytes, frame, damaged] {
                if let Some(body) = unpack_within(PackedBody { bytes, is_zstd: true }, max_bytes) {
                    prop_assert!(body.len() <= max_bytes);
                }
            }
        }
    }

    #[test]
    fn every_body_comes_back() {
        let noise: Vec<u8> =
            (0..4096_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let zstd_magic = [0x28, 0xb5, 0x2f, 0xfd];
        for body in [&b""[..], b"{}", &zstd_magic, &[b'x'; 100_000], &noise] {
            assert_eq!(unpack(pack(body)).unwrap(), body);
        }
    }

    #[test]
    fn only_what_shrinks_is_compressed() {
        assert!(!pack(b"{}").is_zstd);
        assert!(pack(&[b'x'; 100_000]).bytes.len() < 100);
    }

    #[test]
    fn a_damaged_or_bloated_frame_is_refused() {
        let packed = pack(&[b'x'; 2048]);
        assert!(unpack_within(packed.clone(), 2047).is_none());
        assert!(unpack(PackedBody { bytes: packed.bytes[..5].to_vec(), is_zstd: true }).is_none());
    }
}
