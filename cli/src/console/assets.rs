//! The outputs of an event: their copies, and how long the sender's links work. The browser never asks a sender: what it
//! draws is a copy, which this program reads from the bucket.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::archive::key;
use domain::content::asset::Asset;
use domain::content::canonical::Canonical;
use domain::event::VerifiedBy;
use domain::event::event_id::EventId;
use domain::ledger::listing::row::Row;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use maud::{Markup, html};
use platform::copies::{Copies, CopyHead};
use url::form_urlencoded;

use crate::console::icons::Mark;
use crate::console::pane::trouble;
use crate::console::state::Console;
use crate::console::view::encoded;
use crate::console::words::{count, size, span};
use crate::error::{Error, Result};
use crate::id_argument::missing;

/// An event may have a thousand; so many are shown.
const SHOWN_MAX: usize = 24;
/// How many copies are looked for side by side.
const AT_ONCE: usize = 8;
/// What a browser may draw or play: formats that run nothing. SVG and HTML are not among them.
const DRAWN: [&str; 12] = [
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/webm",
];

/// The outputs that the body tells of; nothing if it tells of none.
pub(crate) async fn assets(console: &Console, row: &Row, body: &[u8], now: Timestamp) -> Markup {
    let assets = outputs(row, body);
    if assets.is_empty() {
        return html! {};
    }
    let copies = match find(console, row, &assets).await {
        Ok(copies) => copies,
        Err(error) => return html! { section.assets { h2 { "Assets" } (trouble(&error, console)) } },
    };
    let copied: Vec<&CopyHead> = copies.iter().flatten().collect();
    let bytes = copied.iter().map(|copy| copy.size).sum();
    html! {
        section.assets aria-label="Assets" {
            h2 { "Assets"
                span.second { (count(assets.len() as u64, "output"))
                    @if copied.is_empty() { ", none copied" } @else { ", " (copied.len()) " copied: " (size(bytes)) }
                }
            }
            ul { @for (number, (asset, copy)) in assets.iter().zip(&copies).enumerate() { li { (card(row, number, asset, copy.as_ref(), now)) } } }
            @if assets.len() > copies.len() { p.note { (assets.len() - copies.len()) " more are in the CloudEvent." } }
        }
    }
}

/// A copy, for the page that shows it: drawn or played if that is safe, else saved as a file.
pub(crate) async fn copy(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    match read(&console, &query, range).await {
        Ok(response) => response,
        Err(error @ (Error::NotFound(_) | Error::Usage(_))) => {
            (StatusCode::NOT_FOUND, error.to_string()).into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn read(console: &Console, query: &str, range: Option<&str>) -> Result<Response> {
    let value =
        |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value);
    let id = value("id").and_then(|id| EventId::parse(&id).ok());
    let number = value("n").and_then(|number| number.parse::<usize>().ok());
    let (Some(id), Some(number)) = (id, number) else { return Err(Error::Usage("no event and no number".into())) };
    let services = console.services().await?;
    let listing = services.listing()?;
    let (row, body) = tokio::try_join!(listing.get(&id), listing.body(&id))?;
    let (Some(row), Some(body)) = (row, body) else { return Err(missing(&id)) };
    let assets = outputs(&row, &body);
    let asset = assets.get(number).ok_or_else(|| Error::NotFound(format!("{id} has no output {number}")))?;
    let content = services.copies()?.read(&key(&row.event, number, &asset.url), range).await?;
    let media_type = DRAWN.into_iter().find(|drawn| content.media_type == *drawn);
    let mut response = Response::builder()
        .status(if content.range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK })
        .header(CONTENT_TYPE, media_type.unwrap_or("application/octet-stream"))
        .header(CONTENT_LENGTH, content.size)
        .header(ACCEPT_RANGES, "bytes");
    if media_type.is_none() {
        response = response.header(CONTENT_DISPOSITION, "attachment");
    }
    if let Some(range) = &content.range {
        response = response.header(CONTENT_RANGE, range);
    }
    let pieces = stream::try_unfold(content, |mut content| async move {
        let piece = content.next().await?;
        Ok::<_, platform::service_error::ServiceError>(piece.map(|piece| (piece, content)))
    });
    let response = response.body(Body::from_stream(pieces));
    response.map_err(|error| Error::Unavailable(format!("the copy cannot be sent: {error}")))
}

/// The outputs by the record. A confirmed event has those of the sender's API, which the record does not have.
fn outputs(row: &Row, body: &[u8]) -> Vec<Asset> {
    let is_of_api = row.event.verified_by == VerifiedBy::Confirmed || row.event.must_confirm;
    let sender = row.event.provider.sender().filter(|_| !is_of_api);
    sender.map(|sender| Canonical::of(sender, &row.event.headers, body).details.assets).unwrap_or_default()
}

async fn find(console: &Console, row: &Row, assets: &[Asset]) -> Result<Vec<Option<CopyHead>>> {
    let copies: Copies = console.services().await?.copies()?;
    let heads = assets.iter().take(SHOWN_MAX).enumerate().map(|(number, asset)| {
        let (copies, key) = (copies.clone(), key(&row.event, number, &asset.url));
        async move { copies.head(&key).await }
    });
    Ok(stream::iter(heads.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?)
}

fn card(row: &Row, number: usize, asset: &Asset, copy: Option<&CopyHead>, now: Timestamp) -> Markup {
    let source = format!("/copy?id={}&n={number}", encoded(row.event.id.as_str()));
    let media_type = copy.map(|copy| copy.media_type.as_str()).filter(|media_type| DRAWN.contains(media_type));
    let kind = media_type.and_then(|media_type| media_type.split('/').next());
    let suffix = asset.url.split(['?', '#']).next().and_then(|path| path.rsplit(['/', '.']).next()).unwrap_or_default();
    let suffix: String = suffix.chars().filter(char::is_ascii_alphanumeric).take(5).collect::<String>().to_uppercase();
    html! {
        div.asset {
            div.picture {
                @match kind {
                    Some("image") => img src=(source) alt=(format!("The copy of {}", asset.role)) loading="lazy";,
                    Some("video") => video src=(source) controls muted preload="metadata" aria-label=(format!("The copy of {}", asset.role)) {},
                    Some("audio") => audio src=(source) controls preload="metadata" aria-label=(format!("The copy of {}", asset.role)) {},
                    _ => span.sheet { (suffix) },
                }
            }
            p { b { bdi { (asset.role) } } }
            p.second { @match copy {
                Some(copy) => { (Mark::Done.draw()) (size(copy.size)) @if kind.is_none() { " · " a href=(source) download { "Save" } } },
                None => { "no copy" @if let Some(media_type) = &asset.media_type { ", " (media_type) } },
            } }
            @if copy.is_none() { (time_left(asset, now)) }
        }
    }
}

/// How long the sender's link works: the page counts it down.
fn time_left(asset: &Asset, now: Timestamp) -> Markup {
    let Some(ends_at) = asset.expires_at.as_deref().and_then(Timestamp::parse_rfc3339) else { return html! {} };
    let left = now.until(ends_at);
    let class = match left.as_secs() {
        0..300 => "failed",
        300..3_600 => "waiting",
        _ => "second",
    };
    html! { p class=(class) data-ends=(ends_at) { @if left.is_zero() { "gone" } @else { (span(left)) " left" } } }
}
