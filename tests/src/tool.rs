//! The operator's tool, `landfall`, as a program that is run.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run of the tool came to.
#[derive(Clone, Debug)]
pub struct Run {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output: data.
    pub data: String,
    /// What it wrote to standard error: words.
    pub words: String,
}

/// Runs `landfall` with `arguments`, and `input` as its standard input.
///
/// # Panics
/// If there is no such program: `cargo build -p landfall` makes it.
pub async fn landfall(arguments: &[&str], input: &str) -> Run {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Nothing of the person's own settings takes part.
    command.env_remove("LANDFALL_STACK").env_remove("LANDFALL_LOCAL");
    let input = input.to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        // One that has seen enough reads no more.
        let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
        child.wait_with_output().expect("a child can be waited for")
    });
    let output = output.await.expect("the program can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the tool writes text");
    Run { code: output.status.code(), data: text(output.stdout), words: text(output.stderr) }
}

/// Runs it against the local stack that `file` describes.
///
/// # Panics
/// As for [`landfall`].
pub async fn landfall_on(file: &Path, arguments: &[&str], input: &str) -> Run {
    let local = format!("--local={}", file.display());
    landfall(&[&[local.as_str()], arguments].concat(), input).await
}

/// It is built into the folder of the tests.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a program knows where it is");
    test.ancestors()
        .map(Path::to_path_buf)
        .map(|folder| folder.join("landfall"))
        .find(|program| program.is_file())
        .unwrap_or_else(|| "landfall".into())
}

impl Run {
    /// The data, a JSON document a line.
    ///
    /// # Panics
    /// If it is something else.
    #[must_use]
    pub fn documents(&self) -> Vec<Value> {
        self.data.lines().map(|line| serde_json::from_str(line).expect("a document a line")).collect()
    }

    /// All of it, as a text to compare.
    #[must_use]
    pub fn told(&self) -> String {
        let code = self.code.map_or_else(|| "ended by a signal".to_owned(), |code| format!("exit code {code}"));
        [&*code, &*self.data, &*self.words]
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
    }
}
