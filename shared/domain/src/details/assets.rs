//! The outputs of a job, collected from a body.

use std::collections::HashSet;

use description::{AssetSource, Pointer, Text};
use serde_json::Value;

use super::body::{Body, values};
use super::media;
use crate::canonical::{Asset, Media};

/// The most telling kind first: a 3D model comes with a preview film, a film with a poster, a song with a cover.
const MOST_TELLING: [Media; 5] = [Media::ThreeD, Media::Video, Media::Audio, Media::Image, Media::Text];

/// Assets in the order found, each URL once.
#[derive(Default)]
pub(crate) struct Assets<'d> {
    never: &'d [Text],
    found: Vec<Asset>,
    urls: HashSet<String>,
    media: Vec<Media>,
}

impl<'d> Assets<'d> {
    /// None yet, and none of what stands under a name in `never`.
    pub(crate) fn without(never: &'d [Text]) -> Assets<'d> {
        Assets { never, ..Assets::default() }
    }

    /// Takes what is at a place, and says whether there was any.
    pub(crate) fn take(&mut self, source: &AssetSource, body: &Body<'_>) -> bool {
        let pointer = source.pointer();
        let mut any = false;
        for value in values(body.value, pointer, self.never) {
            any |= match source {
                AssetSource::At { role, .. } => self.collect(role, value),
                AssetSource::InText { at, role, .. } => self.in_text(at, role, value),
                AssetSource::Members { .. } => self.members(value),
                AssetSource::Walk { .. } => self.walk(value),
                AssetSource::Fields { into, also, except, .. } => self.fields(value, into, also, except),
            };
        }
        any
    }

    /// Takes the URLs in `value`, under one role: a string, a list of them, or objects with a `url`.
    ///
    /// Whatever else stands there (nothing yet, an empty string, a data URL, the output itself in base64) is no asset.
    fn collect(&mut self, role: &str, value: &Value) -> bool {
        match value {
            Value::String(url) => self.add(role, url),
            Value::Array(items) => items.iter().fold(false, |any, item| self.collect(role, item) || any),
            Value::Object(members) => {
                // PHP writes a list as an object with numbers for names as soon as the list has had a gap.
                let mut items: Vec<(u64, &Value)> =
                    members.iter().filter_map(|(name, item)| Some((name.parse().ok()?, item))).collect();
                items.sort_by_key(|(number, _)| *number);
                let url = members.get("url");
                items
                    .into_iter()
                    .map(|(_, item)| item)
                    .chain(url)
                    .fold(false, |any, item| self.collect(role, item) || any)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Takes what stands at a pointer in what a text says, if it is JSON.
    fn in_text(&mut self, at: &Pointer, role: &str, value: &Value) -> bool {
        let inner = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let Some(inner) = inner else {
            return false;
        };
        values(&inner, at, self.never).into_iter().fold(false, |any, value| self.collect(role, value) || any)
    }

    /// Takes each member's, under its name as the role.
    fn members(&mut self, value: &Value) -> bool {
        let Value::Object(members) = value else {
            return false;
        };
        members.iter().fold(false, |any, (name, member)| (!self.is_never(name) && self.collect(name, member)) || any)
    }

    /// Walks through `value` and takes what stands under names such as `glb_url` and `mesh_url_glb`; the rest of the
    /// name is the role.
    fn walk(&mut self, value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().fold(false, |any, item| self.walk(item) || any),
            Value::Object(members) => members.iter().fold(false, |any, (name, member)| {
                let found = match role_of(name) {
                    _ if self.is_never(name) => false,
                    Some(role) => self.collect(&role, member),
                    None => self.walk(member),
                };
                found || any
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    /// Takes members with such names, and of the others only those that are named. Where results, inputs and libraries
    /// stand side by side, only what is known to be a result may be taken.
    fn fields(&mut self, value: &Value, into: &[Text], also: &[Text], except: &[Text]) -> bool {
        let Value::Object(members) = value else {
            return false;
        };
        members.iter().fold(false, |any, (name, member)| {
            let found = match role_of(name) {
                _ if self.is_never(name) || except.iter().any(|known| known == name) => false,
                _ if into.iter().any(|known| known == name) => self.walk(member),
                _ if also.iter().any(|known| known == name) => self.collect(name, member),
                Some(role) => self.collect(&role, member),
                None => false,
            };
            found || any
        })
    }

    fn is_never(&self, name: &str) -> bool {
        self.never.iter().any(|never| never == name)
    }

    /// What the endings tell of the job as a whole.
    pub(crate) fn media(&self) -> Option<Media> {
        MOST_TELLING.into_iter().find(|media| self.media.contains(media))
    }

    pub(crate) fn into_vec(self) -> Vec<Asset> {
        self.found
    }

    fn add(&mut self, role: &str, url: &str) -> bool {
        if !is_web_address(url) {
            return false;
        }
        if !self.urls.insert(url.to_owned()) {
            return true;
        }
        let (media_type, media) = media::of_url(url);
        if let Some(media) = media.filter(|media| !self.media.contains(media)) {
            self.media.push(media);
        }
        self.found.push(Asset {
            role: role.to_owned(),
            media_type: media_type.map(str::to_owned),
            url: url.to_owned(),
            archived: None,
            not_archived: None,
            expires_at: None,
        });
        true
    }
}

/// The role that a member's name gives to the URL under it, if it is a name for a URL.
fn role_of(name: &str) -> Option<String> {
    if let Some((thing, format)) = name.split_once("_url_") {
        return Some(format!("{thing}_{format}"));
    }
    match name.strip_suffix("urls").or_else(|| name.strip_suffix("url"))?.trim_end_matches('_') {
        "" => Some("output".to_owned()),
        thing => Some(thing.to_owned()),
    }
}

/// Whether `text` is an http or https URL. No more is asked: what may be fetched is decided by whoever fetches it, and
/// some senders leave spaces in the names of files.
fn is_web_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && !host.is_empty()
        && !host.contains(char::is_whitespace)
        && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(assets: Assets<'_>) -> Vec<String> {
        assets.into_vec().into_iter().map(|asset| format!("{} {}", asset.role, asset.url)).collect()
    }

    #[test]
    fn lists_come_in_many_forms() {
        let check = |value: Value, expected: &[&str]| {
            let mut assets = Assets::default();
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
        let never = [Text::Borrowed("input")];
        let mut assets = Assets::without(&never);
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
    fn the_most_telling_ending_tells_the_media() {
        let check = |urls: Value, expected: Option<Media>| {
            let mut assets = Assets::default();
            assets.collect("output", &urls);
            assert_eq!(assets.media(), expected, "{urls}");
        };
        check(json!(["https://a.example/a.png", "https://a.example/a.mp4"]), Some(Media::Video));
        check(json!(["https://a.example/a.mp4", "https://a.example/a.glb"]), Some(Media::ThreeD));
        check(json!(["https://a.example/a.jpg", "https://a.example/a.mp3"]), Some(Media::Audio));
        check(json!(["https://a.example/a.txt", "https://a.example/a.webp"]), Some(Media::Image));
        check(json!(["https://a.example/a.zip", "https://a.example/a"]), None);
    }
}
