//! Who is at the other end of a connection, as Linux tells it under `/proc`.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Stdio};

/// The process of a function.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The name of the function.
    pub(crate) function: String,
    pub(crate) process: u32,
}

impl Caller {
    /// The function whose end of a connection has the address `peer`, and whose other end is `here`; `None` if it is no
    /// function's.
    #[must_use]
    pub fn find(peer: SocketAddr, here: SocketAddr) -> Option<Caller> {
        let inode = socket_inode(&fs::read_to_string("/proc/net/tcp").ok()?, peer, here)?;
        let link = format!("socket:[{inode}]");
        let processes = fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        // What every process has open takes long to read, its name does not.
        let of_functions = processes.filter(|process| is_named(*process, "bootstrap"));
        of_functions.filter(|process| has_open(*process, &link)).find_map(|process| {
            let environment = fs::read(format!("/proc/{process}/environ")).ok()?;
            let function = variable(&environment, "AWS_LAMBDA_FUNCTION_NAME")?;
            Some(Caller { function, process })
        })
    }

    /// The most memory that the process has ever held at once.
    ///
    /// # Errors
    /// If there is no such process any more.
    pub fn peak_memory_bytes(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let field = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: Option<u64> = field.and_then(|text| text.split_whitespace().next()?.parse().ok());
        kib.map(|kib| kib * 1024).ok_or_else(|| io::Error::other("the process has ended"))
    }

    /// Ends the process at once: it gets no chance to tidy up.
    pub(crate) async fn kill(&self) {
        // The standard library sends no signals, and `unsafe` is forbidden here. Should it be gone already, fine.
        let kill = format!("kill -s KILL {}", self.process);
        let run = move || Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
        let _ = tokio::task::spawn_blocking(run).await;
    }
}

/// The inode of the socket that connects `own` to `other`, from the text of `/proc/net/tcp`: a line a socket with number,
/// own address, other address, ... and the inode as the tenth field. Connections that were closed stay in it for a
/// minute, so that the same port may stand there several times.
fn socket_inode(table: &str, own: SocketAddr, other: SocketAddr) -> Option<u64> {
    let ends = [hex(own)?, hex(other)?];
    let line = table.lines().find(|line| line.split_whitespace().skip(1).take(2).eq(&ends))?;
    line.split_whitespace().nth(9)?.parse().ok()
}

/// An address as the kernel writes it: hexadecimal, its first part in the machine's byte order.
fn hex(address: SocketAddr) -> Option<String> {
    let SocketAddr::V4(address) = address else { return None };
    Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port()))
}

fn is_named(process: u32, name: &str) -> bool {
    fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|comm| comm.trim_end() == name)
}

fn has_open(process: u32, link: &str) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    files.filter_map(|file| fs::read_link(file.ok()?.path()).ok()).any(|target| target.as_os_str() == link)
}

fn variable(environment: &[u8], name: &str) -> Option<String> {
    environment.split(|byte| *byte == 0).find_map(|entry| {
        let value = std::ffi::OsStr::from_bytes(entry).to_str()?.strip_prefix(name)?.strip_prefix('=')?;
        Some(value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_found_by_both_its_ends() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:D431 0100007F:0050 06 00000000:00000000 00:00000000 00000000     0        0 0 1\n   \
                     1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 111 1\n   \
                     2: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 222 1\n";
        let (own, other) = (SocketAddr::from(([127, 0, 0, 1], 0xD431)), SocketAddr::from(([127, 0, 0, 1], 0x1F90)));
        assert_eq!(socket_inode(table, own, other), Some(222));
        assert_eq!(socket_inode(table, own, SocketAddr::from(([127, 0, 0, 1], 1))), None);
    }

    #[test]
    fn a_variable_is_found_by_its_whole_name() {
        assert_eq!(variable(b"AB=1\0A=2\0", "A"), Some("2".to_owned()));
        assert_eq!(variable(b"AB=1\0", "A"), None);
    }
}
