//! What the ending of a file's name tells.

use percent_encoding::percent_decode_str;

use crate::content::media::Media;

/// The media type and the kind of media of the file that `url` names, as far as the ending of its name tells.
pub(crate) fn media_of_url(url: &str) -> (Option<&'static str>, Option<Media>) {
    ending(url).map_or((None, None), |ending| media_of_ending(&ending))
}

/// The ending in lower case. Signed URLs have a query after it, and some senders encode more of the name than they
/// must.
fn ending(url: &str) -> Option<String> {
    let (_, address) = url.split_once("://")?;
    let address = address.split(['?', '#']).next()?;
    // Without a path the ending would be the host's: `.zip` is a top-level domain.
    let (_, path) = address.split_once('/')?;
    let name = path.rsplit('/').next()?;
    let name = percent_decode_str(name).decode_utf8_lossy();
    let (_, ending) = name.rsplit_once('.')?;
    Some(ending.trim().to_ascii_lowercase())
}

/// Where no media type is registered there is none, though the kind may be clear; an archive or a JSON file may hold
/// anything.
fn media_of_ending(ending: &str) -> (Option<&'static str>, Option<Media>) {
    let (media_type, media) = match ending {
        "avif" => ("image/avif", Media::Image),
        "bmp" => ("image/bmp", Media::Image),
        "gif" => ("image/gif", Media::Image),
        "heic" => ("image/heic", Media::Image),
        "jpg" | "jpeg" => ("image/jpeg", Media::Image),
        "png" => ("image/png", Media::Image),
        "svg" => ("image/svg+xml", Media::Image),
        "tif" | "tiff" => ("image/tiff", Media::Image),
        "webp" => ("image/webp", Media::Image),
        "m4v" | "mp4" => ("video/mp4", Media::Video),
        "mkv" => ("video/matroska", Media::Video),
        "mov" => ("video/quicktime", Media::Video),
        "webm" => ("video/webm", Media::Video),
        "aac" => ("audio/aac", Media::Audio),
        "flac" => ("audio/flac", Media::Audio),
        "m4a" => ("audio/mp4", Media::Audio),
        "mp3" => ("audio/mpeg", Media::Audio),
        "oga" | "ogg" | "opus" => ("audio/ogg", Media::Audio),
        "wav" => ("audio/wav", Media::Audio),
        "3mf" => ("model/3mf", Media::ThreeD),
        "dae" => ("model/vnd.collada+xml", Media::ThreeD),
        "glb" => ("model/gltf-binary", Media::ThreeD),
        "gltf" => ("model/gltf+json", Media::ThreeD),
        "mtl" => ("model/mtl", Media::ThreeD),
        "obj" => ("model/obj", Media::ThreeD),
        "stl" => ("model/stl", Media::ThreeD),
        "usda" => ("model/vnd.usda", Media::ThreeD),
        "usdz" => ("model/vnd.usdz+zip", Media::ThreeD),
        "md" => ("text/markdown", Media::Text),
        "txt" => ("text/plain", Media::Text),
        "vtt" => ("text/vtt", Media::Text),
        "blend" | "fbx" | "ply" | "splat" | "usd" | "usdc" => return (None, Some(Media::ThreeD)),
        "srt" => return (None, Some(Media::Text)),
        "json" => return (Some("application/json"), None),
        "pdf" => return (Some("application/pdf"), None),
        "zip" => return (Some("application/zip"), None),
        _ => return (None, None),
    };
    (Some(media_type), Some(media))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells() {
        let check = |url: &str, media_type: Option<&str>, media: Option<Media>| {
            assert_eq!(media_of_url(url), (media_type, media), "{url}");
        };
        check("https://a.example/mesh.glb", Some("model/gltf-binary"), Some(Media::ThreeD));
        check("https://a.example/v1.2/MESH.GLB?se=2036&name=a.png", Some("model/gltf-binary"), Some(Media::ThreeD));
        check("https://a.example/a.mp4#t=1.jpg", Some("video/mp4"), Some(Media::Video));
        check("https://a.example/Moon walk.fbx", None, Some(Media::ThreeD));
        check("https://a.example/Moon%20walk%2Emp3", Some("audio/mpeg"), Some(Media::Audio));
        check("https://a.example/o/outputs%2Fimage.jpeg", Some("image/jpeg"), Some(Media::Image));
        check("https://a.example/parts.zip", Some("application/zip"), None);
        check("https://a.example/notes.txt", Some("text/plain"), Some(Media::Text));
        for silent in [
            "https://a.example/mesh",
            "https://a.example/mesh.glb/",
            "https://a.example/mesh.bin",
            "https://a.example/%ff.%ff",
            "https://a.example/?file=mesh.glb",
            "https://files.zip",
            "https://files.zip?a=/b.png",
            "mesh.glb",
        ] {
            check(silent, None, None);
        }
    }
}
