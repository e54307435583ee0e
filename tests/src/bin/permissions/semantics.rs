//! The same paths where the services are somebody else's: the same must come of them.

use std::path::PathBuf;

use crate::account::{Account, Services};
use crate::path::Path;
use crate::survey::Survey;
use crate::with_all_parts;
use crate::world::World;
use tests::implementation::Server;

/// How an implementation compares with moto.
pub(crate) struct Comparison {
    pub(crate) name: &'static str,
    pub(crate) paths: usize,
    /// What came to something else.
    pub(crate) differences: Vec<String>,
}

/// Walks all paths on each further implementation.
pub(crate) async fn compare(
    directory: PathBuf,
    binaries: PathBuf,
    paths: &[&'static Path],
    expected: &Survey,
    say: impl Fn(&str),
) -> Vec<Comparison> {
    let world = async |services: Services| {
        let account = Account::create(services, with_all_parts(&[])).await;
        World::new(account, binaries.clone(), directory.clone())
    };
    let mut compared = Vec::new();

    say("dynalite for the ledger, moto for the rest: all paths");
    let (dynalite, moto) = (Server::dynalite(&directory), Server::moto(&directory, None));
    let services = Services { dynamodb: dynalite.endpoint.clone(), ..Services::moto(&moto, false) };
    compared.push(walk("dynalite and moto", &world(services).await, paths, expected).await);
    drop((dynalite, moto));

    say("MiniStack: all paths");
    let ministack = Server::ministack(&directory);
    let endpoint = ministack.endpoint.clone();
    let services = Services { dynamodb: endpoint.clone(), others: endpoint, account: "000000000000", enforce: false };
    compared.push(walk("MiniStack", &world(services).await, paths, expected).await);
    compared
}

async fn walk(name: &'static str, world: &World, paths: &[&'static Path], expected: &Survey) -> Comparison {
    let mut differences = Vec::new();
    for path in paths {
        let (outcome, expected) = (path.outcome(world).await, &expected.outcomes[&(path.function, path.name)]);
        if let Some(difference) = outcome.difference_from(expected) {
            differences.push(format!("{name}: {} {}: {difference}", path.function, path.name));
        }
    }
    Comparison { name, paths: paths.len(), differences }
}
