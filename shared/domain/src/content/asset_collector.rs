//! The outputs of a job, collected from a body.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::content::asset::Asset;
use crate::content::file_ending;
use crate::content::lenient;
use crate::content::media::Media;
use crate::content::parsed_delivery::{ParsedDelivery, values};
use crate::description::{AssetSource, Pointer};

/// The most telling kind first: a 3D model comes with a preview film, a film with a poster, a song with a cover.
const MOST_TELLING: [Media; 5] = [Media::ThreeD, Media::Video, Media::Audio, Media::Image, Media::Text];

/// An event has at most this many assets. No sender is known to send so many; a body of short links could hold hundreds
/// of thousands, each of which would be copied and published.
pub(crate) const ASSETS_MAX: usize = 1000;

/// Assets in the order found, each URL once.
#[derive(Default)]
pub(crate) struct AssetCollector<'d> {
    never: &'d [String],
    /// How many URLs there were, with those that were known already.
    offered: usize,
    found: Vec<Asset>,
    /// How many URLs came after the last that was taken.
    omitted: usize,
    urls: HashSet<String>,
    media: Vec<Media>,
}

impl<'d> AssetCollector<'d> {
    /// None yet, and none of what stands under a name in `never`.
    pub(crate) fn without(never: &'d [String]) -> AssetCollector<'d> {
        AssetCollector { never, ..AssetCollector::default() }
    }

    /// Takes what is at a place, and says whether there was any.
    pub(crate) fn take(&mut self, source: &AssetSource, delivery: &ParsedDelivery<'_>) -> bool {
        let offered_before = self.offered;
        for value in values(delivery.value, source.pointer(), self.never) {
            match source {
                AssetSource::At { role, .. } => self.collect(role, value),
                AssetSource::InText { at, role, .. } => self.in_text(at, role, value),
                AssetSource::Members { .. } => self.members(value),
                AssetSource::Walk { .. } => self.walk(value),
                AssetSource::Fields { into, also, except, .. } => self.fields(value, into, also, except),
            }
        }
        self.offered > offered_before
    }

    /// Takes the URLs in `value`, under one role: a string, a list of them, or objects with a `url`.
    ///
    /// Whatever else stands there (nothing yet, an empty string, a data URL, the output itself in base64) is no asset.
    fn collect(&mut self, role: &str, value: &Value) {
        self.collect_typed(role, value, None);
    }

    /// The same, of what the sender names the media type of.
    fn collect_typed(&mut self, role: &str, value: &Value, media_type: Option<&str>) {
        match value {
            Value::String(url) => self.add(role, url, media_type),
            Value::Array(items) => items.iter().for_each(|item| self.collect(role, item)),
            Value::Object(members) => {
                // PHP writes a list as an object with numbers for names as soon as the list has had a gap.
                let mut items: Vec<(u64, &Value)> =
                    members.iter().filter_map(|(name, item)| Some((name.parse().ok()?, item))).collect();
                items.sort_by_key(|(number, _)| *number);
                items.into_iter().for_each(|(_, item)| self.collect(role, item));
                if let Some(url) = members.get("url") {
                    self.collect_typed(role, url, content_type(members));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Takes what stands at a pointer in what a text says, if it is JSON.
    fn in_text(&mut self, at: &Pointer, role: &str, value: &Value) {
        if let Some(inner) = value.as_str().and_then(|text| lenient::tree(text.as_bytes())) {
            values(&inner, at, self.never).into_iter().for_each(|value| self.collect(role, value));
        }
    }

    /// Takes each member's, under its name as the role.
    fn members(&mut self, value: &Value) {
        if let Value::Object(members) = value {
            for (name, member) in members.iter().filter(|(name, _)| !is_among(self.never, name)) {
                self.collect(name, member);
            }
        }
    }

    /// Walks through `value` and takes what stands under names such as `glb_url` and `mesh_url_glb`; the rest of the
    /// name is the role.
    fn walk(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(members) => {
                for (name, member) in members.iter().filter(|(name, _)| !is_among(self.never, name)) {
                    match role_of(name) {
                        Some(role) => {
                            self.collect_typed(&role, member, content_type(members).filter(|_| name == "url"))
                        }
                        None => self.walk(member),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Takes members with such names, and of the others only those that are named. Where results, inputs and libraries
    /// stand side by side, only what is known to be a result may be taken.
    fn fields(&mut self, value: &Value, into: &[String], also: &[String], except: &[String]) {
        let Value::Object(members) = value else {
            return;
        };
        for (name, member) in members {
            match role_of(name) {
                _ if is_among(self.never, name) || is_among(except, name) => {}
                _ if is_among(into, name) => self.walk(member),
                _ if is_among(also, name) => self.collect(name, member),
                Some(role) => self.collect(&role, member),
                None => {}
            }
        }
    }

    /// What the endings tell of the job as a whole.
    pub(crate) fn media(&self) -> Option<Media> {
        MOST_TELLING.into_iter().find(|media| self.media.contains(media))
    }

    /// The assets, and how many more URLs there were.
    pub(crate) fn into_parts(self) -> (Vec<Asset>, usize) {
        (self.found, self.omitted)
    }

    fn add(&mut self, role: &str, url: &str, media_type: Option<&str>) {
        if !is_web_address(url) {
            return;
        }
        self.offered += 1;
        if self.urls.contains(url) {
            return;
        }
        if self.found.len() == ASSETS_MAX {
            self.omitted += 1;
            return;
        }
        self.urls.insert(url.to_owned());
        let (by_name, media) = file_ending::media_of_url(url);
        let media = media_type.and_then(Media::of_type).or(media);
        let media_type = media_type.or(by_name);
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
    }
}

/// The media type that stands beside a URL, unless it is one that says nothing.
fn content_type(members: &Map<String, Value>) -> Option<&str> {
    let media_type = members.get("content_type")?.as_str()?.split(';').next()?.trim();
    let is_one = media_type.split_once('/').is_some_and(|(top, sub)| !top.is_empty() && !sub.is_empty());
    (is_one && !media_type.ends_with("/octet-stream")).then_some(media_type)
}

fn is_among(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
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
mod tests;
