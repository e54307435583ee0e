//! Whether bytes are what the sender says they are. An expired link is often answered with a web page and a 200.

use file_format::{FileFormat, Kind};

use crate::download::FetchRefusal;

/// So many bytes of the beginning tell.
pub const HEAD_BYTES: usize = 4096;

/// What bytes can be, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Picture,
    /// Sound or film: their containers are the same.
    Timed,
    /// A model that may be text, or packed.
    Model,
    /// A model that is neither.
    BinaryModel,
    Packed,
    Document,
    Text,
    WebPage,
    Program,
    Unknown,
}

/// Checks the beginning of some content against the media type that it was sent with, and against the one that its sender
/// or its name tells: all three must agree, since an error is often sent as what it is in the place of a picture.
///
/// Formats of one family pass for each other: many senders call a WebP a PNG. Bytes of no known format pass unless they
/// are text where none can be, since no list of formats is complete. A web page never passes.
///
/// # Errors
/// If they do not agree.
pub fn check(sent_as: Option<&str>, named_as: Option<&str>, head: &[u8]) -> Result<(), FetchRefusal> {
    let found = found(head);
    let (sent, named) = (sent_as.and_then(claimed), named_as.and_then(claimed));
    let fits = |claimed: Option<Family>| claimed.is_none_or(|claimed| can_be(claimed, found));
    let agree = sent.zip(named).is_none_or(|(sent, named)| can_be(sent, named) || can_be(named, sent));
    if found == Family::WebPage || !fits(sent) || !fits(named) || !agree {
        return Err(FetchRefusal::ContentType);
    }
    Ok(())
}

/// Whether content that claims to be of one family can be of another.
const fn can_be(claimed: Family, found: Family) -> bool {
    match (claimed, found) {
        (Family::Picture, Family::Picture)
        | (Family::Timed, Family::Timed)
        // Some models are packed, and some are text.
        | (Family::Model, Family::Model | Family::BinaryModel | Family::Packed | Family::Text)
        | (Family::BinaryModel, Family::Model | Family::BinaryModel)
        | (Family::Document, Family::Document)
        | (Family::Packed, Family::Packed | Family::Model)
        | (Family::Text, Family::Text) => true,
        (Family::WebPage | Family::Program, _) => false,
        (_, Family::Unknown) => true,
        _ => false,
    }
}

/// The family that a media type claims. The types of whatever a server knows nothing about claim none.
fn claimed(media_type: &str) -> Option<Family> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (top, sub) = essence.split_once('/')?;
    match (top, sub) {
        ("text", "html") | ("application", "xhtml+xml") => Some(Family::WebPage),
        // Servers call whatever they do not know plain text.
        ("text", "plain") => None,
        ("image", "svg+xml") | ("application", "json" | "xml") | ("text", _) => Some(Family::Text),
        ("image", _) => Some(Family::Picture),
        ("audio" | "video", _) => Some(Family::Timed),
        ("model", "gltf-binary") => Some(Family::BinaryModel),
        ("model", "3mf" | "vnd.usdz+zip") | ("application", "zip" | "x-zip-compressed") => Some(Family::Packed),
        ("model", _) => Some(Family::Model),
        ("application", "pdf") => Some(Family::Document),
        _ => None,
    }
}

fn found(head: &[u8]) -> Family {
    let format = FileFormat::from_bytes(head);
    match format {
        FileFormat::ScalableVectorGraphics => return Family::Text,
        FileFormat::PortableDocumentFormat => return Family::Document,
        // These have no kind of their own in the list.
        FileFormat::Mpeg4Part14
        | FileFormat::ExtensibleBinaryMetaLanguage
        | FileFormat::OggMultiplexedMedia
        | FileFormat::Id3v2 => return Family::Timed,
        _ => {}
    }
    match format.kind() {
        Kind::Image => Family::Picture,
        Kind::Audio | Kind::Video => Family::Timed,
        Kind::Model => Family::Model,
        Kind::Archive | Kind::Compressed | Kind::Package => Family::Packed,
        Kind::Executable => Family::Program,
        _ => of_text(head),
    }
}

/// Text is what has no control character but white space in it.
fn of_text(head: &[u8]) -> Family {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The beginning may end within a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Family::Unknown,
    };
    if text.is_empty() || text.contains(|character: char| character.is_control() && !character.is_whitespace()) {
        return Family::Unknown;
    }
    if is_web_page(text) { Family::WebPage } else { Family::Text }
}

/// Whether a text begins as web pages do; comments and XML's declaration may stand before it.
fn is_web_page(text: &str) -> bool {
    const BEGINNINGS: [&str; 7] = ["<!doctype html", "<html", "<head", "<title", "<meta", "<script", "<body"];
    let mut text = text.trim_start_matches('\u{feff}').trim_start();
    for (begin, end) in [("<?xml", "?>"), ("<!--", "-->")] {
        while let Some((_, rest)) = text.strip_prefix(begin).and_then(|rest| rest.split_once(end)) {
            text = rest.trim_start();
        }
    }
    let begins_with =
        |beginning: &str| text.get(..beginning.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(beginning));
    BEGINNINGS.into_iter().any(begins_with)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const WEBP: &[u8] = b"RIFF\x24\0\0\0WEBPVP8 ";
    const MP4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41";
    const MP3: &[u8] = b"ID3\x04\0\0\0\0\0\0";
    const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";
    const WEBM: &[u8] = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01";
    const OGG: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0";
    const GLB: &[u8] = b"glTF\x02\0\0\0\0\x01\0\0";
    const FBX: &[u8] = b"Kaydara FBX Binary  \0\x1a\0";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0";
    const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0";
    const OBJ: &[u8] = b"# Blender\nv 1.0 2.0 3.0\n";
    const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\">";
    const HTML: &[u8] = b"\n <!DOCTYPE HTML><html><body>This link has expired.";
    const ERROR: &[u8] = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
    const REFUSED: &[u8] = b"{\"detail\":\"The link has expired.\"}";
    const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
    const NOISE: &[u8] = b"\xfe\xed\xfa\x11\x80\0\xff";

    fn check_all(sent_as: &str, named_as: &str, contents: &[&[u8]], expected: Result<(), FetchRefusal>) {
        let given = |text: &'static str| (!text.is_empty()).then_some(text);
        let (sent_as, named_as) = (sent_as.to_owned().leak(), named_as.to_owned().leak());
        for content in contents {
            let text = String::from_utf8_lossy(content);
            assert_eq!(check(given(sent_as), given(named_as), content), expected, "{sent_as} {named_as} {text:?}");
        }
    }

    #[test]
    fn content_of_the_family_it_claims_passes() {
        check_all("image/png", "", &[PNG, WEBP], Ok(()));
        check_all("image/svg+xml", "", &[SVG], Ok(()));
        check_all("video/mp4", "", &[MP4, WEBM], Ok(()));
        check_all("Audio/MPEG; codecs=mp3", "", &[MP3, WAV, OGG, MP4], Ok(()));
        check_all("model/gltf-binary", "", &[GLB], Ok(()));
        check_all("model/obj", "", &[OBJ], Ok(()));
        check_all("model/vnd.usdz+zip", "", &[ZIP], Ok(()));
        check_all("application/zip", "", &[ZIP], Ok(()));
        check_all("application/json", "", &[b"{\"a\": 1}"], Ok(()));
    }

    #[test]
    fn content_of_another_family_is_refused() {
        check_all("image/png", "", &[MP4, ZIP, GLB, ELF, EXE, OBJ, ERROR], Err(FetchRefusal::ContentType));
        check_all("video/mp4", "", &[PNG, ZIP, GLB, ELF, EXE, ERROR], Err(FetchRefusal::ContentType));
        check_all("model/gltf-binary", "", &[PNG, MP4, ELF, EXE], Err(FetchRefusal::ContentType));
        check_all("application/zip", "", &[PNG, OBJ], Err(FetchRefusal::ContentType));
        check_all("application/json", "", &[PNG, ELF], Err(FetchRefusal::ContentType));
    }

    #[test]
    fn a_web_page_is_refused_whatever_it_claims_to_be() {
        for page in [
            "<!-- cached --><html>",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE html>",
            "<head><title>403",
            "<TITLE>Error</TITLE>",
        ] {
            check_all(
                "application/octet-stream",
                "model/gltf-binary",
                &[page.as_bytes()],
                Err(FetchRefusal::ContentType),
            );
            check_all("", "model/obj", &[page.as_bytes()], Err(FetchRefusal::ContentType));
        }
        for sent_as in ["", "text/html; charset=utf-8", "text/plain", "image/png", "application/octet-stream"] {
            check_all(sent_as, "", &[HTML, b"\xef\xbb\xbf<html lang=en>"], Err(FetchRefusal::ContentType));
        }
        check_all("text/html", "", &[PNG], Err(FetchRefusal::ContentType));
    }

    #[test]
    fn the_name_tells_where_the_sender_does_not() {
        for silent in ["", "application/octet-stream", "binary/octet-stream", "text/plain", "nonsense"] {
            check_all(silent, "image/png", &[PNG, WEBP], Ok(()));
            check_all(silent, "image/png", &[MP4, ERROR, ELF], Err(FetchRefusal::ContentType));
            check_all(silent, "", &[PNG, MP4, GLB, FBX, ZIP, OBJ], Ok(()));
        }
    }

    #[test]
    fn what_is_sent_named_and_found_must_agree() {
        check_all("application/json", "image/png", &[REFUSED, NOISE, b"", PNG], Err(FetchRefusal::ContentType));
        check_all("application/xml", "video/mp4", &[ERROR], Err(FetchRefusal::ContentType));
        check_all("video/mp4", "image/png", &[MP4, PNG, NOISE], Err(FetchRefusal::ContentType));
        check_all(
            "application/octet-stream",
            "model/gltf-binary",
            &[HTML, ERROR, REFUSED, OBJ, ZIP],
            Err(FetchRefusal::ContentType),
        );
        check_all("application/json", "application/pdf", &[REFUSED], Err(FetchRefusal::ContentType));
        check_all("text/markdown", "", &[PNG, ELF], Err(FetchRefusal::ContentType));
        check_all("audio/mpeg", "video/mp4", &[MP4, MP3], Ok(()));
        check_all("image/webp", "image/png", &[PNG, WEBP], Ok(()));
        check_all("application/json", "model/gltf+json", &[REFUSED], Ok(()));
        check_all("application/zip", "model/vnd.usdz+zip", &[ZIP], Ok(()));
        check_all("application/zip", "model/obj", &[ZIP], Ok(()));
        check_all("model/gltf+json", "model/gltf-binary", &[GLB], Ok(()));
        check_all("application/pdf", "application/pdf", &[PDF, NOISE], Ok(()));
        check_all("text/vtt", "text/vtt", &[b"WEBVTT\n"], Ok(()));
    }

    #[test]
    fn unknown_formats_pass() {
        check_all("image/x-new", "", &[NOISE, b""], Ok(()));
        check_all("audio/mpeg", "", &[b"\xff\xf3\x44\xc4", NOISE], Ok(()));
        check_all("model/gltf-binary", "", &[NOISE], Ok(()));
        check_all("application/octet-stream", "", &[NOISE, ELF], Ok(()));
    }
}
