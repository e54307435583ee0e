//! MiniStack, the emulator: one process for all services, and one more for each warm instance of a function.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::directory::Directory;
use super::environment;
use super::error::{Error, Result, context};
use super::processes;
use super::progress::{Progress, tail};
use super::{Options, project_root};

/// It starts in 2 s; a first start on a cold disk compiles its Python files.
const READY_BOUND: Duration = Duration::from_secs(60);
const ANSWER_BOUND: Duration = Duration::from_secs(1);

/// The module that Python runs; also what tells the process from another that got its number.
const MODULE: &str = "ministack";
/// Runs a module whose garbage is looked for at every 100,000 new objects. With Python's own 700, going through all that
/// MiniStack holds took more than half of its time in a full run of the faults.
const RUN_MODULE: &str = "import gc, runpy, sys; gc.set_threshold(100_000, 20, 100); \
                          runpy.run_module(sys.argv.pop(), run_name='__main__', alter_sys=True)";

#[derive(Deserialize, Serialize)]
pub(crate) struct Emulator {
    pub(crate) pid: u32,
    pub(crate) port: u16,
}

impl Emulator {
    /// The emulator that runs for this directory, if one does.
    pub(crate) fn find(directory: &Directory) -> Option<Self> {
        let text = fs::read(directory.emulator_file()).ok()?;
        let emulator: Self = serde_json::from_slice(&text).ok()?;
        // The number alone proves nothing: after a reboot it may be anybody's.
        processes::runs_in(emulator.pid, MODULE, directory.path()).then_some(emulator)
    }

    pub(crate) fn start(directory: &Directory, options: &Options, progress: &Progress) -> Result<Self> {
        directory.forget();
        let port = free_port(options.port)?;
        let log = directory.emulator_log();
        let functions_endpoint = options.functions_endpoint.clone().unwrap_or_else(|| endpoint(port));
        let mut child = launch(directory, port, &functions_endpoint, &log)?;
        let emulator = Self { pid: child.id(), port };
        directory.write(&directory.emulator_file(), &emulator)?;

        let ready = progress.wait_for(&format!("MiniStack on port {port}"), READY_BOUND, || {
            if let Some(status) = child.try_wait()? {
                directory.forget();
                return Err(failure(&format!("MiniStack ended ({status})"), &log));
            }
            Ok(emulator.is_ready().then_some(()))
        })?;
        if ready.is_none() {
            emulator.stop(directory)?;
            return Err(failure(&format!("MiniStack was not ready in {} s", READY_BOUND.as_secs()), &log));
        }
        Ok(emulator)
    }

    pub(crate) fn endpoint(&self) -> String {
        endpoint(self.port)
    }

    /// Ends it and the functions it runs. Says how many processes that were.
    pub(crate) fn stop(&self, directory: &Directory) -> Result<usize> {
        let ended = processes::end_group(self.pid)?;
        directory.forget();
        Ok(ended)
    }

    fn is_ready(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
            let mut stream = TcpStream::connect_timeout(&address, ANSWER_BOUND)?;
            stream.set_read_timeout(Some(ANSWER_BOUND))?;
            stream.write_all(b"GET /_ministack/ready HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }
}

fn launch(directory: &Directory, port: u16, functions_endpoint: &str, log: &Path) -> Result<Child> {
    let tools = project_root().join(".venv-ministack/bin");
    if !tools.join("python").exists() {
        return Err(Error::from("MiniStack is not installed here: `make up` does it"));
    }
    let state = directory.empty_state()?;
    let output = File::create(log).map_err(|error| context(format!("{} cannot be written", log.display()), &error))?;
    let mut python = Command::new(tools.join("python"));
    environment::bare(&mut python, &tools, &state);
    python
        .args(["-c", RUN_MODULE, MODULE])
        .current_dir(directory.path())
        .env("BIND_HOST", "127.0.0.1")
        .env("MINISTACK_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        // The functions inherit it. Without it they would call the real AWS.
        .env("AWS_ENDPOINT_URL", functions_endpoint)
        // So that the senders' APIs and their assets can be played on this machine.
        .env("TEST_ONLY_ALLOW_LOOPBACK", "1")
        .env("STATE_DIR", &state)
        .env("S3_DATA_DIR", &state)
        .env("TMPDIR", &state)
        .env("LAMBDA_EXECUTOR", "local")
        // Landfall needs no containers, and the Docker of this machine may hold those of other emulators, which
        // MiniStack would tidy away.
        .env("DOCKER_HOST", "unix:///nowhere")
        // Listeners of services that Landfall does not use; on fixed ports, so that two stacks would collide.
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        // A group of its own: an interrupt at the terminal leaves it alone, and `stop` reaches its functions too.
        .process_group(0)
        .spawn()
        .map_err(|error| context(format!("MiniStack cannot be started from {}", tools.display()), &error))
}

fn failure(what: &str, log: &Path) -> Error {
    Error::from(format!("{what}. The end of {}:\n{}", log.display(), tail(log)))
}

fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// The port asked for, or any, as long as nobody has it: a MiniStack that was there before would answer for ours.
fn free_port(wanted: Option<u16>) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted.unwrap_or(0)))
        .map_err(|error| context("the port is not free: choose another, or leave --port out".to_owned(), &error))?;
    Ok(listener.local_addr()?.port())
}
