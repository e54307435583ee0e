//! Permissions enforced: the three binaries, each under a role with exactly the policy that the template gives it,
//! against an implementation of AWS that verifies signatures and evaluates policies with their conditions. Then each
//! permission is taken away in turn, which must show as docs/reliability.md says, and each role asks for what stands beside
//! its resources, which must be denied. At last the same paths on other implementations of the services, which must leave
//! the same items, messages and objects.
//!
//! What it cannot show: policies of resources, such as the queues' that refuse what comes in the clear; moto evaluates
//! none of them here. How DynamoDB uses a customer's key is not played either.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

mod access;
mod account;
mod batches;
mod contents;
mod differing;
mod expectations;
mod function;
mod ingest;
mod item;
mod lambda;
mod lifecycle;
mod measured;
mod names;
mod path;
mod process;
mod races;
mod refused;
mod report;
mod role;
mod semantics;
mod siblings;
mod survey;
mod sweep;
mod template;
mod world;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use tests::clock::Stopwatch;

use crate::access::AccessLog;
use crate::account::{Account, Services};
use crate::path::Path;
use crate::report::Report;
use crate::role::Removal;
use crate::survey::{Seen, Survey};
use crate::world::World;
use tests::implementation::{Server, root};

const HELP: &str = "\
The functions under the template's roles, path by path, and without each permission in turn.

usage: permissions [--dir DIRECTORY] [--binaries DIRECTORY] [--only TEXT] [--whole]

--dir       what the servers and functions write goes here (default: target/permissions)
--binaries  where ingest, process and sweep are (default: beside this program)
--only      walks the paths that have TEXT in their names
--whole     takes nothing away
            With either, nothing is compared with what a person has agreed to.
";

/// A key as a customer would give it.
const KEY_ARN: &str = "arn:aws:kms:us-east-1:123456789012:key/customer";

struct Arguments {
    directory: PathBuf,
    binaries: PathBuf,
    only: Option<String>,
    takes_away: bool,
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("permissions: {error}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    let report = runtime.block_on(prove(&arguments));
    println!("\n{}", report.table());
    println!("{}", report.verdict());
    if arguments.only.is_none() && arguments.takes_away {
        report.check_what_was_seen();
    }
    if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned()));
    let binaries = beside.ok_or("this program cannot tell where it is")?;
    let mut parsed = Arguments { directory: root().join("target/permissions"), binaries, only: None, takes_away: true };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--dir" => parsed.directory = value()?.into(),
            "--binaries" => parsed.binaries = value()?.into(),
            "--only" => parsed.only = Some(value()?),
            "--whole" => parsed.takes_away = false,
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("{other} is unknown: see `permissions --help`")),
        }
    }
    fs::create_dir_all(&parsed.directory).map_err(|error| format!("{}: {error}", parsed.directory.display()))?;
    parsed.directory = parsed.directory.canonicalize().map_err(|error| error.to_string())?;
    Ok(Some(parsed))
}

async fn prove(arguments: &Arguments) -> Report {
    let begun = Stopwatch::start();
    let say = |what: &str| println!("[{:>4.0} s] {what}", begun.elapsed().as_secs_f64());
    let of = |all: &[&'static [Path]]| -> Vec<&'static Path> {
        let is_wanted = |path: &&Path| arguments.only.as_ref().is_none_or(|only| path.name.contains(only));
        all.iter().copied().flatten().filter(is_wanted).collect()
    };
    let removable = of(&[&ingest::PATHS, &process::PATHS, &batches::PATHS, &sweep::PATHS, &expectations::PATHS]);
    let paths = [removable.clone(), of(&[&races::PATHS])].concat();

    say("moto: all paths, with expectations and refused deliveries");
    let moto = Server::moto(&arguments.directory, None);
    let world = arguments.world(Services::moto(&moto, true), with_all_parts(&[])).await;
    let mut log = AccessLog::of(moto.output.clone());
    let survey = Survey::of(&world, &paths, &mut log).await;
    say("moto: without each permission in turn");
    let mut seen = survey.removals(&world, &removable, |_| arguments.takes_away).await;
    // What does not show here may be for what is switched on next.
    seen.retain(|seen| !seen.changed.is_empty());
    let is_seen = |seen: &[Seen], removal: &Removal| {
        seen.iter().any(|seen| seen.function == removal.rest.function && seen.what == removal.what)
    };
    drop((world, moto));

    say("moto: the same with tracing, and a customer's key");
    let moto = Server::moto(&arguments.directory, Some(KEY_ARN));
    let parameters = with_all_parts(&[("Tracing", "Active"), ("KeyArn", KEY_ARN)]);
    let world = arguments.world(Services::moto(&moto, true), parameters).await;
    let mut log = AccessLog::of(moto.output.clone());
    let with_key = Survey::of(&world, &paths, &mut log).await;
    let is_wanted = |removal: &Removal| arguments.takes_away && !is_seen(&seen, removal);
    let further = with_key.removals(&world, &removable, is_wanted).await;
    seen.extend(further);
    say("moto: what stands beside what the roles may reach, and forged signatures");
    let (siblings, forgeries) =
        (siblings::of_siblings(&world.account, &with_key).await, siblings::of_forgeries(&world.account).await);
    drop((world, moto));

    say("moto: the template as it is by default, and without each permission that it then gives");
    let moto = Server::moto(&arguments.directory, None);
    let world = arguments.world(Services::moto(&moto, true), Vec::new()).await;
    let mut log = AccessLog::of(moto.output.clone());
    let default_paths: Vec<&Path> = removable.iter().copied().filter(|path| is_by_default(path)).collect();
    let by_default = Survey::of(&world, &default_paths, &mut log).await;
    let needless_by_default =
        if arguments.takes_away { by_default.needless(&world, &default_paths).await } else { Vec::new() };
    drop((world, moto));

    // Not in the template's order, which says nothing.
    seen.sort_by(|one, other| (one.function, &one.what).cmp(&(other.function, &other.what)));
    let compared =
        semantics::compare(arguments.directory.clone(), arguments.binaries.clone(), &paths, &survey, say).await;
    Report { survey, with_key, by_default, seen, needless_by_default, siblings, forgeries, compared }
}

/// Whether it is a path under the template's default parameters too: nothing is expected there, and nothing refused is stored.
fn is_by_default(path: &Path) -> bool {
    let is_it = |other: &Path| (other.function, other.name) == (path.function, path.name);
    !expectations::PATHS.iter().any(is_it) && ![ingest::REFUSED, sweep::ONLY_REFUSALS].contains(&path.name)
}

/// The template's parameters, where jobs can be expected and refused deliveries are stored.
pub(crate) fn with_all_parts(others: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    others
        .iter()
        .chain(&[("Expectations", "on"), ("Quarantine", "on")])
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

impl Arguments {
    async fn world(&self, services: Services, parameters: Vec<(&'static str, String)>) -> World {
        World::new(Account::create(services, parameters).await, self.binaries.clone(), self.directory.clone())
    }
}
