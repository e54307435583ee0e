//! On what the figures were measured.

use std::fmt;
use std::fs;
use std::process::Command;
use std::thread;

use serde::Serialize;

/// A machine, and what runs the contenders on it.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// When the run began, in UTC.
    pub date: String,
    /// The processor, as it calls itself.
    pub processor: String,
    /// How many of its cores there are.
    pub cores: usize,
    /// The kernel.
    pub kernel: String,
    /// The load when the run began: with more than the benchmark's own work, figures are worth less.
    pub load: String,
    /// Python's version.
    pub python: String,
    /// Node's version.
    pub node: String,
    /// Cargo's settings that are not those of Cargo.toml: with any, Landfall is not built as it is deployed.
    pub build: String,
    /// The commit.
    pub commit: String,
}

/// What stands above figures: two lines, of which the second can go on.
impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { processor, cores, kernel, load, python, node, build, commit, .. } = self;
        writeln!(f, "{cores} x {processor}, {kernel}, load {load} at the start; {python}, {node}")?;
        write!(f, "{build} of {commit}")
    }
}

/// Describes this one.
#[must_use]
pub fn describe() -> Machine {
    let overrides: Vec<String> = std::env::vars()
        .filter(|(name, _)| name.starts_with("CARGO_PROFILE_RELEASE"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Machine {
        date: printed("date", &["-u", "+%Y-%m-%d %H:%M"]),
        processor: field("/proc/cpuinfo", "model name"),
        cores: thread::available_parallelism().map_or(0, Into::into),
        kernel: printed("uname", &["-sr"]),
        load: read("/proc/loadavg").split_whitespace().next().unwrap_or_default().to_owned(),
        python: printed(".venv-bench/bin/python", &["--version"]),
        node: format!("Node {}", printed("node", &["--version"])),
        build: if overrides.is_empty() { "release profile of Cargo.toml".to_owned() } else { overrides.join(" ") },
        commit: printed("git", &["describe", "--always", "--dirty"]),
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn field(path: &str, name: &str) -> String {
    let text = read(path);
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_once(':').map_or("unknown", |(_, value)| value).trim().to_owned()
}

/// What a program prints; `unknown` if it cannot be run.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
