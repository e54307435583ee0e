//! The operator's tool, `landfall`, as a program that is run.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use crate::observe::until;

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

/// What a run of the tool has shown: to everybody on the machine, to the reader of its data, and to the reader of its words.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Its entry in the list of processes.
    pub command_line: Vec<u8>,
    /// What it wrote to standard output.
    pub data: Vec<u8>,
    /// What it wrote to standard error.
    pub words: Vec<u8>,
}

static TRACES: Mutex<Vec<Trace>> = Mutex::new(Vec::new());

/// Those of all runs of this process so far.
#[must_use]
pub fn traces() -> Vec<Trace> {
    TRACES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn record(trace: Trace) {
    TRACES.lock().unwrap_or_else(PoisonError::into_inner).push(trace);
}

/// Runs a command, gives it `input`, and records what it shows.
///
/// # Panics
/// If there is no such program.
pub fn output(command: &mut Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let command_line = command_line(&child, command);
    // One that has seen enough reads no more.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("a child can be waited for");
    record(Trace { command_line, data: output.stdout.clone(), words: output.stderr.clone() });
    output
}

/// As the list of processes has it; where there is no such list, or the process has ended by now, as it was started.
fn command_line(child: &Child, command: &Command) -> Vec<u8> {
    let listed = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
    if listed.is_empty() { format!("{command:?}").into_bytes() } else { listed }
}

/// Runs `landfall` with `arguments`, and `input` as its standard input.
///
/// # Panics
/// If there is no such program: `cargo build -p landfall` makes it.
pub async fn landfall(arguments: &[&str], input: &str) -> Run {
    landfall_in(&[], arguments, input).await
}

/// The same in an environment with these variables.
///
/// # Panics
/// As for [`landfall`].
pub async fn landfall_in(environment: &[(&str, String)], arguments: &[&str], input: &str) -> Run {
    let mut command = command(arguments);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let input = input.to_owned();
    let output = tokio::task::spawn_blocking(move || output(&mut command, &input)).await;
    let output = output.expect("the program can be started");
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

/// A run that goes on.
#[derive(Debug)]
pub struct Tool {
    child: Child,
    command_line: Vec<u8>,
    data: Arc<Mutex<Vec<u8>>>,
    words: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Tool {
    /// Starts it against the local stack that `file` describes. Nobody answers its questions.
    ///
    /// # Panics
    /// As for [`landfall`].
    #[must_use]
    pub fn start(file: &Path, arguments: &[&str]) -> Tool {
        let mut tool = Tool::start_with_input(file, arguments);
        tool.close_input();
        tool
    }

    /// The same, which reads what it is given by [`Tool::give`].
    ///
    /// # Panics
    /// As for [`landfall`].
    #[must_use]
    pub fn start_with_input(file: &Path, arguments: &[&str]) -> Tool {
        let local = format!("--local={}", file.display());
        Tool::spawn(&mut interruptible(&command(&[&[local.as_str()], arguments].concat())))
    }

    fn spawn(command: &mut Command) -> Tool {
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let command_line = command_line(&child, command);
        let (data, words) = (Arc::default(), Arc::default());
        let readers = vec![
            gather(child.stdout.take().expect("it is piped"), &data),
            gather(child.stderr.take().expect("it is piped"), &words),
        ];
        Tool { child, command_line, data, words, readers }
    }

    /// The same for somebody at a terminal: what it is given by [`Tool::give`] is typed there.
    ///
    /// # Panics
    /// As for [`landfall`].
    #[must_use]
    pub fn start_at_terminal(file: &Path, arguments: &[&str]) -> Tool {
        // The terminal is that of a session of its own, and what is given is written to its other end.
        const START: &str = "import fcntl, os, signal, sys, termios\n\
            signal.signal(signal.SIGINT, signal.SIG_DFL)\n\
            master, terminal = os.openpty()\n\
            if os.fork() == 0:\n    \
                os.close(terminal); os.close(1); os.close(2)\n    \
                while typed := os.read(0, 4096): os.write(master, typed)\n    \
                os._exit(0)\n\
            os.close(master); os.setsid(); fcntl.ioctl(terminal, termios.TIOCSCTTY, 0); os.dup2(terminal, 0)\n\
            os.execvp(sys.argv[1], sys.argv[1:])";
        let local = format!("--local={}", file.display());
        Tool::spawn(&mut started_by(START, &command(&[&[local.as_str()], arguments].concat())))
    }

    /// Writes a line to its standard input.
    ///
    /// # Panics
    /// If it reads no more.
    pub fn give(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().expect("it is not closed");
        writeln!(input, "{line}").expect("it reads");
    }

    /// Ends its standard input.
    pub fn close_input(&mut self) {
        drop(self.child.stdin.take());
    }

    /// What it has written to standard output so far.
    #[must_use]
    pub fn data(&self) -> String {
        text(&self.data)
    }

    /// What it has written to standard error so far.
    #[must_use]
    pub fn words(&self) -> String {
        text(&self.words)
    }

    /// Kills it, which it cannot notice.
    pub async fn kill(&mut self) -> Run {
        // One that has ended is as good.
        let _ = self.child.kill();
        self.end().await
    }

    /// Interrupts it as Ctrl-C does, and waits for its end.
    ///
    /// # Panics
    /// If it cannot be told.
    pub async fn interrupt(&mut self) -> Run {
        self.send_interrupt();
        self.end().await
    }

    /// Interrupts it as Ctrl-C does, and does not wait.
    ///
    /// # Panics
    /// If it has ended before.
    pub fn send_interrupt(&self) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &process]).status().expect("there is a kill");
        assert!(sent.success(), "{process} has ended before: {}", self.words());
    }

    /// Whether it has ended by itself.
    ///
    /// # Panics
    /// If nobody can say.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_some()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn end(&mut self) -> Run {
        let status = until("the end of the tool", async || {
            self.child.try_wait().expect("a child can be waited for").ok_or_else(|| self.words())
        });
        let status = status.await;
        for reader in self.readers.drain(..) {
            reader.join().expect("it reads to the end");
        }
        Run { code: status.code(), data: self.data(), words: self.words() }
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let (data, words) = (self.data().into_bytes(), self.words().into_bytes());
        record(Trace { command_line: std::mem::take(&mut self.command_line), data, words });
    }
}

fn gather(mut output: impl Read + Send + 'static, into: &Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    let into = Arc::clone(into);
    thread::spawn(move || {
        let mut part = [0; 4096];
        while let Ok(length @ 1..) = output.read(&mut part) {
            into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&part[..length]);
        }
    })
}

fn text(bytes: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Nothing of the person's own settings takes part.
    command.env_remove("LANDFALL_STACK").env_remove("LANDFALL_LOCAL");
    command
}

/// The same as somebody starts it who can interrupt it: a test that runs in the background may ignore interruptions, and so
/// would the programs that it starts.
fn interruptible(tool: &Command) -> Command {
    const START: &str = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); \
                         os.execvp(sys.argv[1], sys.argv[1:])";
    started_by(START, tool)
}

/// The same, started by a program in Python that gets its words.
fn started_by(program: &str, tool: &Command) -> Command {
    let mut command = Command::new("python3");
    command.args(["-c", program]).arg(tool.get_program()).args(tool.get_args());
    for (name, value) in tool.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
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
