//! What must hold of an event whose assets were archived, when all is over.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use tests::event::Event;
use tests::ledger::sha256;
use tests::proxy::Proxy;
use tests::source::Source;
use tests::watch::Expected;
use tests::world::World;

use crate::case::Sent;

/// What is not as it must be with the copies of `case`.
pub(crate) async fn complaint(world: &World, proxy: &Proxy, case: &Sent) -> Option<String> {
    for event in &case.events {
        if let (Expected::Published { id }, false) = (&event.expected, event.assets.is_empty()) {
            let left = if case.may_leave_uploads { None } else { Some(proxy.interrupted_uploads(&case.source.name)) };
            let held = check(world, &case.source, id, &event.assets, left).await;
            if let Err(complaint) = held {
                return Some(complaint);
            }
        }
    }
    None
}

/// Each event of `source`, however often it came, has the id `id` and names a copy of each of `assets`; the bucket holds
/// just these copies, and at most `uploads_max` beginnings of others.
async fn check(
    world: &World,
    source: &Source,
    id: &str,
    assets: &[Arc<[u8]>],
    uploads_max: Option<usize>,
) -> Result<(), String> {
    let prefix = format!("assets/{}/", source.name);
    let standing = world.keys(&prefix).await;
    if standing.len() != assets.len() {
        return Err(format!("{} objects for {} assets", standing.len(), assets.len()));
    }
    let digests: Vec<String> = assets.iter().map(|asset| sha256(asset)).collect();
    for event in world.events(source) {
        if event.text("/id") != id {
            return Err(format!("an event has the id {}", event.text("/id")));
        }
        named(world, &event, assets, &digests, &standing)?;
    }
    for key in &standing {
        // The number of the asset stands before the name that the sender gave it.
        let number = key.rsplit('/').next().and_then(|name| name.split('-').next()?.parse::<usize>().ok());
        let copy = world.object(&world.stack.bucket, key).await;
        if number.and_then(|number| assets.get(number)).is_none_or(|asset| **asset != *copy) {
            return Err(format!("{key} holds something else than what was served"));
        }
    }
    let uploads = world.unfinished_uploads(&prefix).await;
    match uploads_max {
        Some(most) if uploads > most => Err(format!("{uploads} uploads were left behind, of which {most} by the dead")),
        _ => Ok(()),
    }
}

/// Whether `event` names the copies that stand, in order.
fn named(
    world: &World,
    event: &Event,
    assets: &[Arc<[u8]>],
    digests: &[String],
    standing: &BTreeSet<String>,
) -> Result<(), String> {
    let told = event.json["data"]["assets"].as_array().map(Vec::as_slice).unwrap_or_default();
    if told.len() != assets.len() {
        return Err(format!("the event names {} assets instead of {}", told.len(), assets.len()));
    }
    for (number, asset) in told.iter().enumerate() {
        let copy = &asset["archived"];
        let key = copy["key"].as_str().unwrap_or_default();
        let is_right = copy["sha256"] == json!(digests[number])
            && copy["size"] == json!(assets[number].len())
            && copy["bucket"] == json!(world.stack.bucket)
            && key.contains(&format!("/{number}-"))
            && standing.contains(key);
        if !is_right {
            return Err(format!("of asset {number} is told: archived {copy}, not archived {}", asset["not_archived"]));
        }
    }
    Ok(())
}
