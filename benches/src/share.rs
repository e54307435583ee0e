//! A share of a processor, as Lambda gives it by memory.
//!
//! Lambda gives 1,769 MB one core, and less in proportion, by the same scheduler quota that a control group sets here: in
//! each period of 20 ms the function may run for its share, and then waits for the next. It takes effect once the
//! function has initialised, because Lambda initialises at full speed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::instance::Instance;

const PERIOD_MICROS: u64 = 20_000;
const ONE_CORE_MB: u64 = 1769;

/// A control group with a quota.
pub struct Share {
    group: PathBuf,
}

impl Share {
    /// The share that `memory_mb` buys.
    ///
    /// # Errors
    /// If this machine lets nobody set quotas: that takes root, or a delegated group.
    pub fn of_memory(memory_mb: u64) -> Result<Share> {
        let quota = PERIOD_MICROS * memory_mb / ONE_CORE_MB;
        let name = format!("landfall-bench-{}", std::process::id());
        let (first, second) = (Path::new("/sys/fs/cgroup/cpu").join(&name), Path::new("/sys/fs/cgroup").join(&name));
        let is_first_version = Path::new("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").exists();
        let share = Share { group: if is_first_version { first } else { second } };
        let write = |file: &str, text: String| fs::write(share.group.join(file), text);
        // The quota is not only the most that it gets: what else runs on this machine comes after it.
        let made = fs::create_dir_all(&share.group).and_then(|()| {
            if is_first_version {
                write("cpu.shares", "65536".to_owned())?;
                write("cpu.cfs_period_us", PERIOD_MICROS.to_string())?;
                write("cpu.cfs_quota_us", quota.to_string())
            } else {
                write("cpu.weight", "10000".to_owned())?;
                write("cpu.max", format!("{quota} {PERIOD_MICROS}"))
            }
        });
        made.map_err(|error| format!("no quota can be set in {}: {error}", share.group.display()))?;
        Ok(share)
    }

    /// Puts a function under it.
    ///
    /// # Errors
    /// If the function is gone.
    pub fn take(&self, instance: &Instance) -> Result<()> {
        Ok(fs::write(self.group.join("cgroup.procs"), instance.pid().to_string())?)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // Empty once the functions in it have ended; should one linger, the next run uses the group anew.
        let _ = fs::remove_dir(&self.group);
    }
}
