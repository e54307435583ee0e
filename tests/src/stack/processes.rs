//! Processes as Linux shows them under `/proc`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::error::{Error, Result, context};

/// How long processes get to end by themselves.
const GRACE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(50);

/// Whether process `pid` is a run of `module` that was started in `directory`.
pub(crate) fn runs_in(pid: u32, module: &str, directory: &Path) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
    let is_module = arguments.split(|byte| *byte == 0).any(|argument| argument == module.as_bytes());
    is_module && fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == directory)
}

/// Ends a process group: politely, then not. Says how many processes it had.
pub(crate) fn end_group(group: u32) -> Result<usize> {
    let members = group_members(group);
    for signal in ["TERM", "KILL"] {
        if group_members(group) == 0 {
            break;
        }
        signal_group(signal, group)?;
        let mut waited = Duration::ZERO;
        while group_members(group) > 0 && waited < GRACE {
            thread::sleep(LOOK);
            waited += LOOK;
        }
    }
    match group_members(group) {
        0 => Ok(members),
        left => Err(Error::from(format!("{left} processes of group {group} cannot be ended"))),
    }
}

fn signal_group(signal: &str, group: u32) -> Result<()> {
    // The standard library sends no signals, and `unsafe` is forbidden here. A failure means that the group has just
    // ended, or shows in the members that are left.
    Command::new("sh")
        .args(["-c", r#"kill -s "$0" -- "-$1" 2>/dev/null || true"#, signal, &group.to_string()])
        .status()
        .map_err(|error| context("sh cannot be run".to_owned(), &error))?;
    Ok(())
}

fn group_members(group: u32) -> usize {
    let Ok(processes) = fs::read_dir("/proc") else { return 0 };
    processes
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter(|stat| is_member(stat, group))
        .count()
}

/// Reads a line of `/proc/<pid>/stat`. The name, in parentheses, may hold anything, so what counts comes after its
/// last parenthesis: state, parent, group. A zombie has ended; only its parent has not asked yet.
fn is_member(stat: &str, group: u32) -> bool {
    let Some((_, rest)) = stat.rsplit_once(") ") else { return false };
    let mut fields = rest.split(' ');
    let state = fields.next();
    fields.nth(1) == Some(group.to_string().as_str()) && state != Some("Z")
}

#[cfg(test)]
mod tests {
    use super::is_member;

    #[test]
    fn a_member_is_known_by_its_group_whatever_its_name() {
        assert!(is_member("7 (python) S 1 42 42 0", 42));
        assert!(is_member("7 (a) S 1 9 (b) S 1 42 42 0", 42));
        assert!(!is_member("42 (python) S 1 7 7 0", 42));
        assert!(!is_member("", 42));
    }

    #[test]
    fn a_zombie_has_ended() {
        assert!(!is_member("7 (python) Z 1 42 42 0", 42));
    }
}
