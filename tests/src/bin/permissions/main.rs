//! Permissions enforced: the three binaries, each under a role with exactly the policy that the template gives it,
//! against an implementation of AWS that verifies signatures and evaluates policies. Then each permission is taken away
//! in turn, which must show as docs/reliability.md says. At last the same paths on other implementations of the services,
//! which must leave the same ledger.
//!
//! What it cannot show: policies of resources, such as the queues' that refuse what comes in the clear; moto evaluates
//! none of them here. How DynamoDB uses a customer's key is not played either.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

mod access;
mod account;
mod expectations;
mod function;
mod ingest;
mod item;
mod lambda;
mod lifecycle;
mod names;
mod path;
mod process;
mod refused;
mod report;
mod role;
mod semantics;
mod survey;
mod sweep;
mod template;
mod world;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use tests::clock::Stopwatch;

use crate::access::AccessLog;
use crate::account::{Account, Services};
use crate::path::Path;
use crate::report::Report;
use crate::survey::Survey;
use crate::world::World;
use tests::implementation::{Server, root};

const HELP: &str = "\
The functions under the template's roles, path by path, and without each permission in turn.

usage: permissions [--dir DIRECTORY] [--binaries DIRECTORY] [--only TEXT]

--dir       what the servers and functions write goes here (default: target/permissions)
--binaries  where ingest, process and sweep are (default: beside this program)
--only      walks the paths that have TEXT in their names, and compares nothing with what was seen before
";

/// A key as a customer would give it.
const KEY_ARN: &str = "arn:aws:kms:us-east-1:123456789012:key/customer";

struct Arguments {
    directory: PathBuf,
    binaries: PathBuf,
    only: Option<String>,
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
    if arguments.only.is_none() {
        report.check_what_was_seen();
    }
    if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned()));
    let binaries = beside.ok_or("this program cannot tell where it is")?;
    let mut parsed = Arguments { directory: root().join("target/permissions"), binaries, only: None };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--dir" => parsed.directory = value()?.into(),
            "--binaries" => parsed.binaries = value()?.into(),
            "--only" => parsed.only = Some(value()?),
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
    let all = ingest::PATHS.iter().chain(&process::PATHS).chain(&sweep::PATHS).chain(&expectations::PATHS);
    let is_wanted = |path: &&Path| arguments.only.as_ref().is_none_or(|only| path.name.contains(only));
    let paths: Vec<&'static Path> = all.filter(is_wanted).collect();

    say("moto: all paths, by the template as it is by default, with expectations and refused deliveries");
    let moto = Server::moto(&arguments.directory, None);
    let world = arguments.world(Services::moto(&moto, true), with_all_parts(&[])).await;
    let mut log = AccessLog::of(moto.output.clone());
    let survey = Survey::of(&world, &paths, &mut log).await;
    say("moto: without each permission in turn");
    let mut seen = survey.removals(&world, &paths, |_| true).await;
    // What does not show here may be for what is switched on next.
    seen.retain(|seen| !seen.changed.is_empty());
    let by_default: Vec<(&str, String)> = seen.iter().map(|seen| (seen.function, seen.what.clone())).collect();
    drop((world, moto));

    say("moto: the same with tracing, and a customer's key");
    let moto = Server::moto(&arguments.directory, Some(KEY_ARN));
    let parameters = with_all_parts(&[("Tracing", "Active"), ("KeyArn", KEY_ARN)]);
    let world = arguments.world(Services::moto(&moto, true), parameters).await;
    let mut log = AccessLog::of(moto.output.clone());
    let with_key = Survey::of(&world, &paths, &mut log).await;
    seen.extend(
        with_key
            .removals(&world, &paths, |removal| {
                !by_default.iter().any(|(function, what)| *function == removal.rest.function && *what == removal.what)
            })
            .await,
    );
    drop((world, moto));

    // Not in the template's order, which says nothing.
    seen.sort_by(|one, other| (one.function, &one.what).cmp(&(other.function, &other.what)));
    let compared =
        semantics::compare(arguments.directory.clone(), arguments.binaries.clone(), &paths, &survey, say).await;
    Report { survey, with_key, seen, compared }
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
        World {
            account: Account::create(services, parameters).await,
            binaries: self.binaries.clone(),
            directory: self.directory.clone(),
            masks: Mutex::default(),
        }
    }
}
