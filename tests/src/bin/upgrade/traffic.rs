//! What the senders send while a stack is updated.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::provider::Provider;
use serde_json::json;
use tests::asset_server::{AssetServer, Reply};
use tests::confidential;
use tests::http::Request;
use tests::source::Source;
use tests::world::World;

/// A body that neither record nor message holds.
const LARGE_BYTES: usize = 70 * 1024;

/// A picture, as far as its first bytes tell.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and the rest";

/// The kinds of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A report that fits into record and message, of a sender that signs.
    Small,
    /// One whose body is in the bucket.
    Large,
    /// One whose asset is copied before it is published.
    StoredCopy,
    /// What a secret URL alone vouches for, and nobody understands.
    Unrecognized,
}

impl Kind {
    pub(crate) const ALL: [Kind; 4] = [Kind::Small, Kind::Large, Kind::StoredCopy, Kind::Unrecognized];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::Small => "small",
            Kind::Large => "large, in the bucket",
            Kind::StoredCopy => "with an asset to archive",
            Kind::Unrecognized => "not understood, by URL token",
        }
    }
}

/// The sources of one update, and the host of their assets.
pub(crate) struct Traffic {
    world: &'static World,
    assets: AssetServer,
    reporting: Source,
    archiving: Source,
    by_token: Source,
    made: AtomicUsize,
}

/// A delivery.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// The id that its sender was told; empty while it has been told none.
    pub(crate) id: String,
    pub(crate) request: Request,
    /// Where its asset is, if it has one.
    pub(crate) asset: String,
}

impl Traffic {
    pub(crate) async fn begin(world: &'static World) -> Traffic {
        let archiving = Source::new(Provider::Get3w).with_option("archive", true);
        Traffic {
            world,
            assets: AssetServer::start(),
            reporting: world.source(Provider::Get3w).await,
            archiving: world.set_up(archiving).await,
            by_token: world.source(Provider::Csm).await,
            made: AtomicUsize::new(0),
        }
    }

    /// A fresh delivery. Its asset, if it has one, can be fetched.
    pub(crate) fn delivery(&self, kind: Kind) -> Delivery {
        let asset = format!("/{}.png", self.made.fetch_add(1, Ordering::SeqCst));
        let url = self.assets.serve(&asset, &[Reply::content("image/png", PICTURE)]);
        let elsewhere = "https://cdn.get3w.com/outputs/image.png";
        let (source, body) = match kind {
            Kind::Small => (&self.reporting, report(elsewhere, 0)),
            Kind::Large => (&self.reporting, report(elsewhere, LARGE_BYTES)),
            Kind::StoredCopy => (&self.archiving, report(&url, 0)),
            Kind::Unrecognized => (&self.by_token, json!({"marker": confidential::random()}).to_string().into_bytes()),
        };
        Delivery { id: String::new(), request: self.world.delivery(source, &body), asset }
    }

    /// The host of the asset of `delivery` answers like this from now on.
    pub(crate) fn host_answers(&self, delivery: &Delivery, reply: Reply) {
        self.assets.answer_with(&delivery.asset, &[reply]);
    }

    /// The host of the asset of `delivery` is well again.
    pub(crate) fn host_recovers(&self, delivery: &Delivery) {
        self.host_answers(delivery, Reply::content("image/png", PICTURE));
    }

    /// The sources.
    pub(crate) fn sources(&self) -> [&Source; 3] {
        [&self.reporting, &self.archiving, &self.by_token]
    }

    /// The ids of all events that consumers have received of these sources.
    pub(crate) fn published(&self) -> Vec<String> {
        let events = self.sources().into_iter().flat_map(|source| self.world.events(source));
        events.map(|event| event.text("/id").to_owned()).collect()
    }
}

fn report(output: &str, noise_bytes: usize) -> Vec<u8> {
    let id = format!("pred_{}", confidential::random());
    let noise: String = (0..noise_bytes).map(|_| fastrand::alphanumeric()).collect();
    json!({"id": id, "status": "completed", "outputs": [output], "noise": noise}).to_string().into_bytes()
}
