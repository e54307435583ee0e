//! What runs on a local stack of its own.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::error::{Context as _, Result};
use crate::functions::{self, FUNCTIONS, Profile};
use crate::project::Project;
use crate::tools::{MINISTACK, SAM, check_node, install_node_modules};

/// A stack that is stopped when this goes out of scope, however that comes.
pub(crate) struct RunningStack<'a> {
    project: &'a Project,
    directory: PathBuf,
}

/// The programs and the functions, built and installed as a stack needs them.
pub(crate) struct Built {
    profile: Profile,
}

impl Built {
    /// Builds the functions by `profile`, and `programs` of the tests package; installs what a stack runs on.
    pub(crate) fn make(project: &Project, profile: Profile, programs: &[&str]) -> Result<Built> {
        // Every stack is deployed by `landfall`.
        functions::build_beside(project, profile, &[programs, &["landfall"]].concat(), &[SAM, MINISTACK])?;
        Ok(Built { profile })
    }

    /// Says to a program which functions it shall deploy.
    pub(crate) fn tell(&self, project: &Project, command: &mut Command) {
        match self.profile {
            Profile::Local => command.arg("--functions").arg(project.target.join("debug")),
            // It finds those that were built for Lambda.
            Profile::Release => command,
        };
    }
}

impl Drop for RunningStack<'_> {
    fn drop(&mut self) {
        if let Err(error) = stop(self.project, &self.directory) {
            eprintln!("xtask: {error}");
        }
    }
}

/// The tests of the operator's tool among those of the whole system, by the beginnings of their names.
const OF_THE_TOOL: [&str; 4] = ["cli_", "console", "listen::", "mcp::"];

/// A program of the tests package.
pub(crate) fn program(project: &Project, name: &str) -> Command {
    project.command(project.target.join("debug").join(name))
}

/// Starts the stack to play with, or brings it up to date.
pub(crate) fn up(project: &Project, profile: Profile) -> Result<()> {
    let built = Built::make(project, profile, &["stack"])?;
    start(project, &local(project), &built)?;
    println!("To see what comes to it: {} --local console", program(project, "landfall").get_program().display());
    Ok(())
}

/// Where the stack to play with is.
fn local(project: &Project) -> PathBuf {
    project.target.join("local")
}

/// Stops the stack to play with.
pub(crate) fn down(project: &Project) -> Result<()> {
    // Also while the code does not compile: what started it can stop it.
    if !project.target.join("debug/stack").exists() {
        project.build(&["stack"])?;
    }
    stop(project, &local(project))
}

/// Shows the whole way of a delivery; `keep` leaves the stack up, and opens the console on what was done.
pub(crate) fn demo(project: &Project, profile: Profile, keep: bool) -> Result<()> {
    let built = Built::make(project, profile, &["stack", "demo"])?;
    let play = |stack: PathBuf| {
        project.say("the demo");
        project.run(program(project, "demo").env("STACK_FILE", stack))
    };
    if !keep {
        let stack = RunningStack::start(project, "demo-stack", &built)?;
        play(stack.file())?;
        println!("To look at what it does: make demo KEEP=1");
        return Ok(());
    }
    start(project, &local(project), &built)?;
    play(local(project).join("stack.json"))?;
    project.say("the console; Ctrl-C ends it, and make down stops the stack");
    project.run(program(project, "landfall").env("LANDFALL_LOCAL", local(project).join("stack.json")).arg("console"))
}

/// The example applications, all of them or the one that somebody wants to look at.
pub(crate) fn apps(project: &Project, profile: Profile, open: Option<&str>) -> Result<()> {
    check_node(project)?;
    let folder = project.path("examples/apps/typescript");
    install_node_modules(project, &folder, None)?;
    project.run(project.command("npm").args(["run", "build"]).current_dir(folder))?;
    let built = Built::make(project, profile, &["stack", "apps"])?;
    let stack = RunningStack::start(project, "apps-stack", &built)?;
    project.say("the applications");
    let mut apps = program(project, "apps");
    apps.args(open.map(|app| format!("--open={app}")));
    project.run(apps.env("STACK_FILE", stack.file()))
}

/// All tests but those of the operator's tool.
pub(crate) fn test(project: &Project, profile: Profile) -> Result<()> {
    let built = Built::make(project, profile, &["stack", "landfall"])?;
    project.say("building the tests");
    project.run(&mut project.cargo(&["test", "--workspace", "--no-run"]))?;
    project.say("running the tests");
    // Glob patterns of cargo's: what begins with another letter than `it`, the tests of the whole system.
    let of_parts = ["--lib", "--bins", "--test", "[!i]*"];
    let mut cargo = project.cargo(&["test", "--workspace"]);
    if profile == Profile::Local {
        cargo.env("HARNESS_FUNCTIONS", lay_out_for_harness(project)?);
    }
    project.run(cargo.args(of_parts))?;
    project.run(&mut project.cargo(&["test", "--workspace", "--doc"]))?;
    let others = OF_THE_TOOL.iter().flat_map(|name| ["--skip", name]);
    test_whole_system(project, &built, "running the tests of the whole system", others)
}

/// The tests of the operator's tool, its console among them: those of the whole system that `test` leaves out.
pub(crate) fn test_tool(project: &Project, profile: Profile) -> Result<()> {
    let built = Built::make(project, profile, &["stack", "landfall"])?;
    test_whole_system(project, &built, "running the tests of the tool", OF_THE_TOOL)
}

/// Runs tests of the whole system that `selection` takes.
fn test_whole_system<'a>(
    project: &Project,
    built: &Built,
    step: &str,
    selection: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let stack = RunningStack::start(project, "test-stack", built)?;
    project.say(step);
    // They wait more than they compute, so there is one more of them than there are cores. The functions and the stack's
    // services go before them all the same, or calls between those come to their time limits.
    let mut tests = project.command("nice");
    tests.args(["cargo", "test", "--workspace", "--test", "it", "--"]).args(selection);
    let threads = 1 + thread::available_parallelism().map_or(1, NonZero::get);
    project.run(tests.env("RUST_TEST_THREADS", threads.to_string()).env("STACK_FILE", stack.file()))
}

/// The console in Chromium, which Debian's packages `chromium` and `chromium-driver` bring.
pub(crate) fn browser(project: &Project, profile: Profile) -> Result<()> {
    check_node(project)?;
    let folder = project.path("deploy/requirements/browser");
    install_node_modules(project, &folder, None)?;
    let built = Built::make(project, profile, &["stack", "browser"])?;
    let stack = RunningStack::start(project, "browser-stack", &built)?;
    project.say("the console in a browser");
    let mut browser = program(project, "browser");
    browser
        .arg("--out")
        .arg(project.target.join("browser"))
        .arg("--axe")
        .arg(folder.join("node_modules/axe-core/axe.min.js"));
    project.run(browser.env("STACK_FILE", stack.file()))
}

/// The listing of a large ledger, a large replay that is killed again and again, a flood of refusals, and a listener whose
/// handler fails.
pub(crate) fn large(project: &Project, profile: Profile) -> Result<()> {
    check_node(project)?;
    let built = Built::make(project, profile, &["stack", "landfall"])?;
    install_node_modules(project, &project.path("tests/implementations"), None)?;
    let stack = RunningStack::start(project, "large-stack", &built)?;
    project.say("100,000 events, a replay of 10,000, 10,000 refusals, and a listener with 1,000");
    let mut cargo = project.cargo(&["test", "--workspace", "--test", "it", "--"]);
    let tests = ["large::", "refused_flood::", "listen::each_event_reaches_"];
    cargo.args(tests).args(["--test-threads=1", "--nocapture"]);
    cargo
        .env("LISTED_EVENTS", "100000")
        .env("REPLAYED_EVENTS", "10000")
        .env("REFUSALS", "10000")
        .env("LISTENED_EVENTS", "1000");
    project.run(cargo.env("STACK_FILE", stack.file()))
}

/// Copies the local functions to where the test of the benchmark's harness looks for those that are built for Lambda.
fn lay_out_for_harness(project: &Project) -> Result<PathBuf> {
    let place = project.target.join("local-functions");
    for name in FUNCTIONS {
        let folder = place.join("lambda").join(name);
        fs::create_dir_all(&folder).context(folder.display())?;
        fs::copy(project.target.join("debug").join(name), folder.join("bootstrap")).context(name)?;
    }
    Ok(place)
}

/// Every operation meets every fault.
pub(crate) fn faults(project: &Project, profile: Profile, only: &str, seed: u64) -> Result<()> {
    let built = Built::make(project, profile, &["stack", "faults"])?;
    project.say("the faults");
    let mut faults = program(project, "faults");
    faults.args(["--only", only, "--seed", &seed.to_string()]);
    built.tell(project, &mut faults);
    run_with_its_stack(project, "fault-stack", &mut faults)
}

/// Webhooks are lost, late and sent twice, and each job's end is published once.
pub(crate) fn lost(project: &Project, profile: Profile, jobs: u32, seed: u64) -> Result<()> {
    let built = Built::make(project, profile, &["stack", "lost"])?;
    project.say("lost webhooks");
    let mut lost = program(project, "lost");
    lost.args(["--jobs", &jobs.to_string(), "--seed", &seed.to_string()]);
    built.tell(project, &mut lost);
    run_with_its_stack(project, "lost-stack", &mut lost)
}

/// Memory and speed of archiving. Always of the functions as Lambda runs them: another build has other figures.
pub(crate) fn bench_archive(project: &Project, mib: u64) -> Result<()> {
    Built::make(project, Profile::Release, &["stack", "bench-archive"])?;
    project.say("archiving");
    let mut bench = program(project, "bench-archive");
    bench.args(["--mib", &mib.to_string()]);
    run_with_its_stack(project, "bench-stack", &mut bench)
}

/// Runs a program that starts and stops a stack in `name` itself, and stops that also if the program could not.
pub(crate) fn run_with_its_stack(project: &Project, name: &str, command: &mut Command) -> Result<()> {
    let stack = RunningStack { project, directory: project.target.join(name) };
    project.run(command.arg("--dir").arg(&stack.directory))
}

/// Stops the stack in a directory; none there is fine too.
pub(crate) fn stop(project: &Project, directory: &Path) -> Result<()> {
    project.run(program(project, "stack").args(["down", "--dir"]).arg(directory))
}

fn start(project: &Project, directory: &Path, built: &Built) -> Result<()> {
    project.say("starting the local stack");
    let mut stack = program(project, "stack");
    stack.args(["up", "--dir"]).arg(directory);
    built.tell(project, &mut stack);
    project.run(&mut stack)
}

impl<'a> RunningStack<'a> {
    pub(crate) fn start(project: &'a Project, name: &str, built: &Built) -> Result<RunningStack<'a>> {
        let running = RunningStack { project, directory: project.target.join(name) };
        start(project, &running.directory, built)?;
        Ok(running)
    }

    /// What tells where everything is.
    pub(crate) fn file(&self) -> PathBuf {
        self.directory.join("stack.json")
    }
}

#[cfg(test)]
mod tests {
    use super::{Built, Profile};
    use crate::project::Project;

    /// A deployment takes those of `target/lambda`.
    #[test]
    fn functions_of_a_local_stack_are_not_where_a_deployment_finds_them() {
        let project = Project::for_tests();
        let check = |profile, expected: &[&str]| {
            let mut command = project.command("stack");
            Built { profile }.tell(&project, &mut command);
            assert_eq!(command.get_args().collect::<Vec<_>>(), expected);
        };
        check(Profile::Local, &["--functions", "/a project/target/debug"]);
        check(Profile::Release, &[]);
    }
}
