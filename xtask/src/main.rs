//! `cargo xtask`: the programs behind the Makefile.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

mod arguments;
mod bench;
mod check;
mod clean;
mod clock;
mod consumers;
mod error;
mod first_hour;
mod functions;
mod fuzz;
mod permissions;
mod project;
mod release;
mod release_check;
mod stack;
mod tarball;
mod tools;
mod upgrade;
mod vectors;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Program};
use crate::clock::Clock;
use crate::error::{Context as _, Result};
use crate::project::Project;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    // The terminal interrupts the command that runs here too. This then stops what it has started, and ends.
    ctrlc::set_handler(|| ()).map_err(std::io::Error::other).context("interrupts cannot be waited for")?;
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let root = root.canonicalize().context(root.display())?;
    let project = &Project {
        target: root.join(arguments.target),
        root,
        python: arguments.python,
        clock: Clock::new(arguments.began),
    };
    match arguments.program {
        Program::Build { architecture } => functions::build(project, architecture),
        Program::Up { profile } => stack::up(project, profile),
        Program::Down => stack::down(project),
        Program::Demo { profile, keep } => stack::demo(project, profile, keep),
        Program::Test { profile } => stack::test(project, profile),
        Program::TestTool { profile } => stack::test_tool(project, profile),
        Program::Browser { profile } => stack::browser(project, profile),
        Program::Large { profile } => stack::large(project, profile),
        Program::Check { profile } => check::check(project, profile),
        Program::FirstHour => first_hour::first_hour(project),
        Program::Faults { profile, only, seed } => stack::faults(project, profile, &only, seed),
        Program::Lost { profile, jobs, seed } => stack::lost(project, profile, jobs, seed),
        Program::Permissions { profile } => permissions::check(project, profile),
        Program::Previous { previous } => upgrade::previous(project, previous).map(|name| println!("{name}")),
        Program::Upgrade { profile, previous } => upgrade::upgrade(project, profile, previous),
        Program::Model => bench::model(project),
        Program::Fuzz { targets, seconds_each } => fuzz::fuzz(project, &targets, seconds_each),
        Program::Vectors => vectors::check(project),
        Program::VectorsNew => vectors::write(project),
        Program::Providers => vectors::write_provider_pages(project),
        Program::Apps { profile, open } => stack::apps(project, profile, open.as_deref()),
        Program::Consumers => consumers::check(project),
        Program::BenchArchive { mib } => stack::bench_archive(project, mib),
        Program::BenchVerify => bench::verify(project),
        Program::Bench { rounds, quick, publish } => bench::bench(project, rounds, quick, publish),
        Program::Cost { publish } => bench::cost(project, publish),
        Program::Instructions => bench::instructions(project),
        Program::Scaling { seed, publish } => bench::scaling(project, seed, publish),
        Program::Sbom { architecture } => {
            release::sbom(project, architecture).map(|folder| println!("{}", folder.display()))
        }
        Program::Release { architecture } => release_check::check(project, architecture),
        Program::InstallCheck => release_check::check_install(project),
        Program::Reproduce { architecture } => release::reproduce(project, architecture),
        Program::Man => man(project),
        Program::Deploy { arguments } => deploy(project, &arguments),
        Program::Fmt => fmt(project),
        Program::Clean => clean::clean(project),
    }
}

fn deploy(project: &Project, arguments: &[String]) -> Result<()> {
    project.build(&["landfall"])?;
    let mut landfall = stack::program(project, "landfall");
    landfall.arg("deploy").args(arguments).current_dir(&project.root);
    project.run(&mut landfall)
}

fn man(project: &Project) -> Result<()> {
    project.build(&["landfall"])?;
    let folder = project.target.join("man");
    std::fs::create_dir_all(&folder).context(folder.display())?;
    let pages = [
        ("landfall.1", vec!["man"]),
        ("landfall.bash", vec!["completions", "bash"]),
        ("landfall.fish", vec!["completions", "fish"]),
        ("_landfall", vec!["completions", "zsh"]),
    ];
    for (name, arguments) in pages {
        let file = folder.join(name);
        let output = std::fs::File::create(&file).context(file.display())?;
        project.run(stack::program(project, "landfall").args(arguments).stdout(output))?;
    }
    println!("{}", folder.display());
    Ok(())
}

fn fmt(project: &Project) -> Result<()> {
    project.run(&mut project.cargo(&["fmt", "--all"]))?;
    project.run(&mut project.cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml"]))
}
