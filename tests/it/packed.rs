//! Bodies that their senders pack once they have signed them.

use std::io::Write;

use domain::delivery::BODY_MAX_BYTES;
use domain::provider::Provider;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tests::source::Source;
use tests::world::run;

fn pack(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("there is room");
    encoder.finish().expect("there is room")
}

#[test]
fn a_packed_body_is_published_unpacked_and_a_bomb_is_refused() {
    run(async |world| {
        let scheme = json!({
            "scheme": {"kind": "url-token"},
            "unpack": true,
            "shape": [{"key": "/id", "names": "event", "otherwise": "event.occurred"}],
        });
        let source = Source::new(Provider::Custom).with_fresh_token().with_option("scheme", scheme);
        let source = world.set_up(source).await;
        let deliver = async |body: &[u8]| {
            // The emulator's function URL reads JSON as text even where it is packed.
            let request = world.delivery(&source, body).with_header("content-type", "application/octet-stream");
            let request = request.with_header("content-encoding", "gzip");
            world.deliver(&request).await.told()
        };
        let refused = "401 the delivery could not be verified";
        // It has some 4 KiB, and is a thousand times as large once unpacked.
        assert_eq!(deliver(&pack(&vec![b' '; BODY_MAX_BYTES + 1])).await, refused);
        assert_eq!(deliver(br#"{"id":"1"}"#).await, refused);
        assert!(world.records(&source).await.is_empty(), "something that was refused is recorded");

        let body = br#"{"id":"1","text":"as it was before it was packed"}"#;
        assert_eq!(deliver(&pack(body)).await, "200 accepted");
        let event = world.event(&source, &format!("{}/1", source.name)).await;
        assert_eq!(event.json["data"]["raw"]["text"], "as it was before it was packed");
        assert_eq!(deliver(&pack(body)).await, "200 duplicate");
    });
}
