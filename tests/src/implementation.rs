//! The implementations of AWS that nobody here wrote, each a process of its own on the loopback interface.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::clock::Stopwatch;

/// They start in seconds; a first start compiles their Python files.
const READY_WITHIN: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// A server that ends with this.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub endpoint: String,
    log: PathBuf,
    /// What it prints: of moto, what it was asked for.
    pub output: PathBuf,
}

impl Server {
    /// moto, with signatures and policies as `tests/implementations/moto_server.py` says.
    ///
    /// # Panics
    /// If it is not installed or does not start.
    #[must_use]
    pub fn moto(directory: &Path, key_arn: Option<&str>) -> Server {
        let key = key_arn.iter().flat_map(|arn| ["--key-arn", arn]);
        Server::start(directory, "moto", |port| {
            let mut python = Command::new(root().join(".venv-moto/bin/python"));
            python.arg(root().join("tests/implementations/moto_server.py")).args(["--port", port]).args(key.clone());
            // Nobody can sign before there is a user; `Account` ends that.
            python.env("INITIAL_NO_AUTH_ACTION_COUNT", "inf");
            python
        })
    }

    /// dynalite, which is a DynamoDB alone.
    ///
    /// # Panics
    /// If it is not installed or does not start.
    #[must_use]
    pub fn dynalite(directory: &Path) -> Server {
        Server::start(directory, "dynalite", |port| {
            let mut node = Command::new("node");
            node.arg(root().join("tests/implementations/dynalite.js")).arg(port);
            node
        })
    }

    /// MiniStack, which the other tests use.
    ///
    /// # Panics
    /// If it is not installed or does not start.
    #[must_use]
    pub fn ministack(directory: &Path) -> Server {
        let state = directory.join("ministack");
        fs::create_dir_all(&state).unwrap_or_else(|error| panic!("{}: {error}", state.display()));
        Server::start(directory, "ministack", |port| {
            let mut python = Command::new(root().join(".venv-ministack/bin/python"));
            python
                .args(["-m", "ministack"])
                .env("BIND_HOST", "127.0.0.1")
                .env("MINISTACK_HOST", "127.0.0.1")
                .env("GATEWAY_PORT", port)
                .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
                .env("STATE_DIR", &state)
                .env("S3_DATA_DIR", &state)
                .env("DOCKER_HOST", "unix:///nowhere")
                .env("IOT_MTLS_ENABLED", "0")
                .env("SFTP_ENABLED", "0");
            python
        })
    }

    fn start(directory: &Path, name: &str, command: impl Fn(&str) -> Command) -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the system gives a port");
        let port = listener.local_addr().expect("a listener has an address").port();
        drop(listener);
        let create = |file: &Path| File::create(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (log, output) = (directory.join(format!("{name}.log")), directory.join(format!("{name}.txt")));
        let mut command = command(&port.to_string());
        command.current_dir(directory).stdin(Stdio::null()).stdout(create(&output)).stderr(create(&log));
        let child = command.spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("{name} is not installed, `make permissions` or `make large` does it: {error}")
        });
        let mut server = Server { child, endpoint: format!("http://127.0.0.1:{port}"), log, output };
        let begun = Stopwatch::start();
        while TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).is_err() {
            let ended = server.child.try_wait().expect("a child can be asked");
            assert!(
                ended.is_none() && begun.elapsed() < READY_WITHIN,
                "{name} does not start: {}",
                server.log.display()
            );
            std::thread::sleep(LOOK);
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Should it have ended already, so much the better.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).to_owned()
}
