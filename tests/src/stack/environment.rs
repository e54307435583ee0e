//! The environments of what `stack` starts: a profile, a role or an endpoint of the operator's must not lead a local
//! deployment to a real account.
#![expect(clippy::disallowed_methods, reason = "what children inherit is decided here, for all variables at once")]

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::REGION;

/// Credentials that no real account takes. Without any, clients would look for some elsewhere.
const NO_CREDENTIALS: [(&str, &str); 7] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_CONFIG_FILE", "/dev/null"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_DEFAULT_REGION", REGION),
    ("AWS_REGION", REGION),
];

/// What `cargo run` adds for this program. The build that SAM starts must not see it: the build script of `ring` reads
/// these names, so cargo would compile it, and all that uses it, anew each time.
const OF_CARGO_RUN: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

/// All that this process was given, less what concerns AWS; `tools` are found first.
pub(crate) fn of_this_shell_without_aws(command: &mut Command, tools: &Path) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AWS_") || OF_CARGO_RUN.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command.envs(NO_CREDENTIALS).env("PATH", path_after(tools));
}

/// Nothing but what is needed to run: the functions inherit it, and on Lambda they have no more either.
pub(crate) fn bare(command: &mut Command, tools: &Path, home: &Path) {
    command.env_clear().envs(NO_CREDENTIALS).env("PATH", path_after(tools)).env("HOME", home);
}

/// Should a call ever leave the loopback interface, it ends at a port where nobody listens.
pub(crate) fn loopback_only(command: &mut Command) {
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        command.env(proxy, "http://127.0.0.1:9");
    }
    for exempt in ["NO_PROXY", "no_proxy"] {
        command.env(exempt, "127.0.0.1,localhost");
    }
}

fn path_after(tools: &Path) -> OsString {
    let mut path = OsString::from(tools);
    if let Some(rest) = env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}
