//! The fuzz targets: each parser of strangers' bytes, with inputs that reach ever further.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Context as _, Error, Result};
use crate::project::{Project, path_after};
use crate::tools::{FUZZ, remove};

/// What the fuzzer says of each input that it keeps, and of its own set-up.
const NOISE: [&str; 6] =
    ["\tNEW", "\tREDUCE", "\tRELOAD", "# Uses: ", "ecommended dictionary", "WARNING: Failed to find"];

/// Tries `targets`, or all if there are none, each for `seconds_each`.
pub(crate) fn fuzz(project: &Project, targets: &[String], seconds_each: u32) -> Result<()> {
    run(project, targets, seconds_each, &project.target.join("fuzz/found"))
}

/// A little of everything. Nothing but the kept inputs to begin with: those of a long run would take all the time to
/// read.
pub(crate) fn check(project: &Project) -> Result<()> {
    let found = project.target.join("fuzz/found-by-check");
    remove(&found)?;
    run(project, &[], 5, &found)
}

fn run(project: &Project, targets: &[String], seconds_each: u32, found: &Path) -> Result<()> {
    let tool = FUZZ.install(project)?;
    project.say("building the fuzz targets");
    project.run(&mut cargo_fuzz(project, &tool, "build"))?;
    let corpus = project.target.join("fuzz/corpus");
    project
        .run(project.cargo(&["run", "--quiet", "-p", "testdata", "--bin", "corpus", "--", "unpack"]).arg(&corpus))?;
    let all;
    let targets = if targets.is_empty() {
        all = all_targets(project)?;
        &all
    } else {
        targets
    };
    for target in targets {
        project.say(&format!("fuzzing {target} for {seconds_each} s"));
        let mut fuzzer = cargo_fuzz(project, &tool, "run");
        fuzzer.arg(target);
        // What is found goes where the first path leads; the kept inputs are only read.
        let found = found.join(target);
        fs::create_dir_all(&found).context(found.display())?;
        fuzzer.arg(found).arg(corpus.join(target));
        let dictionary = project.path("fuzz/words.dict");
        fuzzer.arg("--").arg(format!("-dict={}", dictionary.display()));
        fuzzer.args([format!("-max_total_time={seconds_each}"), "-timeout=10".to_owned()]);
        if !run_without_noise(fuzzer)? {
            return Err(Error::Precondition(format!(
                "{target} fails for the input in fuzz/artifacts/. For the commands above:\n  export PATH=\"{}:$PATH\"",
                tool.display()
            )));
        }
    }
    Ok(())
}

/// No sanitizer: there is no unsafe code here for it to watch, it would want a nightly compiler, and it halves the speed.
fn cargo_fuzz(project: &Project, tool: &Path, verb: &str) -> Command {
    let mut cargo = project.cargo(&["fuzz", verb, "--sanitizer", "none", "--target-dir"]);
    cargo.arg(project.target.join("fuzz")).env("PATH", path_after(tool));
    cargo
}

fn all_targets(project: &Project) -> Result<Vec<String>> {
    let folder = project.path("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).context(folder.display())?;
    let files = files.map(|file| file.map(|file| file.path())).collect::<Result<Vec<PathBuf>, _>>();
    let files = files.context(folder.display())?;
    let mut names: Vec<String> =
        files.iter().filter_map(|file| file.file_stem()?.to_str()).map(str::to_owned).collect();
    names.sort();
    Ok(names)
}

/// Whether a command succeeded, of which only the lines are shown that somebody wants to read.
fn run_without_noise(mut command: Command) -> Result<bool> {
    let mut child = command.stderr(Stdio::piped()).spawn().context("cargo fuzz")?;
    let lines = BufReader::new(child.stderr.take().expect("it is piped"));
    for line in lines.split(b'\n') {
        let line = line.context("what cargo fuzz says")?;
        let line = String::from_utf8_lossy(&line);
        if !NOISE.iter().any(|noise| line.contains(noise)) {
            eprintln!("{line}");
        }
    }
    Ok(child.wait().context("cargo fuzz")?.success())
}
