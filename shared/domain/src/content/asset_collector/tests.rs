use serde_json::json;

use super::*;

fn render(assets: AssetCollector<'_>) -> Vec<String> {
    assets.into_parts().0.into_iter().map(|asset| format!("{} {}", asset.role, asset.url)).collect()
}

#[test]
fn lists_come_in_many_forms() {
    let check = |value: Value, expected: &[&str]| {
        let mut assets = AssetCollector::default();
        assets.collect("output", &value);
        assert_eq!(render(assets), expected, "{value}");
    };
    check(json!("https://a.example/1"), &["output https://a.example/1"]);
    check(
        json!(["http://a.example", {"url": "HTTPS://a.example/2"}]),
        &["output http://a.example", "output HTTPS://a.example/2"],
    );
    check(
        json!({"10": "https://a.example/10", "9": "https://a.example/9"}),
        &["output https://a.example/9", "output https://a.example/10"],
    );
    check(
        json!([["https://a.example/1"], "https://a.example/2", "https://a.example/1"]),
        &["output https://a.example/1", "output https://a.example/2"],
    );
    check(json!("https://a.example/Moon walk.fbx"), &["output https://a.example/Moon walk.fbx"]);
    for none in [
        json!(null),
        json!([]),
        json!({}),
        json!(["", null, 7, true, {"uri": "https://a.example"}]),
        json!("a.png"),
        json!("ftp://a.example/a.png"),
        json!("s3://bucket/a.png"),
        json!("data:image/png;base64,aHR0cHM6Ly9h"),
        json!("//a.example/a.png"),
        json!("https://"),
        json!("https:///a.png"),
        json!("https://a b.example/a.png"),
        json!("https://a.example/\na.png"),
        json!(" https://a.example/a.png"),
    ] {
        check(none, &[]);
    }
}

#[test]
fn a_walk_takes_what_is_named_as_a_url() {
    let never = ["input".to_owned()];
    let mut assets = AssetCollector::without(&never);
    assets.walk(&json!({
        "meshes": [{"data": {"glb_url": "https://a.example/a.glb", "fbx_url": "", "name": "https://a.example/no"}}],
        "mesh_url_usdz": "https://a.example/a.usdz",
        "input": {"image_url": "https://a.example/input.png"},
        "video": {"url": "https://a.example/spin.mp4"},
        "image_urls": ["https://a.example/1.png", "https://a.example/2.png"],
    }));
    assert_eq!(assets.media(), Some(Media::ThreeD));
    assert_eq!(
        render(assets),
        [
            "image https://a.example/1.png",
            "image https://a.example/2.png",
            "mesh_usdz https://a.example/a.usdz",
            "glb https://a.example/a.glb",
            "output https://a.example/spin.mp4",
        ]
    );
}

#[test]
fn the_media_type_beside_a_url_goes_before_its_ending() {
    let check = |file: Value, expected: Option<&str>, media: Option<Media>| {
        let mut assets = AssetCollector::default();
        assets.collect("output", &file);
        assert_eq!(assets.media(), media, "{file}");
        let found = assets.into_parts().0;
        assert_eq!(found[0].media_type.as_deref(), expected, "{file}");
        let mut walked = AssetCollector::default();
        walked.walk(&json!({"file": file}));
        assert_eq!(walked.into_parts().0, found, "{file}");
    };
    let url = "https://a.example/a.png";
    check(json!({"url": url, "content_type": "video/mp4"}), Some("video/mp4"), Some(Media::Video));
    check(
        json!({"url": "https://a.example/a", "content_type": "model/gltf-binary; v=2"}),
        Some("model/gltf-binary"),
        Some(Media::ThreeD),
    );
    check(json!({"url": url, "content_type": "application/x-zip"}), Some("application/x-zip"), Some(Media::Image));
    for silent in [
        json!("application/octet-stream"),
        json!("binary/octet-stream"),
        json!("png"),
        json!("/"),
        json!(null),
        json!(7),
    ] {
        check(json!({"url": url, "content_type": silent}), Some("image/png"), Some(Media::Image));
    }
}

#[test]
fn the_most_telling_ending_tells_the_media() {
    let check = |urls: Value, expected: Option<Media>| {
        let mut assets = AssetCollector::default();
        assets.collect("output", &urls);
        assert_eq!(assets.media(), expected, "{urls}");
    };
    check(json!(["https://a.example/a.png", "https://a.example/a.mp4"]), Some(Media::Video));
    check(json!(["https://a.example/a.mp4", "https://a.example/a.glb"]), Some(Media::ThreeD));
    check(json!(["https://a.example/a.jpg", "https://a.example/a.mp3"]), Some(Media::Audio));
    check(json!(["https://a.example/a.txt", "https://a.example/a.webp"]), Some(Media::Image));
    check(json!(["https://a.example/a.zip", "https://a.example/a"]), None);
}

#[test]
fn an_event_has_at_most_a_thousand_assets_and_the_rest_is_counted() {
    let check = |urls: usize, expected: (usize, usize)| {
        let urls: Vec<String> = (0..urls).map(|number| format!("https://a.example/{number}")).collect();
        let mut assets = AssetCollector::default();
        assets.collect("output", &json!([urls, urls[0]]));
        let (found, omitted) = assets.into_parts();
        assert_eq!((found.len(), omitted), expected);
    };
    check(1000, (1000, 0));
    check(1001, (1000, 1));
    check(284_276, (1000, 283_276));
}
